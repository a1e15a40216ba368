using System.Net;
using System.Text.Json;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

[TestFixture]
public sealed class When_failures_are_put_right_by_command
{
    private RunningConsole _console = null!;

    [SetUp]
    public async Task Start()
    {
        _console = await RunningConsole.StartAsync();
        await _console.FailAsync("0101", "DK-710100", 1, 2, 3);
        await _console.FailAsync("0157", "DK-715700", 4, 5);
    }

    [TearDown]
    public async Task Stop() => await _console.DisposeAsync();

    [Test]
    public async Task a_preview_says_what_each_would_do_and_sends_nothing()
    {
        var preview = (await _console.ClaimsAsync("failures", "preview", "--municipality", "0101", "--reason", "Looking", "--json")).ShouldEndWith(0).Json;
        preview.GetProperty("total").GetInt64().ShouldBe(3);
        preview.GetProperty("ore").GetInt64().ShouldBe(21_000);
        preview.GetProperty("status").GetString().ShouldBe("Ready");
        preview.GetProperty("forecasts").GetProperty("apply").GetInt64().ShouldBe(3);
        preview.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("forecastNotes")[0].GetProperty("code").GetString()).ShouldBe(Enumerable.Repeat("claim.received", 3));
        _console.Routing.Handled.ShouldBeEmpty();

