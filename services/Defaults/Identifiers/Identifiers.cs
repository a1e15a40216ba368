namespace ClaimsTransfer.Defaults.Identifiers;

/// <summary>
/// The numbers that come in from outside, read by their rules. A fault says what is wrong and never repeats the number: a CPR may not reach a log by way of
/// its own error message.
/// </summary>
public static class Identifiers
{
    public const string CprExample = "0101011234";
    public const string CvrExample = "64942212";
    public const string IsilExample = "DK-710100";

    private static ReadOnlySpan<int> CvrWeights => [2, 7, 6, 5, 4, 3, 2, 1];

    /// <summary>
    /// CPR: ten digits, DDMMYYSSSS. The seventh digit says the century; a replacement number has 60 added to its day. Modulus 11 is not looked at: numbers
    /// issued since 1 October 2007 need not fulfil it.
    /// </summary>
    public static bool TryCpr(string? text, out DateOnly bornOn, out string fault)
    {
        bornOn = default;
        if (!IsDigits(text, 10, out fault))
            return false;
        var day = Number(text, 0, 2);
        var month = Number(text, 2, 2);
        var year = Century(text![6] - '0', Number(text, 4, 2)) + Number(text, 4, 2);
        if (day > 60)
            day -= 60;
        if (month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            fault = "does not begin with a day that exists, DDMMYY";
            return false;
        }

        bornOn = new DateOnly(year, month, day);
        return true;
    }

    /// <summary>Whole years; somebody born on 29 February turns a year older on 1 March in other years.</summary>
    public static int AgeOn(DateOnly day, DateOnly bornOn) =>
        day.Year - bornOn.Year - ((day.Month, day.Day).CompareTo((bornOn.Month, bornOn.Day)) < 0 ? 1 : 0);

    /// <summary>CVR: eight digits whose weighted sum is divisible by 11.</summary>
    public static bool TryCvr(string? text, out string fault)
    {
        if (!IsDigits(text, 8, out fault))
            return false;
        var sum = 0;
        for (var i = 0; i < CvrWeights.Length; i++)
            sum += (text![i] - '0') * CvrWeights[i];
        if (text![0] != '0' && sum % 11 == 0)
            return true;
        fault = "has a wrong check digit: it is not a CVR number";
        return false;
    }

    /// <summary>A library's ISIL, <c>DK-7</c>, the municipality's three digits and two for the branch, gives the municipality's four-digit code.</summary>
    public static bool TryIsil(string? text, out string municipality, out string fault)
    {
        municipality = "";
        fault = "";
        if (text is { Length: 9 } && text.StartsWith("DK-7", StringComparison.Ordinal) && AllDigits(text.AsSpan(3)))
        {
            municipality = string.Concat("0", text.AsSpan(4, 3));
            return true;
        }

        fault = string.IsNullOrEmpty(text) ? "is missing" : "is not DK-7 followed by the municipality's three digits and two for the branch";
        return false;
    }

    private static int Century(int seventh, int year) => seventh switch
    {
        <= 3 => 1900,
        4 or 9 => year <= 36 ? 2000 : 1900,
        _ => year <= 57 ? 2000 : 1800,
    };

    private static bool IsDigits(string? text, int length, out string fault)
    {
        fault = string.IsNullOrEmpty(text) ? "is missing"
            : text.Length != length ? $"has {text.Length} characters, {length} digits are needed"
            : !AllDigits(text) ? $"has characters that are not digits, {length} digits are needed"
            : "";
        return fault.Length == 0;
    }

    private static bool AllDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    private static int Number(string? text, int start, int length) => int.Parse(text.AsSpan(start, length));
}
