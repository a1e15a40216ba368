namespace ClaimsTransfer.Payments.Reconciliation.Reading;

/// <summary>A list could not be read to its end. What was read of it is compared with nothing: half a list would make differences of everything in the other half.</summary>
/// <param name="reason">For the person who reads the report: which list, where, why. No personal data.</param>
public sealed class ReadingFailed(string reason, Exception? inner = null) : Exception(reason, inner);
