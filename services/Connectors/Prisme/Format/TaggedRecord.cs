using System.Globalization;
using System.Text;

namespace ClaimsTransfer.Prisme.Format;

/// <summary>One line of a file: a type of three characters and fields numbered 1 to 99, written in ascending order, empty ones left out.</summary>
public sealed record TaggedRecord(string Type, IReadOnlyDictionary<int, string> Fields)
{
    public TaggedRecord(string type, params ReadOnlySpan<(int Number, string? Value)> fields) : this(type, Collect(fields))
    {
    }

    /// <summary>Empty where the field is absent: the format does not tell the two apart.</summary>
    public string this[int number] => Fields.GetValueOrDefault(number, "");

    /// <summary>Øre, with a sign and 14 digits at most; null where the field holds something else.</summary>
    public long? OreOf(int number) =>
        this[number].Length <= 15 && long.TryParse(this[number], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ore) ? ore : null;

    /// <summary>A day, <c>yyyyMMdd</c>.</summary>
    public DateOnly? DateOf(int number) =>
        DateOnly.TryParseExact(this[number], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    /// <summary>A moment, <c>yyyyMMddHHmmss</c>, UTC.</summary>
    public DateTimeOffset? MomentOf(int number) =>
        DateTimeOffset.TryParseExact(this[number], "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;

    /// <summary>A payment slip's 15 digits; null where there are none.</summary>
    public string? PaymentSlipOf(int number) => this[number] is { Length: 15 } slip && slip.All(char.IsAsciiDigit) ? slip : null;

    /// <summary>Null where the field is absent.</summary>
    public string? TextOf(int number) => Fields.GetValueOrDefault(number) is { Length: > 0 } text ? text : null;

    /// <summary>Line breaks and other control characters would break the record apart, and half a surrogate is no character: they become a space or U+FFFD.</summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            clean.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        return clean.ToString();
    }

    private static SortedDictionary<int, string> Collect(ReadOnlySpan<(int Number, string? Value)> fields)
    {
        var collected = new SortedDictionary<int, string>();
        foreach (var (number, value) in fields)
        {
            if (Clean(value) is { Length: > 0 } clean)
                collected.Add(number, clean);
        }

        return collected;
    }
}
