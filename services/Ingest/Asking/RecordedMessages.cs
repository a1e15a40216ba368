using System.Text.Json;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Ingest.Recording;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.Ingest.Asking;

/// <summary>What became of a message. Of what came under its id, what was taken goes before what was refused.</summary>
/// <param name="Outcome">accepted, change, duplicate or refused.</param>
public sealed record RecordedMessage(Guid MessageId, Guid? ClaimId, string Outcome, IReadOnlyList<ToldFault>? Faults);

public sealed record RecordedList(IReadOnlyList<RecordedMessage> Recorded);

/// <summary>Which of many messages are on record: whoever replayed them learns that they have arrived.</summary>
internal sealed class RecordedMessages(IStore store)
{
    // A valid message's row has its id; that of a refused one has an id of its own.
    private readonly string _find = store.Sql(
        $"""
        SELECT m.id AS MessageId, m.claim_id AS ClaimId, m.outcome AS Outcome, m.received_at AS ReceivedAt, NULL AS Answer, NULL AS Why
        FROM ingest.messages m
        WHERE m.outcome <> 'refused' AND {store.In("m.id", "ids")}
        UNION ALL
        SELECT m.message_id AS MessageId, m.claim_id AS ClaimId, m.outcome AS Outcome, m.received_at AS ReceivedAt, a.body AS Answer, a.why AS Why
        FROM ingest.messages m
        LEFT JOIN ingest.answers a ON a.id = m.id
        WHERE m.outcome = 'refused' AND {store.In("m.message_id", "ids")}
        """);

    public async Task<RecordedList> FindAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(_find, new { ids = store.List(messageIds) }, cancellationToken: cancellation));
        return new RecordedList(
        [
            .. rows.GroupBy(row => row.MessageId)
                .Select(came => came.OrderBy(row => row.Outcome == Outcome.Refused).ThenByDescending(row => row.ReceivedAt).First())
                .Select(row => new RecordedMessage(
                    row.MessageId, row.ClaimId, row.Outcome, row.Answer is null ? null : ToldFault.Of(JsonSerializer.Deserialize(row.Answer, MessageJson.Default.ClaimRefused)!.Faults, Note.Read(row.Why)))),
        ]);
    }

    private sealed class Row
    {
        public Guid MessageId { get; init; }
        public Guid? ClaimId { get; init; }
        public string Outcome { get; init; } = "";
        public long ReceivedAt { get; init; }
        public string? Answer { get; init; }
        public string? Why { get; init; }
    }
}
