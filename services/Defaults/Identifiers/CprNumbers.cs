using System.Text.RegularExpressions;

namespace ClaimsTransfer.Defaults.Identifiers;

/// <summary>
/// Finds CPR numbers in free text, for whoever masks them. Ten digits are one when they begin with a day that exists and stand by themselves: not within a longer number,
/// an id, or one of our own references, which may have the same shape by chance.
/// </summary>
public static partial class CprNumbers
{
    public static bool AreIn(string text) => Shape().Matches(text).Any(IsCpr);

    /// <param name="by">What stands in the number's place, given the number as it was written.</param>
    public static string Replace(string text, Func<string, string> by) => Shape().Replace(text, found => IsCpr(found) ? by(found.Value) : found.Value);

    private static bool IsCpr(Match found) =>
        found.Groups["number"].Success && Identifiers.TryCpr(string.Concat(found.Value.Where(char.IsDigit).Select(digit => (int)char.GetNumericValue(digit))), out _, out _);

    // The first alternatives take up what only contains such digits: a UUID, a trace id or hash, our reference.
    [GeneratedRegex(
        @"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}|DK-7\d{5}(-\d+)?|(?<number>(?<!\d-?)\d{2}[ .]?\d{2}[ .]?\d{2}[ -]{0,3}\d{4}(?!-?\d))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shape();
}
