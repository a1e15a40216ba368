namespace ClaimsTransfer.Messages;

/// <summary>The debtor system has received money for the claim. Reminder fees and interest are its own and never part of this.</summary>
/// <param name="EntryId">The debtor system's id of the entry; <c>MessageId</c> is derived from it, so that the same entry twice is one.</param>
/// <param name="AmountOre">Øre, greater than 0; may be more or less than what is owed.</param>
/// <param name="Channel">How it was paid, where the debtor system says so: mobilePay, selfServiceTerminal, returnMachine, app, bankSlip …</param>
public sealed record CoverageRegistered(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string EntryId, long AmountOre, string? Channel, DateOnly ValueDate) : IClaimMessage;

/// <summary>Coverage was taken back: a bounced payment, a correction. A counter-entry, never an edit.</summary>
/// <param name="ReversesEntryId">The entry that is taken back.</param>
public sealed record CoverageReversed(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string EntryId, string? ReversesEntryId, long AmountOre, DateOnly ValueDate) : IClaimMessage;

/// <summary>Why the debtor system claims less than it was told to.</summary>
public enum WriteOffKind
{
    /// <summary>Given up: it will not be collected.</summary>
    WriteOff,

    /// <summary>Corrected by the debtor system itself, not by FBS.</summary>
    Adjustment,
}

/// <summary>The debtor system has written off all or part of the claim, or corrected by itself what it claims.</summary>
/// <param name="AmountOre">Øre by which it claims less. Below 0: so much of an earlier write-off or correction is taken back.</param>
/// <param name="Kind">Absent: a write-off.</param>
public sealed record WriteOffRegistered(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string EntryId, long AmountOre, string? Reason, DateOnly ValueDate, WriteOffKind? Kind = null) : IClaimMessage;

/// <summary>How the claim's account at the debtor system stands.</summary>
public enum DebtorAccountStatus { Open, Closed, InCollection, Recalled }

/// <summary>The claim's account at the debtor system was opened, closed, sent to state collection or recalled from it.</summary>
public sealed record DebtorAccountChanged(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string EntryId, DebtorAccountStatus Status) : IClaimMessage;

/// <summary>What an entry of the debtor system is about.</summary>
public enum DebtorEntryKind
{
    Coverage, Reversal, WriteOff, Adjustment, Account,

    /// <summary>Nobody can tell: see <see cref="DebtorEntryUnmatched.Unreadable"/>.</summary>
    Unreadable,
}

/// <summary>What is wrong with a field of an entry.</summary>
public enum EntryFault
{
    Missing,
    TooLong,

    /// <summary>Its value is none that the format has.</summary>
    NotKnown,

    NotADate,
    NotAMoment,
    NotAnAmount,
    NotPositive,

    /// <summary>It may not stand with an entry of this kind.</summary>
    NotWithTheKind,
}

/// <summary>A line of money that the format does not have, in a document whose other lines count.</summary>
/// <param name="Document">The file's name, or by what else it is found at the debtor system.</param>
/// <param name="Line">From 1.</param>
/// <param name="Field">As the format calls it.</param>
/// <param name="EntryId">The debtor system's id of the entry, where the line has one: once it is booked under it, the line is settled.</param>
/// <param name="Said">What the line said, without what has the shape of a CPR number.</param>
public sealed record UnreadableEntry(string Document, int Line, string Field, EntryFault Fault, string? EntryId, string Said);

/// <summary>
/// The debtor system has booked an entry that does not name its claim by our reference. Payments looks further, by the debtor system's reference and by the payment slip;
/// what it finds goes on as the entry's ordinary message, the rest waits for a person.
/// </summary>
/// <param name="MessageId">Derived from municipality, entry and, for an entry whose id was used before for something else, its content.</param>
/// <param name="AmountOre">Øre; of an adjustment the change, with its sign; 0 with <see cref="DebtorEntryKind.Account"/>.</param>
/// <param name="Unreadable">With <see cref="DebtorEntryKind.Unreadable"/>: for a person, never for matching.</param>
/// <param name="Reference">What stood where our reference should stand; it names no claim.</param>
/// <param name="PaymentSlip">The 15 digits of the payment slip's +71 line, where it was paid by one.</param>
/// <param name="Status">With <see cref="DebtorEntryKind.Account"/>.</param>
/// <param name="PaymentSlipAsWritten">What stood where the payment slip's number should stand, where it is not 15 digits; for a person.</param>
/// <param name="IsConflict">The entry's id came before with other content: for a person, never for matching.</param>
public sealed record DebtorEntryUnmatched(
    Guid MessageId, DateTimeOffset OccurredAt, string Municipality, string EntryId, DebtorEntryKind Kind, long AmountOre, DateOnly ValueDate,
    string? Reference, string? DebtorReference, string? PaymentSlip, string? Channel, string? ReversesEntryId, string? Reason, DebtorAccountStatus? Status,
    bool IsConflict, string? PaymentSlipAsWritten = null, UnreadableEntry? Unreadable = null) : IMessage;

/// <summary>What changed the balance that FBS is told.</summary>
public enum BalanceChange { Coverage, Reversal, WriteOff, Adjustment }

/// <summary>Tells FBS how much has come in for the claim and whether it is settled. Accumulated: FBS takes whole fees only.</summary>
/// <param name="OrderId">Of the payment of this fee towards FBS: the same for everything that adds up to it. A claim that is reopened after it was settled gets another.</param>
/// <param name="AmountOre">Øre that came in with this; below 0 when coverage was taken back, 0 when the balance changed in another way.</param>
/// <param name="BalanceOre">What is still owed, øre; below 0 when more came in than was owed.</param>
/// <param name="Settled">Whether nothing is owed any more. A claim becomes settled once, until it is reopened.</param>
/// <param name="Change">What the balance changed by; absent: coverage.</param>
/// <param name="Sequence">One more for each of these messages of a claim: the highest says how it stands, whatever order they come in.</param>
public sealed record PaymentReconciled(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string OrderId, long AmountOre, long BalanceOre, bool Settled, string? Channel, DateOnly ValueDate, BalanceChange? Change = null, int? Sequence = null) : IClaimMessage;
