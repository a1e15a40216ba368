using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Payments.Reconciliation.Running;

/// <summary>
/// Why a reconciliation did not come to its end, or does not begin. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both
/// languages.
/// </summary>
public static class ReconciliationNotes
{
    public static readonly Note CutOff = Note.Of("reconciliation.cutOff");
    public static readonly Note LeaseLost = Note.Of("reconciliation.leaseLost");
    public static readonly Note Stopped = Note.Of("reconciliation.stopped");

    /// <param name="text">Which list, where and why, as its reader says it.</param>
    public static Note NotRead(string text) => Note.Of("reconciliation.notRead", ("text", text));

    /// <param name="fault">An exception's name.</param>
    public static Note NotRepaired(string fault) => Note.Of("reconciliation.notRepaired", ("fault", fault));

    public static Note NotDone(string fault) => Note.Of("reconciliation.notDone", ("fault", fault));

    public static Note Running(string municipality) => Note.Of("reconciliation.running", ("municipality", municipality));
}
