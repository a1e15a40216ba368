using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Import;

/// <summary>How far an import is.</summary>
/// <param name="Read">Lines of the file dealt with so far, those of earlier runs included.</param>
/// <param name="AlreadyDone">Of these, lines that earlier runs had dealt with.</param>
/// <param name="Refused">Lines refused in this run.</param>
public sealed record ImportProgress(long Read, long AlreadyDone, long Refused);

/// <summary>
/// Imports NDJSON through <c>POST /claims</c>, the way any client would: in order, a chunk of lines at a time. Ingest remembers how far the import of this id has come, so
/// that after a crash on either side it goes on with the first line that was not answered, and a second run of the same file changes nothing.
/// </summary>
public sealed class ImportClient(RunningSystem system, TimeProvider time)
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromMinutes(10);

    /// <summary>The same for the same content, whatever the file is called.</summary>
    public static async Task<string> IdOfAsync(string file, CancellationToken cancellation)
    {
        await using var content = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation))[..40];
    }

    /// <param name="refuse">Is given Ingest's answer to each line that it refuses, as JSON.</param>
    public async Task<ImportProgress> ImportAsync(
        string importId, Stream source, Action<ImportProgress>? report, CancellationToken cancellation, Action<string>? refuse = null)
    {
        var done = await DoneAsync(importId, cancellation);
        var progress = new ImportProgress(0, 0, 0);
        await foreach (var chunk in new LineChunks(source).ReadAsync(cancellation))
        {
            var end = chunk.FirstLine + chunk.Lines;
            if (end > done)
            {
                var (lines, refused) = await SendAsync(importId, chunk, done, refuse, cancellation);
                done = lines;
                progress = progress with { Refused = progress.Refused + refused };
            }
            else
            {
                progress = progress with { AlreadyDone = end };
            }
            progress = progress with { Read = end };
            report?.Invoke(progress);
        }
        return progress;
    }

    /// <summary>Sends what is not done of a chunk, again and again until all of it is; returns the lines done in all, and how many were refused.</summary>
    private async Task<(long Done, long Refused)> SendAsync(
        string importId, LineChunk chunk, long done, Action<string>? refuse, CancellationToken cancellation)
    {
        long refused = 0;
        var started = time.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(200);
        var end = chunk.FirstLine + chunk.Lines;
        while (true)
        {
            var skip = (int)Math.Max(0, done - chunk.FirstLine);
            var refusals = new List<string>();
            Exception? failure = null;
            try
            {
                await PostAsync(importId, chunk.FirstLine + skip, Skip(chunk.Bytes, skip), refusals, cancellation);
                done = await DoneAsync(importId, cancellation);
            }
            catch (Exception passing) when (passing is (CommandFailure and not CallerNotKnown) or HttpRequestException or IOException)
            {
                failure = passing;
            }

            // Outside of what is tried again: Ingest tells a refusal once, and what cannot be kept of it ends the import.
            refused += refusals.Count;
            foreach (var refusal in refusals)
                refuse?.Invoke(refusal);
            if (failure is not null)
            {
                if (time.GetElapsedTime(started) > GiveUpAfter)
                    throw new CommandFailure(
                        $"Line {done + 1} and on could not be handed to Ingest for {GiveUpAfter.TotalMinutes:0} minutes: {failure.Message}",
                        "Nothing is lost: run the same import again when the system is up, and it goes on there.");
                await Task.Delay(pause, time, cancellation);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, TimeSpan.FromSeconds(5).Ticks));
                done = await DoneOrAsync(importId, done, cancellation);
            }

            if (done >= end)
                return (done, refused);
        }
    }

    /// <param name="refusals">Gets the answers to lines that are refused, also when the connection breaks after them.</param>
    private async Task PostAsync(string importId, long firstLine, ReadOnlyMemory<byte> lines, List<string> refusals, CancellationToken cancellation)
    {
        using var response = await system.SendAsync("ingest", "/claims", () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, system.Address("ingest", "/claims"))
            {
                Content = new ReadOnlyMemoryContent(lines) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") } },
            };
            request.Headers.Add("X-Import-Id", importId);
            request.Headers.Add("X-Import-First-Line", (firstLine + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
            return request;
        }, cancellation);
        if (!response.IsSuccessStatusCode)
            throw new CommandFailure($"Ingest answered the import with {(int)response.StatusCode}.", await response.Content.ReadAsStringAsync(cancellation));

        using var answers = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await answers.ReadLineAsync(cancellation) is { } answer)
        {
            if (answer.Contains("\"refused\"", StringComparison.Ordinal))
                refusals.Add(answer);
        }
    }

    /// <summary>Lines that Ingest has dealt with under this id.</summary>
    private async Task<long> DoneAsync(string importId, CancellationToken cancellation)
    {
        using var response = await system.SendAsync("ingest", "/imports", () => new HttpRequestMessage(HttpMethod.Get, system.Address("ingest", $"/imports/{importId}")), cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return 0;
        using var answer = await response.Content.ReadFromJsonAsync<JsonDocument>(JsonSerializerOptions.Web, cancellation);
        return answer!.RootElement.GetProperty("lines").GetInt64();
    }

    private async Task<long> DoneOrAsync(string importId, long otherwise, CancellationToken cancellation)
    {
        try
        {
            return await DoneAsync(importId, cancellation);
        }
        catch (CommandFailure)
        {
            // Not reachable yet: the caller tries again, with the patience it has.
            return otherwise;
        }
    }

    private static ReadOnlyMemory<byte> Skip(ReadOnlyMemory<byte> lines, int count)
    {
        for (var n = 0; n < count; n++)
            lines = lines[(lines.Span.IndexOf((byte)'\n') + 1)..];
        return lines;
    }
}
