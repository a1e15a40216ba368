using System.Text.Json;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.ConnectorSdk.Asking;

/// <summary>What became of the instruction that a message brought.</summary>
/// <param name="Outcome">The latest reported, as on the wire; absent: none since the message came.</param>
public sealed record RecordedInstruction(Guid MessageId, Guid InstructionId, string Status, string? Outcome);

public sealed record RecordedList(IReadOnlyList<RecordedInstruction> Recorded);

/// <summary>Which of many messages the log has, as the latest sending of their instruction: whoever replayed them learns that they have arrived.</summary>
public sealed class RecordedInstructions(IStore store)
{
    public async Task<RecordedList> FindAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"""
                SELECT message_id AS MessageId, instruction_id AS InstructionId, status AS Status, outcome AS Outcome
                FROM {store.Schema}.instructions
                WHERE {store.In("message_id", "ids")}
                """),
            new { ids = store.List(messageIds) }, cancellationToken: cancellation));
        return new RecordedList([.. rows.Select(row => new RecordedInstruction(row.MessageId, row.InstructionId, AskingJson.Word(row.Status), OutcomeOf(row.Outcome)))]);
    }

    private static string? OutcomeOf(string? report) =>
        report is null ? null : AskingJson.Word(JsonSerializer.Deserialize(report, MessageJson.Default.TransferReported)!.Outcome.ToString());

    private sealed record Row
    {
        public Guid MessageId { get; init; }
        public Guid InstructionId { get; init; }
        public required string Status { get; init; }
        public string? Outcome { get; init; }
    }
}
