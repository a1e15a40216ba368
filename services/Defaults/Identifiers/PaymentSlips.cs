namespace ClaimsTransfer.Defaults.Identifiers;

/// <summary>
/// The number on a payment slip of kind +71: 14 digits and a check digit, by which money that comes in finds its claim. A digit typed wrong must not find another's:
/// whoever reads one goes by <see cref="TryRead"/>.
/// </summary>
public static class PaymentSlips
{
    public const string Example = "123456789012347";

    private const int Length = 15;
    private const int CreditorLength = 8;
    private const string Kind = "+71<";

    /// <summary>
    /// Reads the bare 15 digits, or the whole line <c>+71&lt;15 digits+8 digits&lt;</c>, of which the last eight are the creditor's number. Blanks and line breaks are where
    /// somebody grouped them.
    /// </summary>
    /// <param name="slip">The 15 digits.</param>
    /// <param name="fault">What is wrong; the number itself is not repeated.</param>
    public static bool TryRead(string? text, out string slip, out string fault)
    {
        slip = "";
        if (!TryDigits(text, out var digits, out fault))
            return false;
        fault = string.IsNullOrEmpty(digits) ? "is missing"
            : digits.Length != Length ? $"has {digits.Length} characters, {Length} digits are needed"
            : digits.AsSpan().ContainsAnyExceptInRange('0', '9') ? $"has characters that are not digits, {Length} digits are needed"
            : CheckDigit(digits.AsSpan(0, Length - 1)) != digits[^1] ? "has a wrong check digit: it is no payment slip's"
            : "";
        if (fault.Length > 0)
            return false;
        slip = digits;
        return true;
    }

    /// <summary>The 15 digits, whether or not their check digit is right; null: it is no payment slip's number.</summary>
    public static string? Digits(string? text) =>
        TryDigits(text, out var digits, out _) && digits.Length == Length && !digits.AsSpan().ContainsAnyExceptInRange('0', '9') ? digits : null;

    /// <summary>
    /// What a number that is no slip's may have been: it lost its leading zeros, as it does where it is kept as a number, or its check digit. For a person to compare, never to book by.
    /// </summary>
    public static IReadOnlyList<string> Guesses(string? text)
    {
        if (!TryDigits(text, out var digits, out _) || digits.Length is 0 or >= Length || digits.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return [];
        var guesses = new List<string>();
        if (TryRead(digits.PadLeft(Length, '0'), out var padded, out _))
            guesses.Add(padded);
        if (digits.Length == Length - 1)
            guesses.Add(WithCheckDigit(digits));
        return guesses;
    }

    /// <summary>The 15 digits of a slip with these 14.</summary>
    public static string WithCheckDigit(string body14) =>
        body14.Length == Length - 1 && !body14.AsSpan().ContainsAnyExceptInRange('0', '9')
            ? body14 + CheckDigit(body14)
            : throw new ArgumentException($"A payment slip's number has {Length - 1} digits before its check digit.", nameof(body14));

    private static bool TryDigits(string? text, out string digits, out string fault)
    {
        digits = text is null ? "" : string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));
        fault = "";
        return !digits.StartsWith('+') || TryLine(digits, out digits, out fault);
    }

    private static bool TryLine(string line, out string digits, out string fault)
    {
        digits = "";
        if (line.Length != Kind.Length + Length + 1 + CreditorLength + 1 || !line.StartsWith(Kind, StringComparison.Ordinal) || line[Kind.Length + Length] != '+' || line[^1] != '<')
        {
            fault = $"is no payment slip's line: {Kind}, {Length} digits, +, {CreditorLength} digits, <";
            return false;
        }

        var creditor = line.AsSpan(Kind.Length + Length + 1, CreditorLength);
        fault = creditor[0] == '8' && !creditor.ContainsAnyExceptInRange('0', '9') ? "" : $"has no creditor number: {CreditorLength} digits that begin with 8";
        if (fault.Length > 0)
            return false;
        digits = line.Substring(Kind.Length, Length);
        return true;
    }

    /// <summary>Weights from the right 2, 1, 2, 1 …; a product over 9 counts 9 less; what the sum lacks to the next ten.</summary>
    private static char CheckDigit(ReadOnlySpan<char> body)
    {
        var sum = 0;
        for (var i = 0; i < body.Length; i++)
        {
            var product = (body[^(i + 1)] - '0') * (i % 2 == 0 ? 2 : 1);
            sum += product > 9 ? product - 9 : product;
        }

        return (char)('0' + ((10 - (sum % 10)) % 10));
    }
}
