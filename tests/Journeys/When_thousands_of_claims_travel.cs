using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Journeys.Running;
using ClaimsTransfer.Sandbox.Fbs;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>The journey the whole is measured by: real input, debtor systems at their worst, one municipality's down for a while.</summary>
[TestFixture("embedded")]
[TestFixture("servers")]
[Parallelizable(ParallelScope.Self)]
public sealed partial class When_thousands_of_claims_travel(string how)
{
    private static readonly int Claims = HowMany.Ordinarily(3_000, atLength: 20_000);
    private const string Faults = "drop-reply=0.05,unavailable=0.02,reject=0.01,duplicate-receipt=0.05,late-receipt=2s,slow=50ms,cut-file=0.1";
    private const string Money = "pay=0.4,part=0.15,over=0.02,reverse=0.03,writeoff=0.03,collect=0.02,duplicate=0.05";
    private const string Down = "0751";
    private readonly string _folder = Folders.New($"thousands-{how}");
    private Sample _sample = null!;
    private string _data = null!;
    private BooksReport _report = null!;
    private int _exitCode;
    private long _inFlightWhileDown;
    private List<RefusedMessage> _refused = null!;

    [OneTimeSetUp]
    public async Task Travel()
    {
        _data = Path.Combine(_folder, "data");
        _sample = Sample.Journey(_folder, Claims, seed: 11);
        await using var run = Command.Run([.. Arguments(), "--sandbox-faults", $"{Faults},down={Down}", "--sandbox-money", Money]);
        using (var system = await Wait.ForSystemAsync(_data, run))
        {
            // Everybody else's claims arrive while one debtor system is down.
            var down = await Wait.ForReportAsync(system, "only the municipality whose debtor system is down has claims in flight",
                report => report.Total.Accepted == Claims && report.Total.Refused == _sample.Count(SampleCategory.Malformed) && report.Municipalities.All(entry => entry.Key == Down || entry.Value.InFlight == 0) && report.Municipalities[Down].InFlight > 0,
                TimeSpan.FromMinutes(8), run);
            _inFlightWhileDown = down.Municipalities[Down].InFlight;
            _refused = await RefusedAsync(system);
            using var lifted = await system.Http.PostAsync(system.Address("sandbox", "/sandbox/faults"), new StringContent(Faults));
            lifted.EnsureSuccessStatusCode();
        }
        _exitCode = await run.EndAsync(TimeSpan.FromMinutes(8));
        _report = JsonSerializer.Deserialize<BooksReport>(await File.ReadAllTextAsync(ReportFile), ReportCommand.Json)!;
        await TestContext.Progress.WriteLineAsync($"{how}: {string.Join(" | ", run.Said.Split('\n')[^4..])}");
    }

    [Test]
    public void it_ends_well() => _exitCode.ShouldBe(ExitCodes.Done);

    [Test]
    public void one_dead_debtor_system_holds_back_nobody_else() => _inFlightWhileDown.ShouldBeGreaterThan(Claims / 20);

    [Test]
    public void every_line_is_accounted_for()
    {
        var total = _report.Total;
        total.Lines.ShouldBe(_sample.Lines.Count);
        total.Lines.ShouldBe(total.Accepted + total.Changes + total.Duplicates + total.Refused + total.Waiting);
        total.Accepted.ShouldBe(Claims);
        total.Changes.ShouldBe(_sample.Count(SampleCategory.Change));
        total.Duplicates.ShouldBe(_sample.Count(SampleCategory.Duplicate));
        total.Refused.ShouldBe(_sample.Count(SampleCategory.Malformed));
        total.Waiting.ShouldBe(0);
    }

    [Test]
    public void every_claim_is_somewhere_to_the_oere()
    {
        foreach (var (code, f) in _report.Municipalities.Append(KeyValuePair.Create("total", _report.Total)))
        {
            (f.Transferred + f.Rejected + f.Held + f.OutOfScope + f.Cancelled + f.Unknown + f.DeadLettered + f.InFlight).ShouldBe(f.Accepted, code);
            (f.TransferredOre + f.RejectedOre + f.HeldOre + f.OutOfScopeOre + f.CancelledOre + f.UnknownOre + f.DeadLetteredOre + f.InFlightOre).ShouldBe(f.AcceptedOre, code);
            f.InFlight.ShouldBe(0, code);
            f.AcceptedOre.ShouldBe(_sample.Lines.Where(line => line.Claim is { } claim && (code == "total" || claim.Municipality == code)).Sum(line => line.Claim!.AmountOre), code);
        }
        _report.Identities.ShouldBe(new Identities(true, true, true));
    }

    [Test]
    public void nothing_is_lost_on_an_error_queue() => _report.Total.DeadLettered.ShouldBe(0);

    [Test]
    public void no_claim_is_booked_twice() => _report.Total.MaxBookings.ShouldBe(1);

    [Test]
    public void the_debtor_systems_hold_what_was_transferred()
    {
        _report.Total.DebtorClaims.ShouldBe(_report.Total.Transferred);
        _report.Total.DebtorOre.ShouldBe(_report.Total.TransferredOre);
    }

    [Test]
    public void every_refused_line_has_its_reason()
    {
        _refused.Sum(message => message.Times).ShouldBe(_sample.Count(SampleCategory.Malformed));
        _refused.ShouldAllBe(message => message.Reasons.Count > 0 && message.Reasons.All(reason => reason.Length > 5));
    }

    [Test]
    public async Task the_same_again_changes_nothing()
    {
        await using var again = Command.Run([.. Arguments(), "--no-samples"]);
        (await again.EndAsync(TimeSpan.FromMinutes(4))).ShouldBe(ExitCodes.Done, again.Said);
        var report = JsonSerializer.Deserialize<BooksReport>(await File.ReadAllTextAsync(ReportFile), ReportCommand.Json)!;
        report.Total.ShouldBe(_report.Total);
    }

    private static async Task<List<RefusedMessage>> RefusedAsync(RunningSystem system)
    {
        var (refused, after) = (new List<RefusedMessage>(), "");
        do
        {
            using var page = await system.GetJsonAsync("ingest", $"/ingest/refused?limit=500{after}", CancellationToken.None);
            refused.AddRange(page!.RootElement.GetProperty("messages").EnumerateArray().Select(message => new RefusedMessage(
                message.GetProperty("times").GetInt64(), [.. message.GetProperty("faults").EnumerateArray().Select(fault => fault.GetProperty("reason").GetString()!)])));
            after = page.RootElement.TryGetProperty("next", out var next) && next.GetString() is { } cursor ? $"&after={cursor}" : "";
        }
        while (after.Length > 0);
        return refused;
    }

    private string ReportFile => Path.Combine(_folder, "report.json");

    private string[] Arguments() => ["--claims", _sample.File, "--until-done", "--report", ReportFile, .. Where()];

    private string[] Where() => how == "embedded" ? ["--data", _data] : ["--data", _data, "--broker", "local", "--store", "local"];

    private sealed record RefusedMessage(long Times, IReadOnlyList<string> Reasons);
}
