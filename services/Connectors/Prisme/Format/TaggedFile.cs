using System.Globalization;
using System.Text;

namespace ClaimsTransfer.Prisme.Format;

/// <summary>
/// Files in the style of the finance file G69: a record a line, a fixed header (system, type, line number), then numbered fields. README.md holds the format.
/// </summary>
public static class TaggedFile
{
    public const string System = "000";
    public const string LineEnd = "\r\n";

    private const byte ControlZ = 0x1A;
    private const int TypeLength = 3;
    private const int LineNumberLength = 8;
    private const int HeaderLength = 14;

    internal static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    internal static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Write(IEnumerable<TaggedRecord> records)
    {
        var text = new StringBuilder();
        var line = 0;
        foreach (var record in records)
        {
            text.Append(System).Append(record.Type).Append((++line).ToString("D8", CultureInfo.InvariantCulture));
            foreach (var (number, value) in record.Fields)
                text.Append('&').Append(number.ToString("D2", CultureInfo.InvariantCulture)).Append(value.Replace("&", "&&", StringComparison.Ordinal));
            text.Append(LineEnd);
        }

        return Utf8.GetBytes(text.ToString());
    }

    /// <summary>
    /// Reads a file. What is cut off anywhere is <see cref="TaggedReading.Incomplete"/>: only a whole trailer line says that all of it is there. Lines may end by LF alone, as they do
    /// after a transfer in text mode; a byte order mark before them and a Ctrl-Z after them say nothing.
    /// </summary>
    public static TaggedReading Read(ReadOnlySpan<byte> content, string trailerType)
    {
        if (content.StartsWith(ByteOrderMark))
            content = content[ByteOrderMark.Length..];
        var ended = content.TrimEnd(ControlZ);
        // A Ctrl-Z stands where the file ends: the line before it is whole.
        var isEnded = ended.Length < content.Length || ended.EndsWith("\n"u8);
        if (!isEnded || ended.IsEmpty)
            return new TaggedReading.Incomplete();
        content = ended;
        string text;
        try
        {
            text = Utf8.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            return new TaggedReading.Malformed(0, "is not UTF-8");
        }

        if (text.EndsWith('\n'))
            text = text[..^1];
        var lines = text.Split('\n');
        var records = new List<TaggedRecord>(lines.Length);
        foreach (var line in lines)
        {
            if (ReadLine(line.EndsWith('\r') ? line[..^1] : line, records.Count + 1, out var fault) is not { } record)
                return new TaggedReading.Malformed(records.Count + 1, fault);
            records.Add(record);
        }

        return records[^1].Type == trailerType ? new TaggedReading.Complete(records) : new TaggedReading.Incomplete();
    }

    internal static TaggedRecord? ReadLine(string line, int number, out string fault)
    {
        fault = "";
        if (line.Length < HeaderLength || !line.StartsWith(System, StringComparison.Ordinal))
            fault = "does not start with a record header of 14 characters";
        else if (line.Substring(System.Length + TypeLength, LineNumberLength) != number.ToString("D8", CultureInfo.InvariantCulture))
            fault = "has the wrong line number";
        if (fault.Length > 0)
            return null;

        var fields = new SortedDictionary<int, string>();
        var at = HeaderLength;
        var last = 0;
        while (at < line.Length)
        {
            if (!TryReadTag(line, at, out var tag) || tag <= last)
            {
                fault = "has a field that is not numbered in ascending order";
                return null;
            }

            last = tag;
            at += 3;
            var value = new StringBuilder();
            // A doubled separator is the character itself; a single one starts the next field.
            while (at < line.Length && (line[at] != '&' || (at + 1 < line.Length && line[at + 1] == '&')))
            {
                value.Append(line[at]);
                at += line[at] == '&' ? 2 : 1;
            }

            fields.Add(tag, value.ToString());
        }

        return new TaggedRecord(line.Substring(System.Length, TypeLength), fields);
    }

    private static bool TryReadTag(string line, int at, out int tag)
    {
        tag = 0;
        return at + 3 <= line.Length && line[at] == '&' && int.TryParse(line.AsSpan(at + 1, 2), NumberStyles.None, CultureInfo.InvariantCulture, out tag);
    }
}

/// <summary>What reading a file gave.</summary>
public abstract record TaggedReading
{
    public sealed record Complete(IReadOnlyList<TaggedRecord> Records) : TaggedReading;

    /// <summary>No whole trailer at its end: still being written, or cut off.</summary>
    public sealed record Incomplete : TaggedReading;

    /// <summary>The line cannot be read, and so nothing of the file is trusted.</summary>
    public sealed record Malformed(int Line, string Fault) : TaggedReading;
}
