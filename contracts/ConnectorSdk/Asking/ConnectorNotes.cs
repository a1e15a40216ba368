using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.ConnectorSdk.Asking;

/// <summary>What an instruction waits for. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both languages.</summary>
public static class ConnectorNotes
{
    public static readonly Note ItsTurn = Note.Of("connector.itsTurn");
    public static readonly Note Reply = Note.Of("connector.reply");
    public static readonly Note TakesNothing = Note.Of("connector.takesNothing");
    public static readonly Note WhetherItHasIt = Note.Of("connector.whetherItHasIt");
}
