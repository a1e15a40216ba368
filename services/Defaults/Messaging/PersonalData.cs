using System.Text.RegularExpressions;

namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>The last line of defence: a text that goes to a header, a log or another service loses whatever has the shape of a CPR number.</summary>
public static partial class PersonalData
{
    // Looks a little past the limit, so that a number the limit cuts through is still recognised.
    public static string Mask(string text, int limit) =>
        Cut(CprShape().Replace(Cut(text, limit + 16), number => new string('#', number.Length)), limit);

    /// <summary>Cuts at a character, never through a surrogate pair.</summary>
    public static string Cut(string text, int limit)
    {
        if (text.Length <= limit)
            return text;
        return text[..(char.IsHighSurrogate(text[limit - 1]) ? limit - 1 : limit)];
    }

    [GeneratedRegex(@"\d{6}[- ]?\d{4}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CprShape();
}
