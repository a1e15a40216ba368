using ClaimsTransfer.Defaults.Identifiers;

namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>The last line of defence: a text that goes to a header, a log or another service loses the CPR numbers in it.</summary>
public static class PersonalData
{
    // Looks a little past the limit, so that a number the limit cuts through is still recognised.
    public static string Mask(string text, int limit) =>
        Cut(CprNumbers.Replace(Cut(text, limit + 16), number => new string('#', number.Length)), limit);

    /// <summary>Cuts at a character, never through a surrogate pair.</summary>
    public static string Cut(string text, int limit)
    {
        if (text.Length <= limit)
            return text;
        return text[..(char.IsHighSurrogate(text[limit - 1]) ? limit - 1 : limit)];
    }
}
