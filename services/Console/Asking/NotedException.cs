using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Pages.Frame;

namespace ClaimsTransfer.OperationsConsole.Asking;

/// <summary>Why something cannot be told or done now, in notes: a page says them in the reader's language, the API and the log in English.</summary>
public abstract class NotedException(IReadOnlyList<Note> notes, Exception? inner = null) : Exception(NotesOnPages.InEnglish(notes), inner)
{
    public IReadOnlyList<Note> Notes => notes;
}
