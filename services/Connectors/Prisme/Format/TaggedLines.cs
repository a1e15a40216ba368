using System.Runtime.CompilerServices;
using System.Text;
using ClaimsTransfer.Defaults.Reading;

namespace ClaimsTransfer.Prisme.Format;

/// <summary>Reads a file of any size, a record at a time.</summary>
internal static class TaggedLines
{
    private const string ControlZ = "\u001a";

    /// <summary>Throws <see cref="InvalidDataException"/>, naming the line, at the first that cannot be read. What was read before it counts only when the file's trailer came.</summary>
    public static async IAsyncEnumerable<TaggedRecord> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 65_536, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await RequireLineEndAsync(file, cancellation);
        await SkipByteOrderMarkAsync(file, cancellation);
        using var reader = new StreamReader(file, TaggedFile.Utf8, detectEncodingFromByteOrderMarks: false, 65_536);
        var lines = new BoundedLines(reader);
        for (var number = 1; await NextAsync(lines, number, cancellation) is { } line; number++)
        {
            // The Ctrl-Z that ends a file is no line.
            if (line == ControlZ && await lines.NextAsync(cancellation) is null)
                yield break;
            yield return TaggedFile.ReadLine(line, number, out var fault) ?? throw new InvalidDataException($"line {number} {fault}");
        }
    }

    // A reader of lines takes the last one without its end too, and could not tell a trailer that was cut off.
    private static async Task RequireLineEndAsync(FileStream file, CancellationToken cancellation)
    {
        var end = new byte[2];
        if (file.Length < end.Length)
            throw new InvalidDataException("it is empty");
        file.Seek(-end.Length, SeekOrigin.End);
        await file.ReadExactlyAsync(end, cancellation);
        if (end[1] != '\n' && !(end[1] == ControlZ[0] && end[0] == '\n'))
            throw new InvalidDataException("its last line has no end: it was cut off");
        file.Seek(0, SeekOrigin.Begin);
    }

    private static async Task SkipByteOrderMarkAsync(FileStream file, CancellationToken cancellation)
    {
        var start = new byte[TaggedFile.ByteOrderMark.Length];
        var read = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellation);
        if (!start.AsSpan(0, read).SequenceEqual(TaggedFile.ByteOrderMark))
            file.Seek(0, SeekOrigin.Begin);
    }

    private static async Task<string?> NextAsync(BoundedLines lines, int number, CancellationToken cancellation)
    {
        try
        {
            return await lines.NextAsync(cancellation);
        }
        catch (DecoderFallbackException bytes)
        {
            throw new InvalidDataException($"line {number} or one soon after it is not UTF-8", bytes);
        }
        catch (BeyondBoundException beyond)
        {
            throw new InvalidDataException($"line {number} is {beyond.Message}", beyond);
        }
    }
}
