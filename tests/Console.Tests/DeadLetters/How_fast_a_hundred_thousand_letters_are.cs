using System.Diagnostics;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Replaying;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.DeadLetters;

/// <summary>Measures what pages and replays ask of the store behind 100,000 letters of 40 causes. Run with CLAIMS_MEASURE=1, in Release.</summary>
[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
public sealed class How_fast_a_hundred_thousand_letters_are(Engine engine)
{
    private const int Letters = 100_000;
    private const int CausesOfThem = 40;

    [Test]
    [Explicit("Takes minutes; CLAIMS_MEASURE=1")]
    public async Task Milliseconds()
    {
        if (Environment.GetEnvironmentVariable("CLAIMS_MEASURE") != "1")
            Assert.Ignore("CLAIMS_MEASURE is not 1");
        await using var bench = await Workbench.NewAsync(engine, new ConsoleOptions { MostUnderWay = 5_000, ReplayEvery = TimeSpan.FromSeconds(1) });
        var begin = bench.Clock.GetUtcNow().AddHours(-30);
        await MeasureAsync("collect 100,000, in batches of 500", async () =>
        {
            foreach (var batch in Enumerable.Range(1, Letters).Chunk(500))
                await bench.Parts.LetterStore.KeepAsync([.. batch.Select(fee => bench.Reader.Read("routing_error", Failed(fee, begin)))], default);
        }, times: 1);
        var (letters, replays) = (bench.Parts.Letters, bench.Parts.Replays);
        var fingerprint = (await letters.GroupsAsync(new LetterFilter(), default)).Groups[0].Fingerprint;
        await MeasureAsync("groups", async () => (await letters.GroupsAsync(new LetterFilter(), default)).Groups.Count.ShouldBe(CausesOfThem));
        await MeasureAsync("groups of one municipality", async () => await letters.GroupsAsync(new LetterFilter().For(Workbench.Copenhagen), default));
        string? after = null;
        await MeasureAsync("first page", async () => after = (await letters.ListAsync(new LetterFilter(), 50, null, default)).Next);
        for (var page = 0; page < 200; page++)
            after = (await letters.ListAsync(new LetterFilter(), 500, after, default)).Next ?? after;
        await MeasureAsync("a page far behind", async () => await letters.ListAsync(new LetterFilter(), 50, after, default));
        await MeasureAsync("a page of one cause", async () => await letters.ListAsync(new LetterFilter { Fingerprint = fingerprint }, 50, null, default));
        await MeasureAsync("a page of a cause in business terms", async () => await letters.ListAsync(new LetterFilter { Cause = "unforeseen" }, 50, null, default));
        await MeasureAsync("a page of one municipality", async () => await letters.ListAsync(new LetterFilter().For(Workbench.Copenhagen), 50, null, default));
        await MeasureAsync("search by text, frequent", async () => (await letters.ListAsync(new LetterFilter { Text = "trouble" }, 50, null, default)).Letters.Count.ShouldBe(50));
        await MeasureAsync("search by text, found nowhere", async () => (await letters.ListAsync(new LetterFilter { Text = "nowhere" }, 50, null, default)).Letters.ShouldBeEmpty());
        await MeasureAsync("groups by text", async () => await letters.GroupsAsync(new LetterFilter { Text = "trouble" }, default));
        await MeasureAsync("search by fee", async () => (await letters.ListAsync(new LetterFilter { FeeId = 50_000 }, 50, null, default)).Letters.Count.ShouldBe(1));
        await MeasureAsync("search by claim", async () => (await letters.ListAsync(new LetterFilter { ClaimId = Workbench.Message.ClaimId(50_000) }, 50, null, default)).Letters.Count.ShouldBe(1));
        await MeasureAsync("count", async () => (await letters.CountAsync(new LetterFilter(), default)).Count.ShouldBe(Letters));
        await MeasureAsync("count of all municipalities", async () => await letters.OpenByMunicipalityAsync(null, default));

        Replay replay = null!;
        await MeasureAsync("freeze 100,000", async () => replay = await replays.CreateAsync(Workbench.Anna, new LetterFilter(), "why", new ReplayLimits(10_000, 10), default), times: 1);
        await MeasureAsync("preview 100,000", () => bench.PreviewedAsync(replay.ReplayId), times: 1);
        await MeasureAsync("progress with its preview", async () => (await replays.ProgressAsync(replay.ReplayId, Workbench.Anna, default))!.Forecasted.ShouldBe(Letters));
        await MeasureAsync("start 100,000", async () => await replays.StartAsync(replay.ReplayId, Workbench.Anna, "why", default), times: 1);
        for (var fee = 1; fee <= Letters; fee++)
            bench.Services.Handled(fee);
        await bench.RoundsAsync(8);
        var (known, watch) = ((await bench.ReplayAsync(replay.ReplayId)).Known, Stopwatch.StartNew());
        await bench.RoundsAsync(20);
        var done = (await bench.ReplayAsync(replay.ReplayId)).Known - known;
        done.ShouldBeGreaterThan(4_000);
        await TestContext.Out.WriteLineAsync($"{engine}: {watch.Elapsed.TotalMilliseconds * 1_000 / done:F0} ms per 1,000 messages sent and followed to their outcome ({done:N0} of them)");
        var after1 = 50_000L;
        await MeasureAsync("a page of the set", async () => await replays.ItemsAsync(replay.ReplayId, Workbench.Anna, null, 100, after1, default));
        await MeasureAsync("a page of an outcome", async () => await replays.ItemsAsync(replay.ReplayId, Workbench.Anna, "Cancelled", 100, 0, default));
        await MeasureAsync("cancel with most of it left", async () => await replays.CancelAsync(replay.ReplayId, Workbench.Anna, "why", default), times: 1);
        await MeasureAsync("archive what is left", async () => await bench.Parts.Archives.ArchiveAsync(Workbench.Anna, new LetterFilter(), "why", default), times: 1);
        await MeasureAsync("verify the audit log", async () => (await bench.Parts.Audit.VerifyAsync(default)).IsWhole.ShouldBeTrue());
    }

    private static Delivery Failed(int fee, DateTimeOffset begin) => Workbench.Message.OfRouting(fee, fee % 3 == 0 ? "0157" : "0101", "", begin.AddSeconds(fee)) with
    {
        Fault = new FaultNote($"Fault{(char)('A' + (fee % 10))}", $"Trouble of kind {(char)('a' + (fee / 10 % 4))} with claim {fee}: {new string('x', 200)}", begin.AddSeconds(fee), "routing"),
    };

    private async Task MeasureAsync(string what, Func<Task> work, int times = 5)
    {
        var taken = new List<double>();
        for (var n = 0; n < times; n++)
        {
            var watch = Stopwatch.StartNew();
            await work();
            taken.Add(watch.Elapsed.TotalMilliseconds);
        }

        await TestContext.Out.WriteLineAsync($"{engine}: {what}: {taken.Order().ElementAt(times / 2):F1} ms");
    }
}
