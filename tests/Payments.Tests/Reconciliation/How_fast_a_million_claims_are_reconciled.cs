using System.Diagnostics;
using ClaimsTransfer.Payments.Reconciliation.Running;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Http;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Reconciliation;

/// <summary>
/// Measures a reconciliation of one municipality: two lists by HTTP, three ledgers compared, both reports written. Run one with CLAIMS_MEASURE=1 (CLAIMS_MEASURE_CLAIMS: how many; a
/// million when absent), in Release, in a process of its own: the peak is the process's, the other systems' side of the lists among it.
/// </summary>
[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
public sealed class How_fast_a_million_claims_are_reconciled(Engine engine)
{
    private static readonly int Claims = int.Parse(Environment.GetEnvironmentVariable("CLAIMS_MEASURE_CLAIMS") ?? "1000000");

    [Test]
    [Explicit("Takes a minute; CLAIMS_MEASURE=1")]
    public async Task Seconds_and_memory([Values(1000, 3)] int oneInSoManyDiffers, [Values] bool isShuffled)
    {
        if (Environment.GetEnvironmentVariable("CLAIMS_MEASURE") != "1")
            Assert.Ignore("CLAIMS_MEASURE is not 1");
        await using var ledgers = await Ledgers.NewAsync(engine);
        for (var from = 1; from <= Claims; from += 10_000)
            await ledgers.OursAsync([.. Enumerable.Range(from, Math.Min(10_000, Claims - from + 1)).Select(fee => Ledgers.Row(fee, "Open", Amount(fee)))]);
        ledgers.Others.OpenClaims = OtherSystems.Lines(Fees(isShuffled).Select(fee => Ledgers.FbsLine(fee, Amount(fee))));
        ledgers.Others.Accounts = OtherSystems.Lines(Fees(isShuffled).Select(fee =>
            $$"""{"reference":"{{Ledgers.Agency}}-{{fee}}","amountOre":{{Amount(fee) + (fee % oneInSoManyDiffers == 0 ? 100 : 0)}},"coveredOre":0,"writtenOffOre":0,"inForce":true,"bookings":1,"changedAt":"2026-11-01T08:00:00Z"}"""));
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var before = process.WorkingSet64;
        var cpu = process.TotalProcessorTime;
        using var peak = new Peak();
        var watch = Stopwatch.StartNew();

        var run = await ledgers.ReconcileAsync();

        var compared = watch.Elapsed;
        await new Reports(ledgers).WriteAsync(run);
        process.Refresh();
        await TestContext.Out.WriteLineAsync(
            $"{engine}, {Claims:N0} claims, {(isShuffled ? "shuffled" : "in order")}, {run.Differences:N0} differences: reconciled in {compared.TotalSeconds:F1} s, reports in {(watch.Elapsed - compared).TotalSeconds:F1} s; "
            + $"working set {before >> 20} MB before, {peak.Bytes >> 20} MB at most; {(process.TotalProcessorTime - cpu).TotalSeconds:F1} s of CPU");
        run.Failure.ShouldBeNull();
        run.Differences.ShouldBe(Claims / oneInSoManyDiffers);
        run.Agreeing.ShouldBe(Claims - run.Differences);
    }

    private static long Amount(int fee) => 1_000 + (fee % 20_000);

    /// <summary>In an order that has nothing to do with the number: a prime steps through them all.</summary>
    private static IEnumerable<int> Fees(bool isShuffled) => Enumerable.Range(0, Claims).Select(i => isShuffled ? (int)(i * 7_368_787L % Claims) + 1 : i + 1);

    private sealed class Reports(Ledgers ledgers)
    {
        public async Task WriteAsync(ReconciliationRun run)
        {
            var differences = new Differences(ledgers.Store);
            await using var csv = File.Create(Path.Combine(ledgers.Data, "measured.csv"));
            await new Payments.Reconciliation.Reporting.CsvReport(differences).WriteAsync(run, Ledgers.Kobenhavn, csv, default);
            await using var html = File.Create(Path.Combine(ledgers.Data, "measured.html"));
            await new Payments.Reconciliation.Reporting.HtmlReport(differences).WriteAsync(run, Ledgers.Kobenhavn, html, default);
        }
    }

    /// <summary>Looks at the working set all the time: the process's own peak remembers the rows that the test has made.</summary>
    private sealed class Peak : IDisposable
    {
        private readonly Timer _timer;

        public Peak() => _timer = new Timer(_ =>
        {
            using var process = Process.GetCurrentProcess();
            Bytes = Math.Max(Bytes, process.WorkingSet64);
        }, null, 0, 50);

        public long Bytes { get; private set; }

        public void Dispose() => _timer.Dispose();
    }
}
