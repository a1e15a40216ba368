using System.Buffers;
using System.IO.Pipelines;
using ClaimsTransfer.Ingest.Reading;

namespace ClaimsTransfer.Ingest.SubmitClaims;

/// <summary>
/// Cuts a stream into lines, in batches, holding no more than a batch: memory does not depend on how long the stream or a line is. A line above the limit
/// is passed over without being held; its beginning stands for it.
/// </summary>
internal sealed class LineReader(PipeReader pipe, int batchSize, long firstLine = 1, long mostBytes = long.MaxValue)
{
    /// <summary>A batch ends early when its lines are large.</summary>
    private const int BatchBytes = 4 * 1024 * 1024;
    private const int KeptOfTooLong = 4096;

    /// <summary>A sender who writes line by line sees answers without filling a batch first.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private long _line = firstLine - 1;
    private byte[]? _tooLong;
    private bool _isCompleted;

    /// <summary>Lines passed so far, blank ones included; lines are numbered from 1.</summary>
    public long Position => _line;

    /// <summary>Read so far, blank and overlong lines included.</summary>
    public long Bytes { get; private set; }

    /// <summary>The stream was longer than is taken; the line at which it was left is not passed.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>The next lines with something on them; null at the end. Empty: only blank lines have come.</summary>
    public async Task<IReadOnlyList<Incoming>?> ReadAsync(CancellationToken cancellation)
    {
        if (_isCompleted)
            return null;
        var batch = new List<Incoming>(batchSize);
        var bytes = 0L;
        while (batch.Count < batchSize && bytes < BatchBytes)
        {
            var pending = pipe.ReadUnpackedAsync(cancellation);
            if (!pending.IsCompleted && batch.Count > 0)
            {
                var waiting = pending.AsTask();
                if (await Task.WhenAny(waiting, Task.Delay(Patience, cancellation)) != waiting)
                {
                    // What comes now stays in the pipe for the next call.
                    pipe.CancelPendingRead();
                    pipe.AdvanceTo((await waiting).Buffer.Start);
                    return batch;
                }
                pending = new ValueTask<ReadResult>(waiting);
            }
            var result = await pending;
            var rest = result.Buffer;
            while (batch.Count < batchSize && bytes < BatchBytes && rest.PositionOf((byte)'\n') is { } end)
            {
                bytes += Take(rest.Slice(0, end), batch);
                rest = rest.Slice(rest.GetPosition(1, end));
            }
            var isFull = batch.Count == batchSize || bytes >= BatchBytes;
            if (!isFull && rest.Length > Limits.BodyBytes)
            {
                // Only the beginning is kept; the rest of the line is thrown away as it comes.
                _tooLong ??= rest.Slice(0, KeptOfTooLong).ToArray();
                rest = rest.Slice(rest.End);
            }
            Bytes += result.Buffer.Slice(result.Buffer.Start, rest.Start).Length;
            if (Bytes + (isFull ? 0 : rest.Length) > mostBytes)
            {
                IsCutOff = _isCompleted = true;
                pipe.AdvanceTo(rest.Start);
                return batch;
            }
            if (!isFull && result.IsCompleted)
            {
                Bytes += rest.Length;
                if (rest.Length > 0 || _tooLong is not null)
                    Take(rest, batch);
                _isCompleted = true;
                pipe.AdvanceTo(rest.End);
                return batch;
            }
            pipe.AdvanceTo(rest.Start, isFull ? rest.Start : rest.End);
        }
        return batch;
    }

    private long Take(ReadOnlySequence<byte> text, List<Incoming> batch)
    {
        _line++;
        if (_tooLong is not null || text.Length > Limits.BodyBytes)
        {
            batch.Add(new Incoming(_tooLong ?? text.Slice(0, KeptOfTooLong).ToArray(), Line: _line, IsTooLong: true));
            _tooLong = null;
            return KeptOfTooLong;
        }
        if (text.Length > 0 && !IsBlank(text))
            batch.Add(new Incoming(text.ToArray(), Line: _line));
        return text.Length;
    }

    private static bool IsBlank(ReadOnlySequence<byte> text)
    {
        foreach (var part in text)
        {
            if (part.Span.ContainsAnyExcept(" \t\r"u8))
                return false;
        }
        return true;
    }
}
