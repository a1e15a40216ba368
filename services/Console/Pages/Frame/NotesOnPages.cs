using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <summary>What services note, in the reader's language: <c>@T.Say(line.Notes)</c>.</summary>
public static class NotesOnPages
{
    private static readonly NoteTexts InDanish = new(NoteTexts.Danish, Danish.Kroner);
    private static readonly NoteTexts English = new(NoteTexts.English, Danish.Kroner);

    public static string Say(this ITexts texts, IReadOnlyList<Note>? notes) => Of(texts).Say(notes);

    public static string Say(this ITexts texts, Note note) => Of(texts).Say(note);

    /// <summary>For what the API answers.</summary>
    public static string InEnglish(Note note) => English.Say(note);

    public static string InEnglish(IReadOnlyList<Note> notes) => English.Say(notes);

    private static NoteTexts Of(ITexts texts) => texts.Language == TextCatalogue.English ? English : InDanish;
}
