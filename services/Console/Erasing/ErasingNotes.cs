using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.Erasing;

/// <summary>Why a claim was not erased, and what was. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both languages.</summary>
public static class ErasingNotes
{
    public static readonly Note LetterOpen = Note.Of("erasing.letterOpen");
    public static readonly Note NotEnded = Note.Of("claim.notEnded");
    public static readonly Note EndedJustNow = Note.Of("erasing.endedJustNow");
    public static readonly Note NotKnown = Note.Of("erasing.notKnown");

    /// <param name="until">The last year in which it is kept.</param>
    public static Note WithinRetention(int until) => Note.Of("erasing.withinRetention", ("year", $"{until}"));

    public static Note Done(long claims, long others, long kept) => Note.Of("erasing.done", ("claims", claims), ("others", others), ("kept", kept));
}
