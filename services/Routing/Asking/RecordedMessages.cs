using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Routing.Saga;
using Dapper;

namespace ClaimsTransfer.Routing.Asking;

/// <summary>What the saga made of a message, as the journal has it.</summary>
public sealed record RecordedMessage(Guid MessageId, Guid ClaimId, string Event, Verdict Verdict, IReadOnlyList<Note> Notes, DateTimeOffset At);

public sealed record RecordedList(IReadOnlyList<RecordedMessage> Recorded);

/// <summary>Which of many messages the journal has: whoever replayed them learns that they have arrived.</summary>
public sealed class RecordedMessages(IStore store)
{
    public async Task<RecordedList> FindAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"""
                SELECT message_id AS MessageId, claim_id AS ClaimId, event AS Event, verdict AS Verdict, note AS Kept, recorded_at AS RecordedAt
                FROM routing.journal
                WHERE {store.In("message_id", "ids")}
                """),
            new { ids = store.List(messageIds) }, cancellationToken: cancellation));
        return new RecordedList([.. rows.Select(row => new RecordedMessage(
            row.MessageId, row.ClaimId, row.Event, Enum.Parse<Verdict>(row.Verdict), Note.Read(row.Kept), DateTimeOffset.FromUnixTimeMilliseconds(row.RecordedAt)))]);
    }

    private sealed record Row
    {
        public Guid MessageId { get; init; }
        public Guid ClaimId { get; init; }
        public required string Event { get; init; }
        public required string Verdict { get; init; }
        public required string Kept { get; init; }
        public long RecordedAt { get; init; }
    }
}
