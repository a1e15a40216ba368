using System.Globalization;
using System.Text;

namespace ClaimsTransfer.Sandbox.Prisme;

/// <summary>A record of a Prisme file as the stand-in reads and writes it, from the format's description alone: it shares no code with the connector.</summary>
public sealed record PrismeLine(string Type, SortedDictionary<int, string> Fields)
{
    public static PrismeLine Of(string type, params ReadOnlySpan<(int Number, string? Value)> fields)
    {
        var line = new PrismeLine(type, []);
        foreach (var (number, value) in fields)
        {
            if (!string.IsNullOrEmpty(value))
                line.Fields[number] = value;
        }

        return line;
    }

    public string this[int field] => Fields.GetValueOrDefault(field, "");
}

public static class PrismeLines
{
    private static readonly UTF8Encoding Strict = new(false, true);

    /// <param name="firstNumber">Of the first line: a file may be written in parts.</param>
    public static byte[] Write(IEnumerable<PrismeLine> lines, long firstNumber = 1) => Strict.GetBytes(string.Concat(lines.Select((line, index) =>
        $"000{line.Type}{firstNumber + index:D8}{string.Concat(line.Fields.Select(f => $"&{f.Key:D2}{f.Value.Replace("&", "&&", StringComparison.Ordinal)}"))}\r\n")));

    /// <summary>The file's records, or the fault for which all of it is refused.</summary>
    public static List<PrismeLine>? Read(byte[] content, string trailer, out string fault)
    {
        fault = "";
        string text;
        try
        {
            text = Strict.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            fault = "the file is not UTF-8, or was cut off within a letter";
            return null;
        }

        var lines = new List<PrismeLine>();
        foreach (var raw in text.Split("\r\n"))
        {
            // After the last line end nothing follows; anything there is a line that was cut off.
            if (raw.Length == 0)
                break;
            if (raw.Length < 14 || raw[..3] != "000" || raw[6..14] != (lines.Count + 1).ToString("D8", CultureInfo.InvariantCulture) || ReadFields(raw[14..]) is not { } fields)
            {
                fault = $"line {lines.Count + 1} is not a record";
                return null;
            }

            lines.Add(new PrismeLine(raw[3..6], fields));
        }

        if (lines.Count > 1 && lines[^1].Type == trailer && text.EndsWith("\r\n", StringComparison.Ordinal))
            return lines;
        fault = "the file has no trailer: it was cut off";
        return null;
    }

    private static SortedDictionary<int, string>? ReadFields(string text)
    {
        var fields = new SortedDictionary<int, string>();
        // A doubled separator stands for itself: put aside while the single ones cut the text.
        foreach (var part in text.Replace("&&", "\0", StringComparison.Ordinal).Split('&').Skip(1))
        {
            if (part.Length < 2 || !int.TryParse(part[..2], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || (fields.Count > 0 && number <= fields.Keys.Last()))
                return null;
            fields[number] = part[2..].Replace('\0', '&');
        }

        return fields;
    }
}
