using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Journeys.Running;
using ClaimsTransfer.Sandbox.Fbs;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary><c>kill -9</c>, twice, while thousands of claims are on their way; started again on the same folder each time.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class When_the_process_is_killed_in_the_middle
{
    private static readonly int Claims = HowMany.Ordinarily(5_000, atLength: 10_000);
    private readonly string _folder = Folders.New("killed");
    private Sample _sample = null!;
    private BooksReport _report = null!;
    private int _exitCode;

    [OneTimeSetUp]
    public async Task Travel()
    {
        _sample = Sample.Journey(_folder, Claims, seed: 12);
        await RunUntilAsync("claims are being taken in", report => report.Total.Accepted > Claims / 5 && report.Total.Accepted < Claims);
        await RunUntilAsync("claims are being transferred", report => report.Total.Accepted > Claims * 2 / 5 && report.Total is { InFlight: > 100, Transferred: > 200 });
        await using var run = Start();
        _exitCode = await run.EndAsync(TimeSpan.FromMinutes(8));
        _report = JsonSerializer.Deserialize<BooksReport>(await File.ReadAllTextAsync(ReportFile), ReportCommand.Json)!;
    }

    [Test]
    public void it_goes_on_and_ends_well() => _exitCode.ShouldBe(ExitCodes.Done);

    [Test]
    public void every_accepted_claim_arrives()
    {
        _report.Total.Accepted.ShouldBe(Claims);
        _report.Total.InFlight.ShouldBe(0);
        _report.Total.DeadLettered.ShouldBe(0);
        _report.Total.Unknown.ShouldBe(0);
        _report.Total.DebtorClaims.ShouldBe(_report.Total.Transferred);
        _report.Total.DebtorOre.ShouldBe(_report.Total.TransferredOre);
    }

    [Test]
    public void no_claim_is_booked_twice() => _report.Total.MaxBookings.ShouldBe(1);

    [Test]
    public void no_line_is_counted_twice()
    {
        _report.Total.Lines.ShouldBe(_sample.Lines.Count);
        _report.Total.Duplicates.ShouldBe(_sample.Count(SampleCategory.Duplicate));
        _report.Total.Refused.ShouldBe(_sample.Count(SampleCategory.Malformed));
    }

    [Test]
    public void the_money_is_back_once_and_whole()
    {
        var total = _report.Total;
        total.CoveredOre.ShouldBeGreaterThan(0);
        (total.CoveredOre, total.WrittenOffOre).ShouldBe((total.DebtorCoveredOre, total.DebtorWrittenOffOre));
        total.ReconciledToFbs.ShouldBe(total.Settled);
        total.Differences.ShouldBe(0);
    }

    private string ReportFile => Path.Combine(_folder, "report.json");

    private string Data => Path.Combine(_folder, "data");

    private Command Start() => Command.Run("--claims", _sample.File, "--until-done", "--report", ReportFile, "--data", Data, "--sandbox-faults", "slow=20ms,drop-reply=0.02",
        "--sandbox-money", "pay=0.4,part=0.1,over=0.02,reverse=0.05,writeoff=0.03,collect=0.02,duplicate=0.1");

    private async Task RunUntilAsync(string what, Func<BooksReport, bool> condition)
    {
        await using var run = Start();
        using var system = await Wait.ForSystemAsync(Data, run);
        await Wait.ForReportAsync(system, what, condition, TimeSpan.FromMinutes(5), run);
        run.Kill();
        (await run.EndAsync(TimeSpan.FromSeconds(30))).ShouldBe(137);
    }
}
