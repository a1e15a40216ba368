using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using ClaimsTransfer.Defaults.Reading;

namespace ClaimsTransfer.Payments.Reconciliation.Reading;

/// <summary>Reads one line; null passes it over. Lines are numbered from 1.</summary>
internal delegate T? LineParser<T>(ReadOnlySpan<byte> line, long number)
    where T : class;

/// <summary>Cuts a stream of lines into pages of what they say, holding no more than a page.</summary>
/// <param name="list">Whose list it is, for messages.</param>
/// <param name="patience">How long nothing may come.</param>
internal sealed class Lines(string list, TimeSpan patience, TimeProvider time)
{
    public const int PageSize = 5_000;
    private const int LongestLine = Bound.LineCharacters;
    private long _line;

    public async IAsyncEnumerable<IReadOnlyList<T>> ReadAsync<T>(Stream stream, LineParser<T> parse, [EnumeratorCancellation] CancellationToken cancellation)
        where T : class
    {
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 128 * 1024, leaveOpen: true));
        using var stalled = new CancellationTokenSource(patience, time);
        await using var _ = cancellation.Register(stalled.Cancel);
        var page = new List<T>(PageSize);
        for (var isCompleted = false; !isCompleted;)
        {
            stalled.CancelAfter(patience);
            var read = await NextAsync(pipe, stalled.Token, cancellation);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                Take(rest.Slice(0, end), parse, page);
                rest = rest.Slice(rest.GetPosition(1, end));
                if (page.Count == PageSize)
                {
                    yield return page;
                    page = new List<T>(PageSize);
                }
            }

            if (read.IsCompleted && !rest.IsEmpty)
            {
                Take(rest, parse, page);
                rest = rest.Slice(rest.End);
            }
            else if (rest.Length > LongestLine)
            {
                throw new ReadingFailed($"{list}: line {_line + 1} is longer than {LongestLine / 1024} KB; it is no list of one claim a line.");
            }

            isCompleted = read.IsCompleted;
            pipe.AdvanceTo(rest.Start, rest.End);
        }

        if (page.Count > 0)
            yield return page;
    }

    private async Task<ReadResult> NextAsync(PipeReader pipe, CancellationToken stalled, CancellationToken cancellation)
    {
        try
        {
            return await pipe.ReadAsync(stalled);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ReadingFailed($"{list}: nothing came for {patience.TotalSeconds:0} s after line {_line}.");
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            throw new ReadingFailed($"{list} broke off {(_line == 0 ? "before the first line" : $"after line {_line}")} ({failure.GetType().Name}).", failure);
        }
    }

    private void Take<T>(ReadOnlySequence<byte> text, LineParser<T> parse, List<T> page)
        where T : class
    {
        _line++;
        if (text.Length > LongestLine)
            throw new ReadingFailed($"{list}: line {_line} is longer than {LongestLine / 1024} KB; it is no list of one claim a line.");
        var line = text.IsSingleSegment ? text.FirstSpan : text.ToArray();
        if (_line == 1 && line.StartsWith("\uFEFF"u8))
            line = line[3..];
        if (line.Trim(" \t\r"u8).IsEmpty)
            return;
        if (parse(line, _line) is { } parsed)
            page.Add(parsed);
    }
}
