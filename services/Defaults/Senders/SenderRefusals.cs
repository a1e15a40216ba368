using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.Defaults.Senders;

/// <summary>How often a sender was not believed.</summary>
/// <param name="Municipality">Named in the messages; empty: none of ours.</param>
public sealed record SenderRefusalCount(string Sender, string Municipality, string Message, RefusalReason Reason, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt);

/// <summary>Who is not believed, and whether a sender must be named at all.</summary>
public sealed record SendersView(bool IsRequired, IReadOnlyList<SenderRefusalCount> Refusals);

/// <summary>Keeps who spoke for whom in vain: a row for each kind of refusal, however many there are of it. Counted again where a batch is delivered again.</summary>
public sealed class SenderRefusals(IStore store, TimeProvider time)
{
    private const int LongestMessage = 50;

    private readonly Table _table = TableIn(store.Schema);

    /// <summary>The table, as a step of the schema it lies in.</summary>
    public static Migration MigrationIn(string schema, int number) => new(number, "Keep who spoke for whom in vain",
    [
        $$"""
        CREATE TABLE {{schema}}.sender_refusals (
          sender       {text}    NOT NULL,
          municipality {code}    NOT NULL,
          message      {code}    NOT NULL,
          reason       {code}    NOT NULL,
          refusals     {integer} NOT NULL,
          first_at     {integer} NOT NULL,
          last_at      {integer} NOT NULL,
          PRIMARY KEY (sender, municipality, message, reason)
        )
        """,
    ]);

    public Task RecordAsync(IReadOnlyList<SenderRefusal> refusals, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        // Ours are shorter; what somebody else calls a message need not be told apart beyond that.
        var kinds = refusals.GroupBy(refusal => (refusal.Sender, refusal.Municipality, Message: Kept(refusal.Message), refusal.Reason))
            .Select(kind => new object?[] { kind.Key.Sender, kind.Key.Municipality, kind.Key.Message, kind.Key.Reason.ToString(), (long)kind.Count(), now, now }).ToList();
        return store.InTransactionAsync(
            async transaction =>
            {
                var counted = (await store.InsertNewAsync(transaction, _table, kinds, cancellation)).ToHashSet();
                foreach (var kind in kinds.Where((_, index) => !counted.Contains(index)))
                    await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                        store.Sql($"""
                            UPDATE {_table.Name} SET refusals = refusals + @count, last_at = @now
                            WHERE sender = @sender AND municipality = @municipality AND message = @message AND reason = @reason
                            """),
                        new { count = kind[4], now, sender = kind[0], municipality = kind[1], message = kind[2], reason = kind[3] }, transaction, cancellationToken: cancellation));
                return true;
            },
            cancellation);
    }

    /// <summary>The latest first.</summary>
    public async Task<IReadOnlyList<SenderRefusalCount>> ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"""
                SELECT sender AS Sender, municipality AS Municipality, message AS Message, reason AS Reason, refusals AS Refusals, first_at AS FirstAt, last_at AS LastAt
                FROM {_table.Name}
                ORDER BY last_at DESC, sender, municipality, message, reason
                """),
            cancellationToken: cancellation));
        return [.. rows.Select(row => new SenderRefusalCount(
            row.Sender, row.Municipality, row.Message, Enum.Parse<RefusalReason>(row.Reason), row.Refusals,
            DateTimeOffset.FromUnixTimeMilliseconds(row.FirstAt), DateTimeOffset.FromUnixTimeMilliseconds(row.LastAt)))];
    }

    /// <summary>A message is called as whoever sent it says, in whatever characters, and with a person's number where he likes.</summary>
    private static string Kept(string message) => PersonalData.Mask(message.Replace('\0', ' '), LongestMessage);

    private static Table TableIn(string schema) => new($"{schema}.sender_refusals", ["sender", "municipality", "message", "reason"],
    [
        new("sender", ColumnType.Text), new("municipality", ColumnType.Text), new("message", ColumnType.Text), new("reason", ColumnType.Text), new("refusals", ColumnType.Integer),
        new("first_at", ColumnType.Integer), new("last_at", ColumnType.Integer),
    ]);

    private sealed record Row
    {
        public required string Sender { get; init; }
        public required string Municipality { get; init; }
        public required string Message { get; init; }
        public required string Reason { get; init; }
        public long Refusals { get; init; }
        public long FirstAt { get; init; }
        public long LastAt { get; init; }
    }
}
