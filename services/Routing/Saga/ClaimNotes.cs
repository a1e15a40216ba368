using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Saga;

/// <summary>
/// Everything that the saga notes, and why a claim stands as it does. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both
/// languages.
/// </summary>
public static class ClaimNotes
{
    public static readonly Note Received = Note.Of("claim.received");
    public static readonly Note AlreadyHere = Note.Of("claim.alreadyHere");

    /// <summary>Sent again, and not left out by the rules of today.</summary>
    public static readonly Note InScopeNow = Note.Of("claim.inScopeNow");
    public static readonly Note Cancelled = Note.Of("claim.cancelled");
    public static readonly Note Erased = Note.Of("claim.erased");
    public static readonly Note HeldErased = Note.Of("claim.heldErased");
    public static readonly Note NotEnded = Note.Of("claim.notEnded");
    public static readonly Note ToBeSent = Note.Of("claim.toBeSent");
    public static readonly Note DeadLetterKnown = Note.Of("claim.deadLetterKnown");
    public static readonly Note InstructionGoneOn = Note.Of("claim.instructionGoneOn");
    public static readonly Note InHand = Note.Of("claim.inHand");
    public static readonly Note NotDoneNotWanted = Note.Of("claim.notDoneNotWanted");
    public static readonly Note DoneAfterAll = Note.Of("claim.doneAfterAll");
    public static readonly Note NothingDue = Note.Of("claim.nothingDue");
    public static readonly Note StandsStill = Note.Of("claim.standsStill");

    /// <summary>Of a message that is previewed.</summary>
    public static readonly Note Handled = Note.Of("claim.handled");
    public static readonly Note NotKnown = Note.Of("claim.notKnown");
    public static readonly Note OutcomeAwaited = Note.Of("claim.outcomeAwaited");
    public static readonly Note OutcomeNotAwaited = Note.Of("claim.outcomeNotAwaited");

    public static Note OldVersion(int version, int known) => Note.Of("claim.oldVersion", ("version", version), ("known", known));

    public static Note WaitsAlready(int version) => Note.Of("claim.waitsAlready", ("version", version));

    public static Note WaitsFor(int version) => Note.Of("claim.waitsFor", ("version", version));

    public static Note AfterCancellation(int version) => Note.Of("claim.afterCancellation", ("version", version));

    public static Note Amount(long amountOre) => Note.Of("claim.amount", ("amountOre", amountOre));

    public static Note CancelledByFbs(string reason) => Note.Of("claim.cancelledByFbs", ("reason", reason));

    public static Note LiableParty(string reason) => Note.Of("claim.liableParty", ("reason", reason));

    /// <param name="cause">As the message's fault says it: an exception's name and text.</param>
    public static Note DeadLettered(string queue, string cause) => Note.Of("claim.deadLettered", ("queue", queue), ("cause", cause));

    public static Note Sent(InstructionKind instruction) => Note.Of("claim.sent", ("instruction", instruction));

    public static Note Acknowledged(InstructionKind instruction, string? receipt) =>
        Note.Of("claim.acknowledged", ("instruction", instruction), ("receipt", receipt));

    /// <param name="text">As the debtor system says it.</param>
    public static Note Rejected(InstructionKind instruction, string code, string text) =>
        Note.Of("claim.rejected", ("instruction", instruction), ("code", code), ("text", text));

    public static Note Receipted(string? receipt) => Note.Of("claim.receipted", ("receipt", receipt));

    public static Note SentAgain(InstructionKind instruction) => Note.Of("claim.sentAgain", ("instruction", instruction));

    public static Note NobodyCanTell(string? code, string? text) => Note.Of("claim.nobodyCanTell", ("code", code), ("text", text));

    public static Note NotAwaited(TransferOutcome outcome) => Note.Of("claim.notAwaited", ("outcome", outcome));

    public static Note NoAnswer(int questions) => Note.Of("claim.noAnswer", ("questions", questions));

    public static Note Asked(InstructionKind instruction) => Note.Of("claim.asked", ("instruction", instruction));

    public static Note Held(string rule) => Note.Of("claim.held", ("rule", rule));

    public static Note OutOfScope(string rule) => Note.Of("claim.outOfScope", ("rule", rule));

    public static Note Covered(long amountOre) => Note.Of("claim.covered", ("amountOre", amountOre));

    public static Note CoverageReversed(long amountOre) => Note.Of("claim.coverageReversed", ("amountOre", amountOre));

    public static Note ClaimedAgain(long amountOre) => Note.Of("claim.claimedAgain", ("amountOre", amountOre));

    public static Note Corrected(long amountOre) => Note.Of("claim.corrected", ("amountOre", amountOre));

    public static Note WrittenOff(long amountOre) => Note.Of("claim.writtenOff", ("amountOre", amountOre));

    public static Note Account(DebtorAccountStatus account) => Note.Of("claim.account", ("account", account));

    public static Note AccountOlder(DebtorAccountStatus account) => Note.Of("claim.accountOlder", ("account", account));

    /// <param name="why">As the person wrote it.</param>
    public static Note Operated(string who, ClaimOperation operation, string why) =>
        Note.Of("claim.operated", ("who", who), ("operation", operation), ("why", why));

    public static Note OperatedInVain(string who, ClaimOperation operation, string why, ClaimStatus status) =>
        Note.Of("claim.operatedInVain", ("who", who), ("operation", operation), ("why", why), ("status", status));

    public static Note OperatedWhilePaused(string who, ClaimOperation operation, string why) =>
        Note.Of("claim.operatedWhilePaused", ("who", who), ("operation", operation), ("why", why));

    public static Note NotConfigured(string municipality) => Note.Of("claim.notConfigured", ("municipality", municipality));

    public static Note NotLive(string municipality) => Note.Of("claim.notLive", ("municipality", municipality));

    public static Note BeforeCutover(DateOnly createdOn, DateOnly cutover) =>
        Note.Of("claim.beforeCutover", ("createdOn", createdOn), ("cutover", cutover));

    public static Note BelowMinimum(long amountOre, long minimumOre) =>
        Note.Of("claim.belowMinimum", ("amountOre", amountOre), ("minimumOre", minimumOre));

    public static Note Paused(string? municipality) => Note.Of("claim.paused", ("municipality", municipality));

    public static Note MinorWithoutGuardian(string rule, int age, DateOnly createdOn) =>
        Note.Of("claim.minorWithoutGuardian", ("rule", rule), ("age", age), ("createdOn", createdOn));

    public static Note StandsRejected(string code, string text, FixBy fixBy) =>
        Note.Of("claim.standsRejected", ("code", code), ("text", text), ("fixBy", fixBy));

    /// <param name="why">As the person wrote it.</param>
    public static Note CancelledByPerson(string why) => Note.Of("claim.cancelledByPerson", ("why", why));
}
