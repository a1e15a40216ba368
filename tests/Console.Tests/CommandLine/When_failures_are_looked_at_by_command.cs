using System.Text.Json;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

[TestFixture]
public sealed class When_failures_are_looked_at_by_command
{
    private RunningConsole _console = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _console = await RunningConsole.StartAsync();
        await _console.FailAsync("0101", "DK-710100", 1, 2, 3);
        await _console.FailAsync("0157", "DK-715700", 4, 5);
    }

    [OneTimeTearDown]
    public async Task Stop() => await _console.DisposeAsync();

    [Test]
    public async Task programs_get_the_groups_with_all_that_is_needed_to_decide()
    {
        var failures = (await _console.ClaimsAsync("failures", "list", "--json")).ShouldEndWith(0).Json;
        failures.GetProperty("count").GetInt64().ShouldBe(5);
        failures.GetProperty("ore").GetInt64().ShouldBe(35_000);
        var groups = failures.GetProperty("groups").EnumerateArray().ToList();
        groups.Count.ShouldBe(2);
        groups[0].GetProperty("count").GetInt64().ShouldBe(3);
        groups[0].GetProperty("ore").GetInt64().ShouldBe(21_000);
        groups[0].GetProperty("causeKey").GetString().ShouldBe("unreadable");
        foreach (var field in (string[])["cause", "owner", "action", "firstAt", "lastAt", "trend", "fingerprint"])
            groups[0].GetProperty(field).GetString().ShouldNotBeNullOrEmpty();
        var part = groups[0].GetProperty("parts").EnumerateArray().ShouldHaveSingleItem();
        part.GetProperty("municipality").GetString().ShouldBe("0101");
        part.GetProperty("name").GetString().ShouldBe("claim-created");
    }

    [Test]
    public async Task people_read_what_to_do()
    {
        var said = (await _console.ClaimsAsync("failures", "list")).ShouldEndWith(0).Output;
        said.ShouldContain("5 messages, 350.00 kr.");
        said.ShouldContain("The message does not fit its format");
        said.ShouldContain("Replaying it unchanged fails again: correct it, or archive it with the reason.");
        said.ShouldContain("0101 KmdOpus claim-created (3)");
    }

    [TestCase("--municipality", "0157", 2)]
    [TestCase("--cause", "unreadable", 3)]
    [TestCase("--vendor", "Prisme", 2)]
    [TestCase("--type", "claim-adjusted", 0)]
    [TestCase("--fee", "4", 1)]
    [TestCase("--agency", "DK-710100", 3)]
    [TestCase("--text", "FORESAW", 2)]
    [TestCase("--from", "2099-01-01", 0)]
    [TestCase("--to", "2099-01-01", 5)]
    [TestCase("--status", "Archived", 0)]
    [TestCase("--status", "all", 5)]
    public async Task each_filter_narrows_it_down(string filter, string value, int count) =>
        (await _console.ClaimsAsync("failures", "list", filter, value, "--json")).ShouldEndWith(0).Json.GetProperty("count").GetInt64().ShouldBe(count);

    [Test]
    public async Task several_municipalities_can_be_asked_for() =>
        (await _console.ClaimsAsync("failures", "list", "--municipality", "0101", "--municipality", "0157", "--json")).Json.GetProperty("count").GetInt64().ShouldBe(5);

    [Test]
    public async Task a_filter_that_says_nothing_sensible_is_answered_with_a_good_one()
    {
        (await _console.ClaimsAsync("failures", "list", "--status", "Lost")).ShouldEndWith(1).Errors.ShouldContain("Replayed");
        (await _console.ClaimsAsync("failures", "list", "--from", "yesterday")).ShouldEndWith(2).Errors.ShouldContain("2026-11-22");
    }

    [Test]
    public async Task the_messages_of_a_group_are_listed()
    {
        var fingerprint = await FingerprintAsync("0157");
        var said = (await _console.ClaimsAsync("failures", "show", fingerprint)).ShouldEndWith(0).Output;
        said.ShouldContain("DK-715700 4");
        said.ShouldContain("DK-715700 5");
        said.ShouldNotContain("DK-710100");
        var page = (await _console.ClaimsAsync("failures", "show", fingerprint, "--limit", "1", "--json")).ShouldEndWith(0).Json;
        page.GetProperty("letters").GetArrayLength().ShouldBe(1);
        page.GetProperty("next").GetString().ShouldNotBeNullOrEmpty();
    }

    [Test]
    public async Task one_message_is_shown_with_its_failure_and_no_terminal_is_steered_by_it()
    {
        var said = (await _console.ClaimsAsync("failures", "show", await LetterAsync("0157"))).ShouldEndWith(0).Output;
        said.ShouldContain("InvalidOperationException");
        said.ShouldContain("foresaw this");
        said.ShouldNotContain('\u001b');
        said.ShouldNotContain("\"claimId\"");
    }

    [Test]
    public async Task its_body_is_masked_until_it_is_opened_for_a_reason()
    {
        var letter = await LetterAsync("0101");
        var masked = (await _console.ClaimsAsync("failures", "show", letter, "--body")).ShouldEndWith(0).Output;
        masked.ShouldContain("\"claimId\"");
        masked.ShouldNotContain("0101011234");
        (await _console.ClaimsAsync("failures", "show", letter, "--open")).ShouldEndWith(2).Errors.ShouldContain("--reason");

        (await _console.ClaimsAsync("failures", "show", letter, "--open", "--reason", "The borrower asks", "--who", "Søren Ø")).ShouldEndWith(0).Output.ShouldContain("0101011234");
        var entry = (await _console.ClaimsAsync("audit", "--action", "sealed.view", "--subject", letter, "--json")).ShouldEndWith(0).Json.GetProperty("entries")[0];
        entry.GetProperty("why").GetString().ShouldBe("The borrower asks");
        entry.GetProperty("who").GetString().ShouldBe("Søren Ø (command line)");
    }

    [TestCase("0123456789abcdef")]
    [TestCase("0f8fad5b-d9cb-469f-a165-70867728950e")]
    public async Task what_is_not_there_is_said(string which) => (await _console.ClaimsAsync("failures", "show", which)).ShouldEndWith(1).Errors.ShouldContain(which);

    private async Task<string> FingerprintAsync(string municipality) =>
        (await _console.ClaimsAsync("failures", "list", "--municipality", municipality, "--json")).Json.GetProperty("groups")[0].GetProperty("fingerprint").GetString()!;

    private async Task<string> LetterAsync(string municipality) =>
        (await _console.ClaimsAsync("failures", "show", await FingerprintAsync(municipality), "--json")).Json.GetProperty("letters")[0].GetProperty("letterId").GetString()!;
}
