using System.Net;
using ClaimsTransfer.Defaults.Notes;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

[TestFixture]
public sealed class When_a_claim_is_operated_by_command
{
    private static readonly string[] Release = ["release", "DK-710100", "434536", "--reason", "Guardian found", "--who", "Søren Ø"];
    private RoutingStandIn _routing = null!;
    private ConsoleStandIn _console = null!;

    [SetUp]
    public async Task Start()
    {
        _routing = await RoutingStandIn.StartAsync();
        _console = await ConsoleStandIn.StartAsync(_routing.Url);
    }

    [TearDown]
    public async Task Stop()
    {
        await _console.DisposeAsync();
        await _routing.DisposeAsync();
    }

    [TestCase("release")]
    [TestCase("retry")]
    [TestCase("ask")]
    [TestCase("cancel")]
    [TestCase("reregister")]
    [TestCase("readjust")]
    public async Task it_goes_through_the_console_which_keeps_who_and_why(string operation)
    {
        _console.Answers($"POST /claims/DK-710100/434536/{operation}", new { });
        (await _console.ClaimsAsync([operation, .. Release[1..]])).ShouldEndWith(0).Output.ShouldContain("is taken in");
        _console.Asked.ShouldHaveSingleItem().ShouldBe($$"""POST /claims/DK-710100/434536/{{operation}} by Søren Ø: {"why":"Guardian found"}""");
        _routing.Operations.ShouldBeEmpty();
    }

    [Test]
    public async Task a_refusal_of_the_console_is_final()
    {
        _console.Refuses("POST /claims/DK-710100/434536/release", HttpStatusCode.Conflict, "The claim is not held.");
        (await _console.ClaimsAsync(Release)).ShouldEndWith(1).Errors.ShouldContain("The claim is not held.");
        _console.Refuses("POST /claims/DK-710100/434536/release", HttpStatusCode.NotFound, "There is none, or it is not yours to see.");
        (await _console.ClaimsAsync(Release)).ShouldEndWith(1).Errors.ShouldContain("not yours to see");
        File.WriteAllText(Path.Combine(_console.Data, "console", "token"), "another");
        (await _console.ClaimsAsync(Release)).ShouldEndWith(1).Errors.ShouldContain("does not take the token");
        _routing.Operations.ShouldBeEmpty();
    }

    [Test]
    public async Task a_claim_does_not_wait_for_a_console_that_is_away()
    {
        await _console.StopAsync();
        (await _console.ClaimsAsync(Release)).ShouldEndWith(0).Errors.ShouldContain("straight to Routing");
        _routing.Operations.ShouldHaveSingleItem().ShouldBe("DK-710100 434536 release by Søren Ø: Guardian found");
    }

    [Test]
    public async Task an_address_of_a_system_without_a_console_is_asked_as_it_is()
    {
        (await Claims.RunAsync([.. Release, "--url", _routing.Url])).ShouldEndWith(0);
        (await Claims.RunAsync([.. Release, "--url", _routing.Url, "--token", "any"])).ShouldEndWith(0);
        _routing.Operations.Count.ShouldBe(2);
    }

    [Test]
    public async Task one_claim_is_shown_with_what_may_be_done_its_money_and_its_failures()
    {
        _console.Answers("GET /claims/DK-710100/434536", new
        {
            claim = new
            {
                municipality = "0101", status = "Held", version = 1, amountOre = 7000, why = Note.Of("claim.minorWithoutGuardian", ("rule", "HoldForPerson"), ("age", 12), ("createdOn", "2026-11-01")), operations = new[] { "release", "cancel" },
                timeline = new[] { new { at = "2026-11-22T06:54:00Z", @event = "claim-created", version = 1, from = "None", to = "Held", notes = new[] { Note.Of("claim.amount", ("amountOre", 123456)), Note.Quote("held by an older version") } } },
            },
            messages = new[] { new { receivedAt = "2026-11-22T06:54:00Z", kind = "submit-claim", messageId = "0f8fad5b-d9cb-469f-a165-70867728950e", outcome = "accepted" } },
            account = new { claimId = "x", coveredOre = 2500, writtenOffOre = 100 },
            letters = new[]
            {
                new
                {
                    letterId = "7c9e6679-7425-40de-944b-e07fc1f90ae7", queue = "routing", name = "claim-created", municipality = "0101", vendor = "KmdOpus", agency = "DK-710100", feeId = 434536,
                    fingerprint = "0123456789abcdef", causeText = "x", firstFailedAt = "2026-11-22T06:54:00Z", lastFailedAt = "2026-11-22T06:54:00Z", attempts = 1, status = "Open",
                    cause = new { title = "t", owner = "o", action = "a" },
                },
            },
        });
        var said = (await _console.ClaimsAsync("show", "DK-710100", "434536")).ShouldEndWith(0).Output;
        said.ShouldContain("the borrower was 12 on 2026-11-01, no guardian is given: held for a person");
        said.ShouldContain("the amount is 1,234.56 kr.; held by an older version");
        said.ShouldContain("What may be done now: release, cancel.");
        said.ShouldContain("received submit-claim");
        said.ShouldContain("covered 25.00, written off 1.00 kr.");
        said.ShouldContain("7c9e6679-7425-40de-944b-e07fc1f90ae7");
        (await _console.ClaimsAsync("show", "DK-710100", "434536", "--json")).ShouldEndWith(0).Json.GetProperty("claim").GetProperty("status").GetString().ShouldBe("Held");
        (await _console.ClaimsAsync("show", "DK-710100", "1")).ShouldEndWith(1).Errors.ShouldContain("knows nothing of DK-710100 1");
    }
}
