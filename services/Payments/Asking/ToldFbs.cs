using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Payments.Reconciliation.Repairing;
using Dapper;

namespace ClaimsTransfer.Payments.Asking;

/// <summary>What FBS has been told of payments, to be told again: byte for byte the same, under the id it had.</summary>
public sealed class ToldFbs(IStore store, IPublisher publisher) : IToldFbs
{
    /// <summary>Sends the last payment-reconciled of each claim again; a claim of which nothing was told is passed over.</summary>
    public async Task SendAgainAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"""
                SELECT e.effects AS Effects, e.trace_parent AS TraceParent
                FROM payments.entries e
                WHERE e.part = 0 AND e.effects IS NOT NULL AND {store.In("e.claim_id", "ids")}
                  AND NOT EXISTS (SELECT 1 FROM payments.entries later
                                  WHERE later.claim_id = e.claim_id AND later.part = 0 AND later.effects IS NOT NULL AND later.position > e.position)
                """),
            new { ids = store.List(claimIds) }, cancellationToken: cancellation));
        var messages = rows.Select(row => Outbound.Message(JsonSerializer.Deserialize(row.Effects, PaymentsJson.Default.RecordedEffectArray)![^1], row.TraceParent)).ToList();
        if (messages.Count > 0)
            await publisher.PublishAsync(messages, cancellation);
    }

    private sealed record Row
    {
        public required string Effects { get; init; }
        public string? TraceParent { get; init; }
    }
}
