using System.Net.Http.Headers;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Sandbox.Fbs;

namespace ClaimsTransfer.Standalone.Samples;

/// <summary>Sends what FBS would send, good and bad, a few lines at a time, through the same door as everybody: <c>POST /claims</c>.</summary>
public sealed class SampleFeed(RunningSystem system, TimeProvider time)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);

    public async Task FeedAsync(RunSettings settings, CancellationToken cancellation)
    {
        var municipalities = MunicipalityFile.Load(Municipalities.PathOf(new Installation { Municipalities = settings.Municipalities ?? "", Data = settings.Data }), allowPlain: true).OrThrow();
        var now = time.GetUtcNow();
        var options = SampleOptions.Journey(count: 10_000_000, seed: (int)(now.ToUnixTimeSeconds() / 10)) with
        {
            Municipalities = SampleOptions.Choose(municipalities),
            Today = DateOnly.FromDateTime(now.UtcDateTime),
        };
        var due = 0.0;
        var body = new MemoryStream();
        using var timer = new PeriodicTimer(Tick, time);
        foreach (var line in SampleClaims.Generate(options))
        {
            body.Write(line.Utf8.Span);
            body.WriteByte((byte)'\n');
            due++;
            if (due < settings.SamplesPerSecond * Tick.TotalSeconds)
                continue;
            await SendAsync(body.ToArray(), cancellation);
            body.SetLength(0);
            due = 0;
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    private async Task SendAsync(byte[] lines, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                using var response = await system.SendAsync("ingest", "/claims", () => new HttpRequestMessage(HttpMethod.Post, system.Address("ingest", "/claims"))
                {
                    Content = new ByteArrayContent(lines) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") } },
                }, cancellation);
                await response.Content.CopyToAsync(Stream.Null, cancellation);
                return;
            }
            catch (Exception failure) when (failure is (CommandFailure and not CallerNotKnown) or HttpRequestException or IOException)
            {
                // Sent again, as FBS would: what was taken in counts as a duplicate.
                await Task.Delay(Tick, time, cancellation);
            }
        }
    }
}