        var said = (await _console.ClaimsAsync("failures", "preview", "--all", "--items", "2", "--reason", "Looking")).ShouldEndWith(0).Output;
        said.ShouldContain("5 messages, 350.00 kr.");
        said.ShouldContain("be applied");
        said.ShouldContain("The first 2");
    }

    [Test]
    public async Task what_was_previewed_is_what_is_replayed_also_when_more_has_failed_since()
    {
        var replay = (await _console.ClaimsAsync("failures", "preview", "--all", "--reason", "Looking", "--json")).Json.GetProperty("replayId").GetString()!;
        await _console.FailAsync("0101", "DK-710100", 9);
        _console.Routing.IsMended = true;
        var result = (await _console.ClaimsAsync("failures", "replay", "--replay", replay, "--reason", "Mended", "--wait", "--yes", "--json")).ShouldEndWith(0).Json;
        result.GetProperty("replayId").GetString().ShouldBe(replay);
        result.GetProperty("total").GetInt64().ShouldBe(5);
        (await _console.ClaimsAsync("failures", "list", "--json")).Json.GetProperty("count").GetInt64().ShouldBe(1);
        (await _console.ClaimsAsync("failures", "replay", "--replay", replay, "--reason", "Again", "--wait", "--yes", "--json")).ShouldEndWith(0).Json.GetProperty("outcomes").GetProperty("Transferred").GetInt64().ShouldBe(5);
        _console.Routing.Handled.Count.ShouldBe(5);
    }

    [Test]
    public async Task a_replay_is_followed_to_what_became_of_the_claims()
    {
        _console.Routing.IsMended = true;
        var said = (await _console.ClaimsAsync("failures", "replay", "--all", "--reason", "Mended", "--wait", "--yes", "--json")).ShouldEndWith(0);
        said.Json.GetProperty("status").GetString().ShouldBe("Done");
        said.Json.GetProperty("outcomes").GetProperty("Transferred").GetInt64().ShouldBe(5);
        said.Json.GetProperty("known").GetInt64().ShouldBe(5);
        said.Json.GetProperty("underWay").GetInt64().ShouldBe(0);
        said.Json.GetProperty("failed").GetInt64().ShouldBe(0);
        said.Errors.ShouldContain("5 of 5 known");
        (await _console.ClaimsAsync("failures", "list", "--json")).Json.GetProperty("count").GetInt64().ShouldBe(0);
    }

    [Test]
    public async Task what_fails_again_and_what_is_rejected_is_told_by_the_exit_code()
    {
        var again = (await _console.ClaimsAsync("failures", "replay", "--municipality", "0157", "--stop-at", "100", "--reason", "Trying", "--wait", "--yes", "--json")).ShouldEndWith(5).Json;
        again.GetProperty("outcomes").GetProperty("FailedAgain").GetInt64().ShouldBe(2);
        again.GetProperty("failed").GetInt64().ShouldBe(2);

        (_console.Routing.IsMended, _console.Routing.Status) = (true, "Rejected");
        var said = (await _console.ClaimsAsync("failures", "replay", "--municipality", "0101", "--stop-at", "100", "--reason", "Mended", "--wait", "--yes")).ShouldEndWith(5).Output;
        said.ShouldContain("3 of 3 messages have their outcome, 3 of them failed");
    }

    [Test]
    public async Task it_stops_by_itself_and_is_resumed_or_cancelled()
    {
        var stopped = (await _console.ClaimsAsync("failures", "replay", "--municipality", "0101", "--reason", "Trying", "--wait", "--yes", "--json")).ShouldEndWith(5).Json;
        stopped.GetProperty("status").GetString().ShouldBe("Stopped");
        var replay = stopped.GetProperty("replayId").GetString()!;
        _console.Routing.IsMended = true;
        (await _console.ClaimsAsync("failures", "resume", replay, "--reason", "Mended now")).ShouldEndWith(0);
        var ended = (await _console.ClaimsAsync("failures", "replay", "--replay", replay, "--reason", "Following", "--wait", "--yes", "--json")).ShouldEndWith(5).Json;
        ended.GetProperty("outcomes").GetProperty("Transferred").GetInt64().ShouldBe(2);

        var other = (await _console.ClaimsAsync("failures", "preview", "--all", "--reason", "Looking", "--json")).Json.GetProperty("replayId").GetString()!;
        (await _console.ClaimsAsync("failures", "cancel", other, "--reason", "Not today", "--json")).ShouldEndWith(0).Json.GetProperty("status").GetString().ShouldBe("Cancelled");
        (await _console.ClaimsAsync("failures", "pause", other, "--reason", "Too late")).ShouldEndWith(1).Errors.ShouldContain("A replay that is Cancelled cannot pause.");
        var replays = (await _console.ClaimsAsync("failures", "replays")).ShouldEndWith(0).Output;
        replays.ShouldContain(replay);
        replays.ShouldContain("Cancelled by");
    }

    [Test]
    public async Task nothing_that_fits_is_no_failure()
    {
        var result = (await _console.ClaimsAsync("failures", "replay", "--fee", "77", "--reason", "Nothing", "--wait", "--yes", "--json")).ShouldEndWith(0).Json;
        result.GetProperty("total").GetInt64().ShouldBe(0);
        (await _console.ClaimsAsync("failures", "replay", "--fee", "77", "--reason", "Nothing", "--yes")).ShouldEndWith(0).Output.ShouldContain("nothing to replay");
    }

    [Test]
    public async Task nobody_to_ask_and_no_yes_starts_nothing()
    {
        (await _console.ClaimsAsync("failures", "replay", "--all", "--reason", "Mended")).ShouldEndWith(2).Errors.ShouldContain("--yes");
        (await _console.ClaimsAsync("failures", "replay", "--reason", "Which?", "--yes")).ShouldEndWith(2).Errors.ShouldContain("--all");
        (await _console.ClaimsAsync("failures", "replay", "--all", "--fee", "1", "--reason", "Both?", "--yes")).ShouldEndWith(2);
        (await _console.ClaimsAsync("failures", "archive", "--reason", "Which?")).ShouldEndWith(2);
        (await _console.ClaimsAsync("failures", "replays", "--json")).Json.GetProperty("replays").GetArrayLength().ShouldBe(0);
    }

    [Test]
    public async Task a_person_at_a_terminal_is_asked_first()
    {
        _console.Routing.IsMended = true;
        string[] command = ["failures", "replay", "--all", "--reason", "Mended", "--wait", "--data", _console.Data];
        var no = await Claims.OnTerminalAsync("n\n", command);
        no.ShouldEndWith(1).Output.ShouldContain("Send 5 messages again?");
        _console.Routing.Handled.ShouldBeEmpty();
        (await Claims.OnTerminalAsync("y\n", command)).ShouldEndWith(0).Output.ShouldContain("5 of 5 messages have their outcome");
        _console.Routing.Handled.Count.ShouldBe(5);
    }

    [Test]
    public async Task the_console_may_be_started_again_in_the_middle()
    {
        await _console.FailAsync("0101", "DK-710100", [.. Enumerable.Range(100, 25).Select(fee => (long)fee)]);
        _console.Routing.IsMended = true;
        var following = _console.ClaimsAsync("failures", "replay", "--all", "--rate", "4", "--reason", "Mended", "--wait", "--yes", "--json");
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60)))
        {
            while (_console.Routing.Handled.Count < 5)
                await Task.Delay(50, patience.Token);
        }

        await _console.StopAsync();
        var handled = _console.Routing.Handled.Count;
        await Task.Delay(TimeSpan.FromSeconds(2));
        following.IsCompleted.ShouldBeFalse();
        await _console.StartAsync();
        var said = (await following).ShouldEndWith(0);
        said.Json.GetProperty("outcomes").GetProperty("Transferred").GetInt64().ShouldBe(30);
        said.Errors.ShouldContain("could not be reached");
        said.Errors.ShouldContain("The console answers again.");
        handled.ShouldBeLessThan(30);
    }

    [Test]
    public async Task a_correction_is_sent_in_the_place_of_a_message()
    {
        var letter = await LetterAsync();
        var body = (await _console.ClaimsAsync("failures", "show", letter, "--body")).ShouldEndWith(0).Output;
        (await Claims.WithAsync(null, body, "failures", "edit", letter, "--body", "-", "--reason", "As it is", "--data", _console.Data)).ShouldEndWith(1).Errors.ShouldContain("Nothing is changed");

        _console.Routing.IsMended = true;
        var file = Path.Combine(_console.Data, "changed.json");
        await File.WriteAllTextAsync(file, body.Replace("Gebyr", "Erstatning", StringComparison.Ordinal));
        (await _console.ClaimsAsync("failures", "edit", letter, "--body", file, "--reason", "The reason was wrong", "--wait", "--json")).ShouldEndWith(0)
            .Json.GetProperty("outcomes").GetProperty("Transferred").GetInt64().ShouldBe(1);
        (await _console.ClaimsAsync("failures", "show", letter)).Output.ShouldContain("corrected by");
        (await _console.ClaimsAsync("failures", "edit", letter, "--body", file, "--reason", "Again")).ShouldEndWith(1).Errors.ShouldContain("Corrected");
        (await _console.ClaimsAsync("failures", "edit", letter, "--body", file + ".not", "--reason", "Again")).ShouldEndWith(2);
    }

    [Test]
    public async Task messages_are_put_aside_and_taken_back()
    {
        var letter = await LetterAsync();
        (await _console.ClaimsAsync("failures", "archive", letter, "--reason", "Settled by phone", "--json")).ShouldEndWith(0).Json.GetProperty("letters").GetInt64().ShouldBe(1);
        (await _console.ClaimsAsync("failures", "archive", "--municipality", "0157", "--reason", "Settled by phone")).ShouldEndWith(0).Output.ShouldBe("2 messages are archived.");
        (await _console.ClaimsAsync("failures", "list", "--json")).Json.GetProperty("count").GetInt64().ShouldBe(2);
        (await _console.ClaimsAsync("failures", "restore", "--all", "--reason", "It was not")).ShouldEndWith(0).Output.ShouldBe("3 messages are restored.");
        (await _console.ClaimsAsync("failures", "list", "--json")).Json.GetProperty("count").GetInt64().ShouldBe(5);
        (await _console.ClaimsAsync("failures", "archive", "--all", "--reason", "of 010101-1234")).ShouldEndWith(1).Errors.ShouldContain("CPR");
    }

    private async Task<string> LetterAsync()
    {
        var groups = (await _console.ClaimsAsync("failures", "list", "--municipality", "0101", "--json")).Json.GetProperty("groups");
        return (await _console.ClaimsAsync("failures", "show", groups[0].GetProperty("fingerprint").GetString()!, "--json")).Json.GetProperty("letters")[0].GetProperty("letterId").GetString()!;
    }
}

