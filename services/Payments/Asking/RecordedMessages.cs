using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Storage;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Payments.Asking;

/// <summary>What a message booked.</summary>
/// <param name="ClaimId">Null: an entry that has found no claim yet.</param>
/// <param name="Outcome">What it booked first, as the ledger calls it; of an entry that found no account by itself how it stands on the worklist.</param>
public sealed record RecordedMessage(Guid MessageId, Guid? ClaimId, string Outcome, DateTimeOffset At);

public sealed record RecordedList(IReadOnlyList<RecordedMessage> Recorded);

/// <summary>
/// Which of many messages took effect: whoever replayed them learns that they have arrived. What changed nothing, because it was late or repeated, leaves no line here.
/// </summary>
public sealed class RecordedMessages(IStore store)
{
    public static async Task<Results<JsonHttpResult<RecordedList>, ProblemHttpResult>> HandleAsync(MessageIds request, RecordedMessages messages, CancellationToken cancellation) =>
        Lists.FaultOf("messageIds", request.Ids) is { } fault
            ? fault
            : TypedResults.Json(await messages.FindAsync(request.Ids!, cancellation), PaymentsJson.Default.RecordedList);

    public async Task<RecordedList> FindAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"""
                SELECT message_id AS MessageId, claim_id AS ClaimId, kind AS Outcome, recorded_at AS RecordedAt
                FROM payments.entries
                WHERE part = 0 AND {store.In("message_id", "ids")}
                UNION ALL
                SELECT message_id AS MessageId, claim_id AS ClaimId, state AS Outcome, received_at AS RecordedAt
                FROM payments.unmatched
                WHERE {store.In("message_id", "ids")}
                """),
            new { ids = store.List(messageIds) }, cancellationToken: cancellation));
        return new RecordedList(
        [
            .. rows.DistinctBy(row => row.MessageId)
                .Select(row => new RecordedMessage(row.MessageId, row.ClaimId, row.Outcome, DateTimeOffset.FromUnixTimeMilliseconds(row.RecordedAt))),
        ]);
    }

    private sealed record Row
    {
        public Guid MessageId { get; init; }
        public Guid? ClaimId { get; init; }
        public required string Outcome { get; init; }
        public long RecordedAt { get; init; }
    }
}
