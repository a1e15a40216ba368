using System.Text;

namespace ClaimsTransfer.Fuzz.Inputs;

/// <summary>What a door is given: a body, and what goes with it (headers, properties, which call it answers). As a file: a property a line, an empty line, the body.</summary>
internal sealed record Input(byte[] Body, IReadOnlyDictionary<string, string> Properties)
{
    private const byte LineEnd = (byte)'\n';

    public Input(string body, params ReadOnlySpan<(string Name, string Value)> properties)
        : this(Encoding.UTF8.GetBytes(body), new SortedDictionary<string, string>(Pairs(properties), StringComparer.Ordinal))
    {
    }

    /// <summary>Empty where it is absent.</summary>
    public string this[string name] => Properties.GetValueOrDefault(name, "");

    /// <param name="value">Null takes it away.</param>
    public Input With(string name, string? value)
    {
        var changed = new SortedDictionary<string, string>(Properties.ToDictionary(), StringComparer.Ordinal);
        if (value is null)
            changed.Remove(name);
        else
            changed[name] = value;
        return this with { Properties = changed };
    }

    public static Input Read(ReadOnlySpan<byte> file)
    {
        var properties = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var end = file.IndexOf(LineEnd); end > 0; end = file.IndexOf(LineEnd))
        {
            var line = Encoding.ASCII.GetString(file[..end]).Split(": ", 2);
            properties[line[0]] = Unescaped(line[1]);
            file = file[(end + 1)..];
        }

        return new Input(file[1..].ToArray(), properties);
    }

    public byte[] Write()
    {
        var head = string.Concat(Properties.Select(property => $"{property.Key}: {Escaped(property.Value)}\n"));
        return [.. Encoding.ASCII.GetBytes(head), LineEnd, .. Body];
    }

    /// <summary>By UTF-16 unit: half a surrogate must survive, which no encoding of text lets through.</summary>
    private static string Escaped(string text) => string.Concat(text.Select(c => c is > ' ' and < '\x7f' and not '%' ? $"{c}" : $"%{(int)c:x4}"));

    private static string Unescaped(string text)
    {
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            plain.Append(text[at] == '%' ? (char)Convert.ToInt32(text.Substring(at + 1, 4), 16) : text[at]);
            at += text[at] == '%' ? 4 : 0;
        }

        return plain.ToString();
    }

    private static Dictionary<string, string> Pairs(ReadOnlySpan<(string Name, string Value)> properties)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in properties)
            pairs[name] = value;
        return pairs;
    }
}
