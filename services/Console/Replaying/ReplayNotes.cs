using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.Replaying;

/// <summary>What the console itself has to say of replays and their messages. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both languages.</summary>
public static class ReplayNotes
{
    public static readonly Note AnotherStandsStill = Note.Of("replay.anotherStandsStill");
    public static readonly Note ChangedNothing = Note.Of("replay.changedNothing");
    public static readonly Note NotAsked = Note.Of("replay.notAsked");

    /// <summary>Why it cannot be changed.</summary>
    public static readonly Note Empty = Note.Of("replay.empty");
    public static readonly Note ApproverOnly = Note.Of("replay.approverOnly");
    public static readonly Note SignedInOnly = Note.Of("replay.signedInOnly");
    public static readonly Note AnotherPerson = Note.Of("replay.anotherPerson");

    public static Note Unknown(Guid replayId) => Note.Of("replay.unknown", ("replayId", replayId));

    public static Note Cannot(string action, string replay) => Note.Of("replay.cannot", ("action", action), ("replay", replay));

    /// <summary>What it does, and why.</summary>
    public static Note PausedBy(string who) => Note.Of("replay.pausedBy", ("who", who));

    public static Note StoodForBy(string who) => Note.Of("replay.stoodForBy", ("who", who));

    public static Note ResumedBy(string who) => Note.Of("replay.resumedBy", ("who", who));

    public static Note CancelledBy(string who) => Note.Of("replay.cancelledBy", ("who", who));

    public static Note TooManyFailed(long failed, long known, int percent) => Note.Of("replay.tooManyFailed", ("failed", failed), ("known", known), ("percent", percent));

    public static Note NoOutcome(long messages, TimeSpan within) => Note.Of("replay.noOutcome", ("messages", messages), ("within", within));

    public static Note NoQueue(string queue) => Note.Of("replay.noQueue", ("queue", queue));
}
