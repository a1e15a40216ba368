namespace ClaimsTransfer.Messages;

/// <summary>Exchange name = message name. The catalogue with senders, receivers and meanings is <c>contracts/README.md</c>.</summary>
public static class MessageNames
{
    // From FBS.
    public const string SubmitClaim = "submit-claim";
    public const string AdjustClaim = "adjust-claim";
    public const string CancelClaim = "cancel-claim";
    public const string ChangeLiableParty = "change-liable-party";

    // To FBS.
    public const string ClaimRefused = "claim-refused";
    public const string ClaimHeld = "claim-held";
    public const string ClaimOutOfScope = "claim-out-of-scope";
    public const string ClaimTransferred = "claim-transferred";
    public const string TransferRejected = "transfer-rejected";
    public const string ClaimCancelled = "claim-cancelled";

    public const string PaymentReconciled = "payment-reconciled";

    // Between the services.
    public const string ClaimCreated = "claim-created";
    public const string ClaimAdjusted = "claim-adjusted";
    public const string ClaimWithdrawn = "claim-withdrawn";
    public const string LiablePartyChanged = "liable-party-changed";
    public const string TransferClaim = "transfer-claim";
    public const string TransferReported = "transfer-reported";
    public const string CoverageRegistered = "coverage-registered";
    public const string CoverageReversed = "coverage-reversed";
    public const string WriteOffRegistered = "write-off-registered";
    public const string DebtorAccountChanged = "debtor-account-changed";
    public const string DebtorEntryUnmatched = "debtor-entry-unmatched";
    public const string OperateClaim = "operate-claim";
    public const string MessageDeadLettered = "message-dead-lettered";
}
