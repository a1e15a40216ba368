using System.Text;
using ClaimsTransfer.Defaults.Identifiers;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>Keeps CPR numbers out of everything that is stored, logged, answered or sent on as text.</summary>
internal static class PersonalText
{
    public const string Masked = "******";
    private const int LongestShown = 100;

    /// <summary>
    /// Text that is carried on with a claim: masks CPR numbers and every occurrence of the
    /// message's own numbers. An ISBN or an item number stays.
    /// </summary>
    public static string? MaskCpr(string? text, params ReadOnlySpan<string?> own)
    {
        if (text is null || DigitsIn(text) < 8)
            return text;
        return CprNumbers.Replace(MaskOwn(text, own)!, _ => Masked);
    }

    /// <summary>Numbers of things, which may look like anybody's CPR number by chance: only the message's own numbers are masked.</summary>
    public static string? MaskOwn(string? text, params ReadOnlySpan<string?> own)
    {
        foreach (var number in own)
        {
            if (number is { Length: > 0 })
                text = text?.Replace(number, Masked, StringComparison.Ordinal);
        }
        return text;
    }

    /// <summary>Text of a refused message: masks every ten digits or more, however they are grouped, for a malformed number is personal as well.</summary>
    public static string MaskNumbers(string text)
    {
        if (DigitsIn(text) < 10 || Guid.TryParse(text, out _))
            return text;
        var masked = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var end = EndOfNumber(text, at, out var digits);
            if (digits >= 10)
                masked.Append(Masked);
            else
                masked.Append(text.AsSpan(at, Math.Max(end - at, 1)));
            at = Math.Max(end, at + 1);
        }
        return masked.ToString();
    }

    /// <summary>As a fault shows a value: masked, then cut.</summary>
    public static string Shown(string text) => Cut(MaskNumbers(text.Length > 4 * LongestShown ? text[..(4 * LongestShown)] : text));

    public static string Cut(string text)
    {
        if (text.Length <= LongestShown)
            return text;
        // A pair of surrogates is one character and is not cut in two.
        return text[..(char.IsHighSurrogate(text[LongestShown - 2]) ? LongestShown - 2 : LongestShown - 1)] + "…";
    }

    private static int EndOfNumber(string text, int at, out int digits)
    {
        digits = 0;
        var end = at;
        for (var i = at; i < text.Length; i++)
        {
            if (char.IsDigit(text[i]))
            {
                digits++;
                end = i + 1;
            }
            else if (digits == 0 || i - end >= 2 || text[i] is not (' ' or '-' or '.' or '/'))
            {
                break;
            }
        }
        return end;
    }

    private static int DigitsIn(string text)
    {
        var digits = 0;
        foreach (var c in text)
        {
            if (char.IsDigit(c))
                digits++;
        }
        return digits;
    }
}
