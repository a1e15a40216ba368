using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Journeys.Running;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>One municipality's debtor system is down and stays down: its claims are given up on, and the run ends all the same.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class When_a_debtor_system_never_comes_back
{
    private const int Claims = 300;
    private const string Down = "0751";
    private readonly string _folder = Folders.New("never-back");
    private BooksReport _report = null!;
    private int _exitCode;

    [OneTimeSetUp]
    public async Task Travel()
    {
        var sample = Sample.Journey(_folder, Claims, seed: 13, "0101", "0147", Down);
        var reportFile = Path.Combine(_folder, "report.json");
        await using var run = Command.Run(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["Connectors__GiveUpAfter"] = "00:00:15" },
            "--claims", sample.File, "--until-done", "--report", reportFile, "--data", Path.Combine(_folder, "data"), "--sandbox-faults", $"down={Down}");
        _exitCode = await run.EndAsync(TimeSpan.FromMinutes(5));
        File.Exists(reportFile).ShouldBeTrue(run.Said);
        _report = JsonSerializer.Deserialize<BooksReport>(await File.ReadAllTextAsync(reportFile), ReportCommand.Json)!;
    }

    [Test]
    public void it_ends_well() => _exitCode.ShouldBe(ExitCodes.Done);

    [Test]
    public void only_its_claims_are_unknown()
    {
        _report.Municipalities[Down].Unknown.ShouldBeGreaterThan(Claims / 6);
        _report.Municipalities[Down].Transferred.ShouldBe(0);
        _report.Total.Unknown.ShouldBe(_report.Municipalities[Down].Unknown);
        _report.Municipalities["0101"].Transferred.ShouldBeGreaterThan(Claims / 6);
        _report.Municipalities["0147"].Transferred.ShouldBeGreaterThan(Claims / 6);
    }

    [Test]
    public void nothing_is_in_flight_and_the_books_balance()
    {
        _report.AtRest.ShouldBeTrue();
        _report.Total.Accepted.ShouldBe(Claims);
        _report.Total.InFlight.ShouldBe(0);
        _report.Total.DeadLettered.ShouldBe(0);
        _report.Identities.ShouldBe(new Identities(true, true, true));
        _report.Total.DebtorClaims.ShouldBe(_report.Total.Transferred);
    }
}
