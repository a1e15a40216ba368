using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.Editing;

/// <summary>Why a correction is not sent. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both languages.</summary>
public static class CorrectionNotes
{
    public static readonly Note OriginalIsNotJson = Note.Of("correction.originalIsNotJson");
    public static readonly Note IsNotJson = Note.Of("correction.isNotJson");
    public static readonly Note NothingChanged = Note.Of("correction.nothingChanged");
    public static readonly Note EditedMeanwhile = Note.Of("correction.editedMeanwhile");

    /// <summary>Before what the service says of it.</summary>
    public static readonly Note WouldChangeNothing = Note.Of("correction.wouldChangeNothing");
    public static readonly Note NotValid = Note.Of("correction.notValid");
    public static readonly Note NotValidatedNow = Note.Of("correction.notValidatedNow");
    public static readonly Note ViewerSeesNoSealed = Note.Of("correction.viewerSeesNoSealed");

    public static Note Unknown(Guid letterId) => Note.Of("correction.unknown", ("letterId", letterId));

    public static Note DoesNotWait(string letter) => Note.Of("correction.doesNotWait", ("letter", letter));

    public static Note MaskMoved(string mask) => Note.Of("correction.maskMoved", ("mask", mask));

    public static Note NeverChanged(string field) => Note.Of("correction.neverChanged", ("field", field));

    /// <summary>Before what is wrong with the field.</summary>
    public static Note Fault(string field, string example) => Note.Of("correction.fault", ("field", field), ("example", example));
}
