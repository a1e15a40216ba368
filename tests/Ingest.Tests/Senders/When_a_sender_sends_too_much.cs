using System.Net;
using System.Text;
using ClaimsTransfer.Ingest.Tests.Http;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Senders;

public sealed class When_a_sender_sends_too_much
{
    private const string Lines = "application/x-ndjson";

    [Test]
    public async Task Requests_above_its_limit_are_answered_with_a_pause_and_another_sender_does_not_notice()
    {
        await using var server = await IngestServer.StartAsync(new KeyValuePair<string, string?>("Ingest:RequestsPerMinute", "5"));
        var (busy, calm) = (await server.AddAsync("busy"), await server.AddAsync("calm"));
        for (var fee = 1; fee <= 5; fee++)
            (await server.SendAsync(busy, Fbs.Submit(fee).ToJsonString())).Status.ShouldBe(HttpStatusCode.Accepted);
        using var response = await server.RespondAsync(busy, new StringContent(Fbs.Submit(6).ToJsonString()));
        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        (await response.Content.ReadAsStringAsync()).ShouldContain("busy");
        (await server.SendAsync(calm, Fbs.Submit(6).ToJsonString())).Status.ShouldBe(HttpStatusCode.Accepted);
        ((long?)(await server.GetAsync("/ingest/accounting?live=true"))["lines"]).ShouldBe(6);
    }

    [Test]
    public async Task Bytes_above_its_limit_are_answered_with_a_pause_and_another_sender_does_not_notice()
    {
        await using var server = await IngestServer.StartAsync(new KeyValuePair<string, string?>("Ingest:BytesPerMinute", $"{16 * 1024 * 1024}"));
        var (busy, calm) = (await server.AddAsync("busy"), await server.AddAsync("calm"));
        var large = $$"""{"agency":"{{new string('x', 6 * 1024 * 1024)}}"}""";
        for (var i = 0; i < 2; i++)
            (await server.SendAsync(busy, large, "/claims/fbs-fees")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using var response = await server.RespondAsync(busy, new StringContent(large), "/claims/fbs-fees");
        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.Headers.RetryAfter.ShouldNotBeNull();
        (await server.SendAsync(calm, large, "/claims/fbs-fees")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Test]
    public async Task Streams_at_a_time_are_bounded_and_another_sender_does_not_notice()
    {
        await using var server = await IngestServer.StartAsync(new KeyValuePair<string, string?>("Ingest:ImportsAtOnce", "1"));
        var (busy, calm) = (await server.AddAsync("busy"), await server.AddAsync("calm"));
        var slow = new SlowContent($"{Fbs.Submit(1).ToJsonString()}\n");
        var first = server.RespondAsync(busy, slow, type: Lines);
        // It is under way when its first line is on record.
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while ((await server.GetAsync("/ingest/messages?agency=DK-710100&feeId=1")).AsArray().Count == 0)
            DateTime.UtcNow.ShouldBeLessThan(deadline);

        using var second = await server.RespondAsync(busy, new StringContent($"{Fbs.Submit(2).ToJsonString()}\n"), type: Lines);
        second.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        second.Headers.RetryAfter.ShouldNotBeNull();
        (await server.SendAsync(calm, $"{Fbs.Submit(3).ToJsonString()}\n", type: Lines)).Status.ShouldBe(HttpStatusCode.OK);

        slow.End();
        using var begun = await first;
        (await begun.Content.ReadAsStringAsync()).ShouldContain("accepted");
        while ((await server.SendAsync(busy, $"{Fbs.Submit(2).ToJsonString()}\n", type: Lines)).Status != HttpStatusCode.OK)
            DateTime.UtcNow.ShouldBeLessThan(deadline);
    }

    [Test]
    public async Task A_stream_above_the_limit_is_refused_at_once_or_cut_off_behind_what_was_taken()
    {
        await using var server = await IngestServer.StartAsync(new KeyValuePair<string, string?>("Ingest:ImportBytes", "4096"), new KeyValuePair<string, string?>("Ingest:BatchSize", "1"));
        var key = await server.AddAsync("fbs");
        var lines = string.Concat(Enumerable.Range(1, 20).Select(fee => $"{Fbs.Submit(fee).ToJsonString()}\n"));
        (await server.SendAsync(key, lines, type: Lines, import: "known")).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await server.LinesOfAsync(key, "known")).ShouldBe(0);

        using var response = await server.RespondAsync(key, new UnsizedContent(lines), type: Lines, import: "unknown");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var answers = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        answers[^1].ShouldContain("4096");
        answers[..^1].ShouldAllBe(answer => answer.Contains("accepted"));
        answers.Length.ShouldBeInRange(3, 12);
        (await server.LinesOfAsync(key, "unknown")).ShouldBe(answers.Length - 1);

        // A line that has no end is one too.
        using var endless = await server.RespondAsync(key, new UnsizedContent(new string(' ', 10_000_000)), type: Lines);
        endless.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    private class UnsizedContent(string text) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class SlowContent(string text) : UnsizedContent(text)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End() => _ended.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await base.SerializeToStreamAsync(stream, context);
            await stream.FlushAsync();
            await _ended.Task;
        }
    }
}
