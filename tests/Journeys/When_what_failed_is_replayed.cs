using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Journeys.Running;
using Microsoft.Data.Sqlite;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>The debtor systems answer some claims with nonsense; when they have mended that, an operator replays what failed meanwhile, by the commands.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class When_what_failed_is_replayed
{
    private const int Claims = 1_500;
    private readonly string _data = Path.Combine(Folders.New("replayed"), "data");
    private Command _run = null!;
    private RunningSystem _system = null!;
    private BooksReport _failed = null!;

    [OneTimeSetUp]
    public async Task Travel()
    {
        var sample = Sample.Journey(Path.GetDirectoryName(_data)!, Claims, seed: 21);
        _run = Command.Run("--claims", sample.File, "--data", _data, "--sandbox-faults", "poison=0.05");
        _system = await Wait.ForSystemAsync(_data, _run);
        _failed = await Wait.ForReportAsync(
            _system, "all but the poisoned are at rest", report => report.Total is { Accepted: Claims, InFlight: 0, DeadLettered: > Claims / 50 }, TimeSpan.FromMinutes(5), _run);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _system?.Dispose();
        if (_run is not null)
            await _run.DisposeAsync();
    }

    [Test, Order(1)]
    public async Task the_list_names_the_cause_who_can_mend_it_and_how_many_wait()
    {
        await Wait.ForAsync("all dead letters are collected", async () => await WaitingAsync() == _failed.Total.DeadLettered, TimeSpan.FromMinutes(1), _run);
        var (exitCode, list) = await Failures.AskAsync(_data, "failures", "list");
        exitCode.ShouldBe(ExitCodes.Done);
        foreach (var group in list.GetProperty("groups").EnumerateArray())
        {
            group.GetProperty("cause").GetString().ShouldBe("The debtor system's answer could not be understood");
            group.GetProperty("owner").GetString().ShouldBe("Vendor");
            group.GetProperty("action").GetString().ShouldNotBeNullOrEmpty();
        }
    }

    [Test, Order(2)]
    public async Task replayed_too_early_it_stops_by_itself_after_the_first()
    {
        var (exitCode, replay) = await Failures.AskAsync(_data, "failures", "replay", "--all", "--reason", "see whether it still fails", "--wait", "--yes");
        exitCode.ShouldNotBe(ExitCodes.Done);
        replay.GetProperty("status").GetString().ShouldBe("Stopped");
        replay.GetProperty("outcomes").GetProperty("FailedAgain").GetInt64().ShouldBe(1);
        replay.GetProperty("total").GetInt64().ShouldBe(_failed.Total.DeadLettered);
        (await Failures.AskAsync(_data, "failures", "cancel", replay.GetProperty("replayId").GetString()!, "--reason", "not mended yet")).ExitCode.ShouldBe(ExitCodes.Done);
        (await WaitingAsync()).ShouldBe(_failed.Total.DeadLettered);
    }

    [Test, Order(3)]
    public async Task every_claim_is_transferred_when_the_debtor_systems_are_mended()
    {
        await Failures.LiftFaultsAsync(_system);
        var (exitCode, replay) = await Failures.AskAsync(_data, "failures", "replay", "--all", "--reason", "the vendors have mended their answers", "--wait", "--yes");
        exitCode.ShouldBe(ExitCodes.Done);
        replay.GetProperty("status").GetString().ShouldBe("Done");
        replay.GetProperty("failed").GetInt64().ShouldBe(0);
        replay.GetProperty("outcomes").EnumerateObject().Sum(outcome => outcome.Value.GetInt64()).ShouldBe(_failed.Total.DeadLettered);
        replay.GetProperty("outcomes").TryGetProperty("Delivered", out _).ShouldBeFalse("an outcome is what the claim has come to, not that a message was sent");

        var report = await Wait.ForReportAsync(_system, "the books are at rest", report => report is { AtRest: true, Total: { InFlight: 0, DeadLettered: 0 } }, TimeSpan.FromMinutes(2), _run, live: false);
        report.Identities.ShouldBe(new Identities(true, true, true));
        report.Total.Accepted.ShouldBe(Claims);
        report.Total.MaxBookings.ShouldBe(1);
        report.Total.DebtorClaims.ShouldBe(report.Total.Transferred);
        report.Total.DebtorOre.ShouldBe(report.Total.TransferredOre);
        (await WaitingAsync()).ShouldBe(0);
    }

    [Test, Order(4)]
    public async Task asked_again_nothing_is_left_to_replay()
    {
        var (exitCode, replay) = await Failures.AskAsync(_data, "failures", "replay", "--all", "--reason", "once more", "--wait", "--yes");
        exitCode.ShouldBe(ExitCodes.Done);
        replay.GetProperty("total").GetInt64().ShouldBe(0);
    }

    [Test, Order(5)]
    public async Task the_audit_log_is_whole_and_finds_a_row_that_was_changed_by_hand()
    {
        (await Failures.AskAsync(_data, "audit", "verify")).ExitCode.ShouldBe(ExitCodes.Done);

        await using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_data, "console.db"), Pooling = false }.ToString()))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE audit SET why = 'nothing to see here' WHERE action = 'replay.start' AND sequence = (SELECT MIN(sequence) FROM audit WHERE action = 'replay.start')";
            (await command.ExecuteNonQueryAsync()).ShouldBe(1);
        }

        var (exitCode, verdict) = await Failures.AskAsync(_data, "audit", "verify");
        exitCode.ShouldNotBe(ExitCodes.Done);
        verdict.GetProperty("isWhole").GetBoolean().ShouldBeFalse();
        verdict.GetProperty("firstFault").GetString()!.ShouldContain("was changed");
    }

    private async Task<long> WaitingAsync() =>
        (await Failures.AskAsync(_data, "failures", "list")).Answer.GetProperty("groups").EnumerateArray().Sum(group => group.GetProperty("count").GetInt64());
}
