namespace ClaimsTransfer.Messages;

/// <summary>One fault of a refused message: what is wrong, where, why, and how a good value looks.</summary>
/// <param name="Field">Path in the message, <c>borrower.cpr</c> or <c>materials[2].faust</c>; <c>$</c> for the body as a whole.</param>
/// <param name="Value">The value as it came, cut to 100 characters; masked where it is personal; null where there was none.</param>
public sealed record Fault(string Field, string? Value, string Reason, string Example);

/// <summary>The message was refused; nothing of it took effect. Ids that could not be read are null.</summary>
/// <param name="RefusedMessageId">The id of the message refused, where it had one.</param>
/// <param name="Kind">The name of the message refused, <c>submit-claim</c>.</param>
public sealed record ClaimRefused(
    Guid MessageId, DateTimeOffset OccurredAt, Guid? ClaimId, string? Municipality, string? Agency, long? FeeId, int? Version,
    Guid? RefusedMessageId, string Kind, IReadOnlyList<Fault> Faults) : IMessage;

/// <summary>The claim is held until a person or a later message releases it.</summary>
/// <param name="Rule">Which rule holds it, <c>HoldForPerson</c>.</param>
public sealed record ClaimHeld(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string Rule, string Explanation) : IClaimMessage;

/// <summary>The claim stays with the library: it is not transferred.</summary>
public sealed record ClaimOutOfScope(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string Rule, string Explanation) : IClaimMessage;

/// <summary>The debtor system has acknowledged the claim at this version.</summary>
/// <param name="AmountOre">What the debtor system now claims, in øre.</param>
/// <param name="DebtorReference">The debtor system's own reference.</param>
/// <param name="PaymentSlip">The 15 digits of the +71 payment slip that the debtor system issued for the claim, check digit included; absent: it has not said.</param>
/// <param name="PatronId">As FBS gave it with the claim.</param>
public sealed record ClaimTransferred(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    long AmountOre, string? DebtorReference, string? PaymentSlip = null, long? PatronId = null) : IClaimMessage;

/// <summary>The debtor system has refused the claim, or a change of it.</summary>
/// <param name="Instruction">What was refused: register, adjust, cancel or changeLiableParty.</param>
/// <param name="FixBy">Who can put it right.</param>
public sealed record TransferRejected(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    InstructionKind Instruction, string Code, string Text, FixBy FixBy) : IClaimMessage;

/// <summary>The claim is cancelled; where the debtor system had it, it has acknowledged that.</summary>
public sealed record ClaimCancelled(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string Reason) : IClaimMessage;
