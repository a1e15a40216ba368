using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ClaimsTransfer.OperationsConsole.DeadLetters;

/// <summary>
/// What tells one cause from another, and stays the same from message to message and from build to build: the exception's type, its text without the values in it, and the
/// first of our own methods on its stack.
/// </summary>
public static partial class Fingerprint
{
    private const int TextLimit = 300;

    public static string Of(string causeType, string causeText)
    {
        var text = TextOf(causeText);
        var frame = causeText.Split('\n', StringSplitOptions.TrimEntries).Select(line => Frame().Match(line)).FirstOrDefault(match => match.Success)?.Groups[1].Value ?? "";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{causeType}\n{text}\n{frame}")))[..16];
    }

    /// <summary>What the texts of one cause have in common: the first line, without the values in it, and so without anything of any one municipality.</summary>
    public static string TextOf(string causeText)
    {
        var end = causeText.IndexOf('\n', StringComparison.Ordinal);
        // Cut after the values are gone: a longer one would move the end.
        var text = Values().Replace((end < 0 ? causeText : causeText[..end]).Trim(), "…");
        return text.Length > TextLimit ? text[..TextLimit] : text;
    }

    /// <summary>Ids (parts of which may look like a CPR number, and be masked), numbers, times, and whatever stands in quotation marks.</summary>
    [GeneratedRegex("""[0-9a-fA-F#]{8}[-#][0-9a-fA-F#-]{27}|\b(?=[a-fA-F]*[0-9#])[0-9a-fA-F#]{16,}|'[^']*'|"[^"]*"|«[^»]*»|[#\p{Nd}]+([.,:T-]?[#\p{Nd}]+)*Z?""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Values();

    /// <summary>The method without its arguments, file and line; of what the compiler made of it (closures, numbered from build to build) its type alone.</summary>
    [GeneratedRegex(@"^at (ClaimsTransfer\.[A-Za-z0-9_.`+]+?)(?:\.<|[\[(])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Frame();
}
