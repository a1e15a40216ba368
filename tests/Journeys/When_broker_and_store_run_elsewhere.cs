using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Journeys.Running;
using ClaimsTransfer.Sandbox.Fbs;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>Servers that are given by their addresses: in containers where an engine answers.</summary>
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
[NonParallelizable]
public sealed class When_broker_and_store_run_elsewhere(Engine engine)
{
    private const int Claims = 400;
    private BooksReport _report = null!;

    [OneTimeSetUp]
    public async Task Travel()
    {
        var store = await StoreForTests.AddressAsync(engine);
        var folder = Folders.New($"elsewhere-{engine}");
        var report = Path.Combine(folder, "report.json");
        var sample = Sample.Journey(folder, Claims, seed: 31);
        await using var run = Command.Run(
            "--broker", await RabbitMqServer.UriAsync(), "--store", store, "--data", Path.Combine(folder, "data"), "--claims", sample.File, "--until-done", "--report", report);
        (await run.EndAsync(TimeSpan.FromMinutes(8))).ShouldBe(ExitCodes.Done, run.Said);
        _report = JsonSerializer.Deserialize<BooksReport>(await File.ReadAllTextAsync(report), ReportCommand.Json)!;
        Refused = sample.Count(SampleCategory.Malformed);
    }

    private int Refused { get; set; }

    [Test]
    public void every_line_is_accounted_for()
    {
        var total = _report.Total;
        (total.Accepted, total.Refused, total.InFlight, total.DeadLettered, total.MaxBookings).ShouldBe((Claims, Refused, 0, 0, 1));
        _report.Identities.ShouldBe(new Identities(true, true, true));
    }

    [Test]
    public void the_debtor_systems_hold_what_was_transferred()
    {
        _report.Total.Transferred.ShouldBeGreaterThan(Claims / 2);
        (_report.Total.DebtorClaims, _report.Total.DebtorOre).ShouldBe((_report.Total.Transferred, _report.Total.TransferredOre));
    }
}
