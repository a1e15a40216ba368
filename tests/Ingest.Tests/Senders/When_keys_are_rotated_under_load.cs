using System.Collections.Concurrent;
using System.Net;
using ClaimsTransfer.Ingest.Tests.Http;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Senders;

public sealed class When_keys_are_rotated_under_load
{
    private const int Clients = 4;
    private const int Rotations = 8;

    [Test]
    public async Task Every_claim_that_was_accepted_is_in_the_books_once_and_none_is_refused_for_its_key()
    {
        await using var server = await IngestServer.StartAsync();
        var first = await server.AddAsync("fbs");
        var key = first;
        var accepted = new ConcurrentBag<long>();
        var refused = new ConcurrentBag<HttpStatusCode>();
        using var done = new CancellationTokenSource();
        var next = 0L;
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            // Taken once for a while, as a sender whose configuration follows later.
            while (!done.IsCancellationRequested)
            {
                var mine = Volatile.Read(ref key);
                for (var i = 0; i < 10; i++)
                {
                    var fee = Interlocked.Increment(ref next);
                    var (status, _) = await server.SendAsync(mine, Fbs.Submit(fee).ToJsonString());
                    if (status == HttpStatusCode.Accepted)
                        accepted.Add(fee);
                    else
                        refused.Add(status);
                }
            }
        })).ToList();
        for (var rotation = 0; rotation < Rotations; rotation++)
        {
            var before = accepted.Count;
            Volatile.Write(ref key, await server.RotateAsync("fbs", TimeSpan.FromMinutes(5)));
            var deadline = DateTime.UtcNow.AddSeconds(60);
            while (accepted.Count < before + 20 && refused.IsEmpty)
            {
                DateTime.UtcNow.ShouldBeLessThan(deadline);
                await Task.Yield();
            }
        }
        await done.CancelAsync();
        await Task.WhenAll(clients);

        refused.ShouldBeEmpty();
        accepted.Count.ShouldBeGreaterThan(Rotations * 20);
        var figures = (await server.GetAsync("/ingest/accounting"))["municipalities"]!["0101"]!;
        ((long)figures["accepted"]!, (long)figures["duplicates"]!, (long)figures["refused"]!).ShouldBe((accepted.Count, 0, 0));

        (await server.SendAsync(first, Fbs.Submit(next + 1).ToJsonString())).Status.ShouldBe(HttpStatusCode.Accepted);
        await server.RotateAsync("fbs", TimeSpan.Zero);
        (await server.SendAsync(first, Fbs.Submit(next + 2).ToJsonString())).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.SendAsync(key, Fbs.Submit(next + 2).ToJsonString())).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
