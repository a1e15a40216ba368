namespace ClaimsTransfer.Cli.Import;

/// <summary>Whole lines of a file, about a megabyte at a time.</summary>
/// <param name="FirstLine">Number of the first line, 0-based.</param>
public readonly record struct LineChunk(long FirstLine, int Lines, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Cuts a stream into chunks of whole lines, in bounded memory whatever the stream's length. A line beyond the limit is passed on cut at the limit: Ingest refuses it
/// for its length either way, and the count of lines stays exact.
/// </summary>
public sealed class LineChunks(Stream source, int linesPerChunk = 2_000, int bytesPerChunk = 1024 * 1024)
{
    private const int LineLimit = 16 * 1024 * 1024;
    private readonly byte[] _read = new byte[64 * 1024];
    private int _position;
    private int _filled;

    public async IAsyncEnumerable<LineChunk> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        long line = 0;
        using var chunk = new MemoryStream();
        var lines = 0;
        while (await AppendLineAsync(chunk, cancellation))
        {
            lines++;
            if (lines < linesPerChunk && chunk.Length < bytesPerChunk)
                continue;
            yield return new LineChunk(line, lines, chunk.ToArray());
            line += lines;
            lines = 0;
            chunk.SetLength(0);
        }
        if (lines > 0)
            yield return new LineChunk(line, lines, chunk.ToArray());
    }

    /// <summary>Appends the next line with a line feed; false at the end. A last line without a line feed is a line.</summary>
    private async ValueTask<bool> AppendLineAsync(MemoryStream chunk, CancellationToken cancellation)
    {
        var start = chunk.Length;
        var any = false;
        while (true)
        {
            if (_position == _filled)
            {
                _filled = await source.ReadAsync(_read, cancellation);
                _position = 0;
                if (_filled == 0)
                {
                    if (any)
                        chunk.WriteByte((byte)'\n');
                    return any;
                }
            }
            any = true;
            var rest = _read.AsSpan(_position, _filled - _position);
            var end = rest.IndexOf((byte)'\n');
            var part = end < 0 ? rest : rest[..end];
            var room = (int)Math.Max(0, LineLimit - (chunk.Length - start));
            chunk.Write(part[..Math.Min(room, part.Length)]);
            _position += part.Length + (end < 0 ? 0 : 1);
            if (end < 0)
                continue;
            chunk.WriteByte((byte)'\n');
            return true;
        }
    }
}
