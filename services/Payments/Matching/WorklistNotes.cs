using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Payments.Matching;

/// <summary>
/// Why what a person decides about the worklist is not done. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both languages.
/// </summary>
public static class WorklistNotes
{
    public static readonly Note Unreadable = Note.Of("worklist.unreadable");
    public static readonly Note BookedElsewhere = Note.Of("worklist.bookedElsewhere");
    public static readonly Note DecidedMeanwhile = Note.Of("worklist.decidedMeanwhile");
    public static readonly Note NoCounterEntry = Note.Of("worklist.noCounterEntry");
    public static readonly Note Reversed = Note.Of("worklist.reversed");
    public static readonly Note NotBookedYet = Note.Of("worklist.notBookedYet");

    public static Note Decided(UnmatchedState state) =>
        Note.Of(state == UnmatchedState.Placed ? "worklist.decidedPlaced" : "worklist.decided", ("entryState", state));

    public static Note NotPlaced(UnmatchedState state) => Note.Of("worklist.notPlaced", ("entryState", state));

    public static Note NoClaim(string municipality, string agency, long feeId) =>
        Note.Of("worklist.noClaim", ("municipality", municipality), ("agency", agency), ("feeId", feeId));
}
