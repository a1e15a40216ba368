using System.Text;
using System.Text.RegularExpressions;

namespace ClaimsTransfer.Defaults.Identifiers;

/// <summary>
/// Finds CPR numbers in free text, for whoever masks them. Ten digits are one when they begin with a day that exists, whatever stands beside them but another digit; exempt is
/// only what has the shape of a name of ours or the debtor system's: an id, our reference, a municipality's code and its claim.
/// </summary>
public static partial class CprNumbers
{
    public static bool AreIn(string text) => Next(text, 0) is not null;

    /// <param name="by">What stands in the number's place, given the number as it was written.</param>
    public static string Replace(string text, Func<string, string> by)
    {
        var replaced = new StringBuilder();
        var at = 0;
        while (Next(text, at) is { } found)
        {
            replaced.Append(text, at, found.Index - at).Append(by(found.Value));
            at = found.Index + found.Length;
        }
        return at == 0 ? text : replaced.Append(text, at, text.Length - at).ToString();
    }

    private static Match? Next(string text, int from)
    {
        var found = Shape().Match(text, from);
        // Within what only looked like a number, the next may begin: 1999 010101-1234.
        while (found.Success && !IsCpr(found))
            found = Shape().Match(text, found.Groups["number"].Success ? found.Index + 1 : found.Index + found.Length);
        return found.Success ? found : null;
    }

    private static bool IsCpr(Match found) =>
        found.Groups["number"].Success && Identifiers.TryCpr(string.Concat(found.Value.Where(char.IsDigit).Select(digit => (int)char.GetNumericValue(digit))), out _, out _);

    private const string Number = @"\d{2}[ .]?\d{2}[ .]?\d{2}[ /-]{0,3}\d{4}(?!\d)";

    // The first alternatives take up what only contains such digits: a UUID, a trace id or hash, our reference, the debtor system's.
    [GeneratedRegex(
        $@"[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|[0-9a-f]{{16,}}|DK-7\d{{5}}(?!\d)(-(?!{Number})[1-9]\d*)?|(?<![\d/-])0\d{{3}}-\d{{10}}(?!\d)|(?<number>(?<!\d){Number})",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shape();
}
