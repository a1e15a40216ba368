using ClaimsTransfer.Payments.Reconciliation.Comparing;

namespace ClaimsTransfer.Payments.Reconciliation.Reading;

/// <summary>A list could not be read to its end. What was read of it is compared with nothing: half a list would make differences of everything in the other half.</summary>
/// <param name="reason">For the person who reads the report: which list, where, why. No personal data.</param>
public class ReadingFailed(string reason, Exception? inner = null) : Exception(reason, inner);

/// <summary>FBS's list was read to its end, and cannot be believed as it is.</summary>
internal sealed class ListDoubted(ListDoubt doubt) : ReadingFailed(doubt.Reason)
{
    public ListDoubt Doubt => doubt;
}
