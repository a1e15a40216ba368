using System.Runtime.CompilerServices;
using ClaimsTransfer.Payments.Reconciliation.Comparing;

namespace ClaimsTransfer.Payments.Matching;

/// <summary>The worklist's entries as reconciliation shows them: money at the debtor system that belongs to no claim here.</summary>
internal sealed class UnmatchedPayments(IUnmatchedStore store) : IUnmatchedPayments
{
    public async IAsyncEnumerable<IReadOnlyList<UnmatchedPayment>> OpenAsync(string municipality, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var page in store.OpenAsync(municipality, cancellation))
            yield return [.. page.Select(Payment)];
    }

    private static UnmatchedPayment Payment(UnmatchedEntry unmatched)
    {
        var entry = unmatched.Entry;
        return new UnmatchedPayment(
            entry.MessageId, entry.PaymentSlip ?? entry.DebtorReference ?? entry.Reference ?? entry.PaymentSlipAsWritten ?? entry.EntryId, entry.AmountOre, unmatched.ReceivedAt.ToUnixTimeMilliseconds());
    }
}
