using System.Text.RegularExpressions;

namespace ClaimsTransfer.Prisme.Transport;

/// <summary>
/// The names of what Prisme leaves in <c>ud</c>. The other side chooses them; only those of the agreed form are ever put into a path. Some transfers write names in upper case.
/// </summary>
internal static partial class FileNames
{
    public static bool IsReceiptFile(string name) => ReceiptName().IsMatch(name);

    /// <summary>The id of a payment file; null for another file. It stands in the name, so that the file can be asked for again whatever its content.</summary>
    public static string? PaymentFileId(string name) => PaymentName().Match(name) is { Success: true } match ? match.Groups["id"].Value : null;

    /// <summary>A payment file by its ending alone: nobody can read whose it is, or ask for it.</summary>
    public static bool IsMisnamedPayments(string name) => name.EndsWith(".bet", StringComparison.OrdinalIgnoreCase) && PaymentFileId(name) is null;

    public static bool IsAccountFile(string name) => AccountName().IsMatch(name);

    [GeneratedRegex(@"^\d{4}_[A-Za-z0-9_-]{1,100}\.kvit$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex ReceiptName();

    [GeneratedRegex(@"^\d{4}_[A-Za-z0-9-]{1,60}_(?<id>[A-Za-z0-9_-]{1,100})\.bet$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex PaymentName();

    [GeneratedRegex(@"^\d{4}_[A-Za-z0-9-]{1,60}\.saldo$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex AccountName();
}
