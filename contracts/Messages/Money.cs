namespace ClaimsTransfer.Messages;

/// <summary>The debtor system has received money for the claim. Reminder fees and interest are its own and never part of this.</summary>
/// <param name="EntryId">The debtor system's id of the entry; <c>MessageId</c> is derived from it, so that the same entry twice is one.</param>
/// <param name="AmountOre">Øre, greater than 0; may be more or less than what is owed.</param>
/// <param name="Channel">How it was paid, where the debtor system says so: mobilePay, selfServiceTerminal, bankSlip …</param>
public sealed record CoverageRegistered(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string EntryId, long AmountOre, string? Channel, DateOnly ValueDate) : IClaimMessage;

/// <summary>Coverage was taken back: a bounced payment, a correction. A counter-entry, never an edit.</summary>
/// <param name="ReversesEntryId">The entry that is taken back.</param>
public sealed record CoverageReversed(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string EntryId, string? ReversesEntryId, long AmountOre, DateOnly ValueDate) : IClaimMessage;

/// <summary>The debtor system has written off all or part of the claim.</summary>
public sealed record WriteOffRegistered(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string EntryId, long AmountOre, string? Reason, DateOnly ValueDate) : IClaimMessage;

/// <summary>How the claim's account at the debtor system stands.</summary>
public enum DebtorAccountStatus { Open, Closed, InCollection, Recalled }

/// <summary>The claim's account at the debtor system was opened, closed, sent to state collection or recalled from it.</summary>
public sealed record DebtorAccountChanged(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string EntryId, DebtorAccountStatus Status) : IClaimMessage;

/// <summary>Tells FBS how much has come in for the claim and whether it is settled. Accumulated: FBS takes whole fees only.</summary>
/// <param name="OrderId">Of the payment towards FBS; the same for the same coverage.</param>
/// <param name="BalanceOre">What is still owed, øre.</param>
/// <param name="Settled">Whether the balance is zero.</param>
public sealed record PaymentReconciled(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string OrderId, long AmountOre, long BalanceOre, bool Settled, string? Channel, DateOnly ValueDate) : IClaimMessage;
