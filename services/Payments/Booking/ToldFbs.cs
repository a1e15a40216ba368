using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Reconciliation.Repairing;
using Dapper;

namespace ClaimsTransfer.Payments.Booking;

/// <summary>What FBS was told last of a claim's balance, sent once more: the same message under the same id, which FBS knows or has missed.</summary>
internal sealed class ToldFbs(IStore store, IPublisher publisher) : IToldFbs
{
    public async Task SendAgainAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation)
    {
        if (claimIds.Count == 0)
            return;
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"""
                SELECT e.effects AS Effects, e.trace_parent AS TraceParent
                FROM payments.entries e
                WHERE {store.In("e.claim_id", "ids")} AND e.effects IS NOT NULL
                  AND NOT EXISTS (
                    SELECT 1 FROM payments.entries later
                    WHERE later.claim_id = e.claim_id AND later.position > e.position AND later.effects IS NOT NULL)
                """),
            new { ids = store.List(claimIds) }, cancellationToken: cancellation));
        await publisher.PublishAsync([.. rows.Select(row => row.Last())], cancellation);
    }

    private sealed record Row
    {
        public required string Effects { get; init; }
        public string? TraceParent { get; init; }

        public OutgoingMessage Last() => Outbound.Message(JsonSerializer.Deserialize(Effects, PaymentsJson.Default.RecordedEffectArray)![^1], TraceParent);
    }
}
