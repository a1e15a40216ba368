using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.ConnectorSdk.Asking;

/// <summary>What an instruction waits for. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both languages.</summary>
public static class ConnectorNotes
{
    public static readonly Note ItsTurn = Note.Of("connector.itsTurn");
    public static readonly Note Reply = Note.Of("connector.reply");
    public static readonly Note TakesNothing = Note.Of("connector.takesNothing");
    public static readonly Note WhetherItHasIt = Note.Of("connector.whetherItHasIt");

    /// <summary>Why a claim is not erased.</summary>
    public static readonly Note KeptInstruction = Note.Of("connector.keptInstruction");
    public static readonly Note KeptEntry = Note.Of("connector.keptEntry");

    public static Note NotLetIn(string municipality) => Note.Of("connector.notLetIn", ("municipality", municipality));

    public static Note KeyNotHere(string key, string vendor) => Note.Of("connector.keyNotHere", ("key", key), ("vendor", vendor));

    /// <param name="fault">An exception's name.</param>
    public static Note KeyNotRead(string key, string fault) => Note.Of("connector.keyNotRead", ("key", key), ("fault", fault));
}