[TestFixture]
public sealed class When_a_replay_by_command_needs_another_person
{
    [Test]
    public async Task it_waits_for_two_people_who_sign_in_and_no_token_approves_it()
    {
        await using var console = await RunningConsole.StartAsync(("Console:ApproveAboveMessages", "1"));
        await console.FailAsync("0101", "DK-710100", 1, 2);
        console.Routing.IsMended = true;
        var ended = (await console.ClaimsAsync("failures", "replay", "--all", "--reason", "Mended", "--who", "anna", "--wait", "--yes", "--json")).ShouldEndWith(5);
        ended.Json.GetProperty("status").GetString().ShouldBe("AwaitingApproval");
        var replay = ended.Json.GetProperty("replayId").GetString()!;
        (await console.ClaimsAsync("failures", "approve", replay, "--reason", "Looks right", "--who", "bo")).ShouldEndWith(2);

        foreach (var (person, status) in ((string, string)[])[("bo", "AwaitingApproval"), ("cia", "Running")])
        {
            await console.Server.AddUserAsync(person, Role.Approver);
            using var browser = await console.Server.SignedInAsync(person);
            (await ConsoleServer.PostFormAsync(browser, $"/console/replays/{replay}", $"/console/replays/{replay}", ("action", "approve"), ("why", "Looks right"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
            (await console.ClaimsAsync("failures", "replays", "--json")).Output.ShouldContain(status);
        }
        (await console.ClaimsAsync("failures", "replay", "--replay", replay, "--reason", "Following", "--wait", "--yes", "--json")).ShouldEndWith(0)
            .Json.GetProperty("outcomes").GetProperty("Transferred").GetInt64().ShouldBe(2);
    }
}
