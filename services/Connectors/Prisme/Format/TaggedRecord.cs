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
