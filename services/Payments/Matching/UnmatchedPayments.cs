using System.Runtime.CompilerServices;
using System.Text.Json;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using Dapper;

namespace ClaimsTransfer.Payments.Matching;

/// <summary>The worklist's entries as reconciliation shows them: money at the debtor system that belongs to no claim here.</summary>
internal sealed class UnmatchedPayments(IStore store) : IUnmatchedPayments
{
    private const int PageSize = 500;

    public async IAsyncEnumerable<IReadOnlyList<UnmatchedPayment>> OpenAsync(string municipality, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (since, id) = (long.MinValue, Guid.Empty);
        while (true)
        {
            var page = await PageAsync(municipality, since, id, cancellation);
            if (page.Count > 0)
                yield return page;
            if (page.Count < PageSize)
                yield break;
            (since, id) = (page[^1].SinceAt, page[^1].Id);
        }
    }

    private async Task<List<UnmatchedPayment>> PageAsync(string municipality, long since, Guid id, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"""
                SELECT {store.Top("most")} message_id AS MessageId, received_at AS ReceivedAt, entry AS Entry
                FROM payments.unmatched
                WHERE state = 'Open' AND municipality = @municipality AND (received_at > @since OR (received_at = @since AND message_id > @id))
                ORDER BY received_at, message_id {store.Limit("most")}
                """),
            new { municipality, since, id, most = PageSize }, cancellationToken: cancellation));
        return [.. rows.Select(row => row.Payment())];
    }

    private sealed record Row
    {
        public Guid MessageId { get; init; }
        public long ReceivedAt { get; init; }
        public required string Entry { get; init; }

        public UnmatchedPayment Payment()
        {
            var entry = JsonSerializer.Deserialize(Entry, MessageJson.Default.DebtorEntryUnmatched)!;
            return new UnmatchedPayment(MessageId, entry.PaymentSlip ?? entry.DebtorReference ?? entry.Reference ?? entry.EntryId, entry.AmountOre, ReceivedAt);
        }
    }
}
