namespace ClaimsTransfer.Messages;

/// <summary>Ingest has accepted a claim: valid, new and sealed.</summary>
/// <param name="PatronId">FBS's own id of the borrower, where FBS gave it.</param>
public sealed record ClaimCreated(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    ClaimType Type, string? Reason, long AmountOre, DateOnly CreatedOn, DateOnly? DueOn, string? Branch,
    SealedParty Borrower, SealedParty? Guardian, IReadOnlyList<Material> Materials, long? PatronId = null) : IClaimMessage;

/// <summary>FBS has changed the amount; the new amount, in øre.</summary>
public sealed record ClaimAdjusted(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    long NewAmountOre, string? Reason) : IClaimMessage;

/// <summary>FBS has cancelled the claim; the debtor system may still have to be told.</summary>
public sealed record ClaimWithdrawn(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    string Reason) : IClaimMessage;

/// <summary>FBS names another liable party.</summary>
public sealed record LiablePartyChanged(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    SealedParty LiableParty, string Reason) : IClaimMessage;

/// <summary>What a connector is asked to do with a claim.</summary>
public enum InstructionKind
{
    Register, Adjust, Cancel, ChangeLiableParty,

    /// <summary>To say what the debtor system knows of an earlier instruction.</summary>
    Find,

    /// <summary>To register a payment that a channel has taken; it comes back as coverage. Room for what is to come: nobody sends it yet.</summary>
    RegisterPayment,
}

/// <summary>A payment that a channel has taken and the debtor system is to register, once.</summary>
/// <param name="OrderId">The channel's order, at most 64 letters, digits and hyphens: the same order is one payment.</param>
/// <param name="AmountOre">Øre, greater than 0.</param>
/// <param name="Channel">mobilePay, selfServiceTerminal, returnMachine, app, bankSlip …</param>
public sealed record TakenPayment(string OrderId, long AmountOre, string Channel, DateTimeOffset PaidAt);

/// <summary>Who can put a rejection right.</summary>
public enum FixBy { Library, Municipality, Vendor }

/// <summary>Who owes, as the debtor system is told.</summary>
public sealed record Debtor(DebtorKind Kind, SealedIdentity Identity);

/// <summary>Routing instructs the municipality's connector. It carries the whole claim as it should stand, so that any instruction can be carried out from it alone.</summary>
/// <param name="MessageId">Of this sending; a second sending of the same instruction has its own.</param>
/// <param name="InstructionId">Of the instruction, the same through every sending: a connector lets it have at most one effect.</param>
/// <param name="Reference">Our reference at the debtor system: the claim, at most 35 characters, letters, digits and hyphens.</param>
/// <param name="About">For <see cref="InstructionKind.Find"/>: the instruction whose outcome is in doubt.</param>
/// <param name="AmountOre">What the debtor system shall claim when this is done, in øre.</param>
/// <param name="ToTest">To the vendor's test endpoint: the municipality is in stage Test.</param>
/// <param name="Payment">With <see cref="InstructionKind.RegisterPayment"/>.</param>
public sealed record TransferClaim(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    Guid InstructionId, InstructionKind Instruction, Guid? About, string Reference, ClaimType Type, string? Reason, long AmountOre,
    DateOnly CreatedOn, DateOnly? DueOn, Debtor Debtor, IReadOnlyList<Material> Materials, bool ToTest, TakenPayment? Payment = null) : IClaimMessage;

/// <summary>How an instruction stands.</summary>
public enum TransferOutcome
{
    /// <summary>Handed over and receipted in transport; the business receipt is still to come.</summary>
    Pending,

    /// <summary>Acknowledged: the debtor system has done it.</summary>
    Accepted,

    /// <summary>Refused, with a code, a text and who can fix it.</summary>
    Rejected,

    /// <summary>Asked, and the debtor system says for certain that it has not done it: sending again is safe.</summary>
    NotDone,

    /// <summary>The connector has it in hand and goes on by itself: nothing is to be sent again.</summary>
    InHand,

    /// <summary>Nobody can tell: the debtor system did not answer for so long that a person has to look.</summary>
    Unknown,
}

/// <summary>A connector reports how an instruction stands. Routing alone tells FBS.</summary>
/// <param name="InstructionId">The instruction reported on; for the answer to a Find, the instruction it was about.</param>
/// <param name="DebtorReference">The debtor system's own reference of the claim, once known.</param>
/// <param name="Receipt">The receipt's id at the debtor system, for the timeline.</param>
/// <param name="Code">With <see cref="TransferOutcome.Rejected"/> or <see cref="TransferOutcome.Unknown"/>: the error code.</param>
/// <param name="PaymentSlip">The 15 digits of the +71 payment slip that the debtor system issued for the claim; absent: it has not said.</param>
public sealed record TransferReported(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    Guid InstructionId, InstructionKind Instruction, TransferOutcome Outcome, string? DebtorReference, string? Receipt,
    string? Code, string? Text, FixBy? FixBy, string? PaymentSlip = null) : IClaimMessage;

/// <summary>What a person, or the repair of a reconciliation, may do with a claim.</summary>
public enum ClaimOperation
{
    Release, Retry, Ask, Cancel,

    /// <summary>The debtor system does not have an acknowledged claim: it is registered there again, under the same reference.</summary>
    Reregister,

    /// <summary>The debtor system claims another amount than it has acknowledged: it is told the amount again.</summary>
    Readjust,
}

/// <summary>A person acts on a claim.</summary>
/// <param name="Who">The user's name, for the timeline.</param>
public sealed record OperateClaim(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    ClaimOperation Operation, string Who, string Why) : IClaimMessage;

/// <summary>A message about the claim ended on an error queue: the claim stands still until it is replayed.</summary>
/// <param name="DeadMessageId">The id of the message on the error queue.</param>
/// <param name="Cause">Type and text of the fault, without personal data, at most 500 characters.</param>
/// <param name="AmountOre">What the message said the claim is for, øre, so that the books hold while it lies there; null where it said nothing of it.</param>
public sealed record MessageDeadLettered(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version,
    Guid DeadMessageId, string Queue, string Cause, long? AmountOre = null) : IClaimMessage;
