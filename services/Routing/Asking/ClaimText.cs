using System.Globalization;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Asking;

/// <summary>What somebody types to find a claim, read as people write it: blanks, grouping and case say nothing.</summary>
/// <param name="ClaimId">It names one claim.</param>
/// <param name="Agency">It names a library.</param>
/// <param name="Number">A fee, or a patron.</param>
/// <param name="Slips">Payment slips that it may be: also one that lost its leading zeros.</param>
/// <param name="DebtorReference">As <see cref="Packed"/>.</param>
/// <param name="Words">To be looked for in why a claim is held, rejected or cancelled.</param>
internal sealed partial record ClaimText(Guid? ClaimId, string? Agency, long? Number, IReadOnlyList<string> Slips, string? DebtorReference, string? Words)
{
    private static readonly ClaimText Nothing = new(null, null, null, [], null, null);

    public static ClaimText Read(string text)
    {
        var packed = Packed(text)!;
        if (Guid.TryParse(text, out var id))
            return Nothing with { ClaimId = id };
        if (Reference().Match(packed) is { Success: true } named)
            return Nothing with { ClaimId = DeterministicId.OfClaim($"DK-{named.Groups[1].Value}", long.Parse(named.Groups[2].Value, CultureInfo.InvariantCulture)) };
        if (Library().Match(packed) is { Success: true } library)
            return Nothing with { Agency = $"DK-{library.Groups[1].Value}" };
        // Whatever names a claim has a digit; only words are looked for in words, and what may be both in both.
        if (!packed.Any(char.IsAsciiDigit))
            return Nothing with { Words = text };
        var isNumber = long.TryParse(packed, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return new ClaimText(
            null, null, isNumber ? number : null, PaymentSlips.TryRead(text, out var slip, out _) ? [slip] : PaymentSlips.Guesses(text), packed, isNumber || packed[0] == '+' ? null : text);
    }

    /// <summary>Without blanks, in upper case.</summary>
    public static string? Packed(string? text) => text is null ? null : string.Concat(text.Where(letter => !char.IsWhiteSpace(letter))).ToUpperInvariant();

    [GeneratedRegex(@"^DK-?(\d{6})[-/:]?([1-9]\d{0,17})$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"^DK-?(\d{6})$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Library();
}
