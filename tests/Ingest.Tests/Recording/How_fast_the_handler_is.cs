using System.Diagnostics;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Support;

namespace ClaimsTransfer.Ingest.Tests.Recording;

/// <summary>Measures the handler alone: read, seal, record; the broker takes everything at once. Run with CLAIMS_MEASURE=1, in Release.</summary>
[TestFixture("embedded")]
[TestFixture("postgres")]
public sealed class How_fast_the_handler_is(string engine)
{
    [Test]
    public async Task Messages_a_second()
    {
        if (Environment.GetEnvironmentVariable("CLAIMS_MEASURE") != "1")
            Assert.Ignore("CLAIMS_MEASURE is not 1");
        await using var world = await World.OpenAsync(engine == "postgres" ? await PostgresForTests.NewDatabaseAsync() : engine);
        const int Batch = 250;
        const int Batches = 120;
        await RunAsync(0, 40);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await RunAsync(40, Batches);
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        await TestContext.Out.WriteLineAsync($"{engine}: {Batch * Batches / watch.Elapsed.TotalSeconds:F0} messages/s, {cpu.TotalMicroseconds / (Batch * Batches):F0} µs of this process's CPU a message");
        watch.Restart();
        Incoming[] one = [.. Enumerable.Range(1, 20_000).Select(fee => Fbs.Submit(fee).Incoming())];
        watch.Restart();
        foreach (var message in one)
            world.Handler.Reader.Read(message);
        await TestContext.Out.WriteLineAsync($"reading alone: {watch.Elapsed.TotalMicroseconds / one.Length:F1} µs a message");
        watch.Restart();
        await world.Accounting.ReadAsync(isLive: false, default);
        await TestContext.Out.WriteLineAsync($"accounting over {(40 + Batches) * Batch} rows: {watch.ElapsedMilliseconds} ms");

        async Task RunAsync(int first, int count)
        {
            for (var batch = first; batch < first + count; batch++)
            {
                var start = batch * Batch;
                await world.FromBrokerAsync([.. Enumerable.Range(start + 1, Batch).Select(fee => Fbs.Submit(fee).Incoming())]);
                world.Broker.Take();
            }
        }
    }
}
