using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Journeys.Running;
using ClaimsTransfer.LocalServers;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>
/// <c>kill -9</c> of the console, of Routing and of the broker, one after the other, while every claim there is is being replayed. <c>CLAIMS_REPLAYED</c> says how many; by
/// default as many as a test run has time for.
/// </summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class When_everything_is_killed_during_a_replay
{
    private static readonly int Claims = int.TryParse(Environment.GetEnvironmentVariable("CLAIMS_REPLAYED"), out var given) ? given : 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5 + (Claims / 2_500.0));
    private readonly string _folder = Folders.New("killed-replay");
    private LocalRabbitMq _broker = null!;
    private Command _run = null!;
    private RunningSystem _system = null!;
    private long _dead;
    private JsonElement _replay;

    private string Data => Path.Combine(_folder, "data");

    [OneTimeSetUp]
    public async Task Replay()
    {
        _broker = await LocalRabbitMq.StartAsync(Path.Combine(_folder, "broker"));
        var sample = Sample.Journey(_folder, Claims, seed: 22);
        _run = Command.Run("--broker", _broker.Uri, "--store", "local", "--claims", sample.File, "--data", Data, "--sandbox-faults", "poison=1");
        _system = await Wait.ForSystemAsync(Data, _run);
        var failed = await Wait.ForReportAsync(
            _system, "every transfer has failed", report => report.Total.Accepted == Claims && report.Total is { InFlight: 0, Transferred: 0, DeadLettered: > 0 }, Patience, _run);
        // A claim may have more than one message that failed.
        await Wait.ForAsync("all of them are collected", async () =>
            (_dead = (await Failures.AskAsync(Data, "failures", "list")).Answer.GetProperty("count").GetInt64()) >= failed.Total.DeadLettered, Patience, _run);

        await Failures.LiftFaultsAsync(_system);
        var (_, started) = await Failures.AskAsync(Data, "failures", "replay", "--all", "--reason", "the vendors have mended their answers", "--rate", $"{Math.Max(100, Claims / 20)}", "--yes");
        var replayId = started.GetProperty("replayId").GetString()!;
        // What failed last may have been collected in between.
        _dead = started.GetProperty("total").GetInt64();

        await KnownAsync(replayId, _dead / 10);
        await KillAsync("console");
        await KnownAsync(replayId, _dead * 3 / 10);
        await KillAsync("routing");
        await KnownAsync(replayId, _dead / 2);
        await _broker.KillAsync();
        await _broker.RestartAsync();
        await Wait.ForAsync("the replay is done", async () =>
        {
            if (await Failures.ReplayAsync(_system, Data, replayId) is not { } replay)
                return false;
            _replay = replay;
            return replay.GetProperty("replay").GetProperty("status").GetString() is not ("Running" or "Previewing");
        }, Patience, _run);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _system?.Dispose();
        if (_run is not null)
            await _run.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    [Test, Order(1)]
    public void each_messages_outcome_is_known()
    {
        _replay.GetProperty("replay").GetProperty("status").GetString().ShouldBe("Done", _replay.ToString());
        _replay.GetProperty("known").GetInt64().ShouldBe(_dead);
        _replay.GetProperty("failed").GetInt64().ShouldBe(0);
        var outcomes = _replay.GetProperty("outcomes").EnumerateObject().ToDictionary(outcome => outcome.Name, outcome => outcome.Value.GetInt64());
        outcomes.Values.Sum().ShouldBe(_dead);
        outcomes.Keys.ShouldNotContain("Delivered");
    }

    [Test, Order(2)]
    public async Task every_claim_is_booked_once_and_the_books_balance()
    {
        var report = await Wait.ForReportAsync(
            _system, "the books are at rest", report => report is { AtRest: true, Total: { InFlight: 0, DeadLettered: 0 } }, Patience, _run, live: false);
        report.Identities.ShouldBe(new Identities(true, true, true));
        report.Total.Accepted.ShouldBe(Claims);
        report.Total.MaxBookings.ShouldBe(1);
        report.Total.DebtorClaims.ShouldBe(report.Total.Transferred);
        report.Total.DebtorOre.ShouldBe(report.Total.TransferredOre);
    }

    [Test, Order(3)]
    public async Task the_audit_log_is_whole() => (await Failures.AskAsync(Data, "audit", "verify")).ExitCode.ShouldBe(ExitCodes.Done);

    private Task KnownAsync(string replayId, long known) => Wait.ForAsync(
        $"{known} outcomes are known", async () => await Failures.ReplayAsync(_system, Data, replayId) is { } replay && replay.GetProperty("known").GetInt64() >= known, Patience, _run);

    private async Task KillAsync(string service)
    {
        var before = _system.Endpoints.Services.First(running => running.Name == service).Pid;
        Command.Kill(before);
        await Wait.ForAsync(
            $"{service} runs again", () => Task.FromResult(_system.Endpoints.Services.FirstOrDefault(running => running.Name == service) is { } now && now.Pid != before), TimeSpan.FromMinutes(2), _run);
    }
}
