using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.Replaying;

/// <summary>What the console itself has to say of a message that is replayed. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both languages.</summary>
public static class ReplayNotes
{
    public static readonly Note AnotherStandsStill = Note.Of("replay.anotherStandsStill");
    public static readonly Note ChangedNothing = Note.Of("replay.changedNothing");
    public static readonly Note NotAsked = Note.Of("replay.notAsked");

    public static Note ServiceAway(string service) => Note.Of("replay.serviceAway", ("service", service));
}
