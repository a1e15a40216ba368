using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.DeadLetters;

/// <summary>What cannot be searched for. Its texts are in <see cref="NoteTexts"/>; a test fails on one without both languages.</summary>
public static class FilterNotes
{
    public static Note NoStatus(string value, string allowed) => Note.Of("filter.noStatus", ("value", value), ("allowed", allowed));

    public static Note NoId(string name, string value) => Note.Of("filter.noId", ("name", name), ("value", value));

    public static Note NoNumber(string name, string value) => Note.Of("filter.noNumber", ("name", name), ("value", value));

    public static Note NoMoment(string name, string value) => Note.Of("filter.noMoment", ("name", name), ("value", value));
}
