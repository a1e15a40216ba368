using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using Dapper;

namespace ClaimsTransfer.Routing.Asking;

/// <summary>Claims of a municipality that its debtor system refused for one and the same reason.</summary>
/// <param name="FixBy">Who can put it right.</param>
/// <param name="FirstAt">When the first of those that stand rejected now was.</param>
public sealed record RejectionGroup(
    string Municipality, string Code, string Text, FixBy FixBy, InstructionKind Instruction, long Count, long Ore, DateTimeOffset FirstAt, DateTimeOffset LastAt);

public sealed record RejectionGroups(IReadOnlyList<RejectionGroup> Groups);

public sealed class Rejections(IStore store)
{
    public async Task<RejectionGroups> ReadAsync(IReadOnlyCollection<string> municipalities, CancellationToken cancellation)
    {
        var among = municipalities.Count == 0 ? "" : $" AND {store.In("municipality", "municipalities", ColumnType.Text)}";
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"""
                SELECT municipality AS Municipality, rejection_code AS Code, rejection_text AS Text, rejection_fix_by AS FixBy, rejection_instruction AS Instruction,
                       COUNT(*) AS Count, SUM(amount_ore) AS Ore, MIN(rejected_at) AS FirstAt, MAX(rejected_at) AS LastAt
                FROM routing.claims
                WHERE rejected_at IS NOT NULL AND status = @rejected{among}
                GROUP BY municipality, rejection_code, rejection_text, rejection_fix_by, rejection_instruction
                ORDER BY COUNT(*) DESC, municipality, rejection_code, rejection_text, rejection_fix_by, rejection_instruction
                """),
            new { rejected = nameof(ClaimStatus.Rejected), municipalities = store.List(municipalities) }, cancellationToken: cancellation));
        return new RejectionGroups([.. rows.Select(row => row.Group())]);
    }

    private sealed record Row
    {
        public required string Municipality { get; init; }
        public required string Code { get; init; }
        public required string Text { get; init; }
        public required string FixBy { get; init; }
        public required string Instruction { get; init; }
        public long Count { get; init; }

        /// <summary>PostgreSQL sums 64-bit integers into a numeric.</summary>
        public decimal Ore { get; init; }
        public long FirstAt { get; init; }
        public long LastAt { get; init; }

        public RejectionGroup Group() => new(
            Municipality, Code, Text, Enum.Parse<FixBy>(FixBy), Enum.Parse<InstructionKind>(Instruction), Count, (long)Ore,
            DateTimeOffset.FromUnixTimeMilliseconds(FirstAt), DateTimeOffset.FromUnixTimeMilliseconds(LastAt));
    }
}
