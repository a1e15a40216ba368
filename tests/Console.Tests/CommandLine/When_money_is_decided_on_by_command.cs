using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

[TestFixture]
public sealed class When_money_is_decided_on_by_command
{
    private const string Open = "0f8fad5b-d9cb-469f-a165-70867728950e";
    private const string Placed = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

    private static readonly string[][] Decisions =
    [
        ["place", Open, "DK-710100", "434536"], ["close", Open], ["takeback", Placed],
    ];

    private readonly ConcurrentQueue<string> _decided = new();
    private WebApplication _payments = null!;
    private ConsoleStandIn _console = null!;
    private string? _refusal;

    [SetUp]
    public async Task Start()
    {
        _refusal = null;
        _decided.Clear();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _payments = builder.Build();
        _payments.MapGet("/payments/worklist", () => Results.Json(new
        {
            items = (object[])[new
            {
                id = Open, municipality = "0101", cause = "Unreadable", amountOre = 123_400, since = "2026-11-22T07:00:00Z", action = "Have it brought again.",
                names = new { entryId = "E1", said = "B10 \u001b[2J01=E1\nB11" }, suggestions = Array.Empty<object>(),
            }],
        }));
        _payments.MapGet("/payments/worklist/placed", () => Results.Json(new
        {
            items = (object[])[new { id = Placed, entryId = "E2\u001b[2J", amountOre = 123_400, agency = "DK-710100", feeId = 434536, placedAt = "2026-11-22T07:00:00Z", who = "anna", why = "a\nguess" }],
        }));
        _payments.MapGet("/payments/worklist/placed/{id}", (string id) => id == Placed ? Results.Text("""{"municipality":"0155"}""", "application/json") : Results.NotFound());
        _payments.MapPost("/payments/worklist/{id}/{verb}", async (string id, string verb, HttpRequest request) =>
        {
            using var body = new StreamReader(request.Body);
            _decided.Enqueue($"{verb} {id}: {await body.ReadToEndAsync()}");
            return _refusal is { } detail ? Results.Problem(detail, statusCode: 409) : Results.Json(new { state = "Done" });
        });
        await _payments.StartAsync();
        _console = await ConsoleStandIn.StartAsync(_payments.Urls.First(), "payments");
    }

    [TearDown]
    public async Task Stop()
    {
        await _console.DisposeAsync();
        await _payments.StopAsync();
        await _payments.DisposeAsync();
    }

    [TestCaseSource(nameof(Decisions))]
    public async Task it_goes_through_the_console_which_keeps_who_and_why(params string[] decision)
    {
        var (verb, id) = (decision[0], decision[1]);
        _console.Answers($"POST /worklist/{id}/{verb}", new { state = "Done" });
        (await DecideAsync(decision)).ShouldEndWith(0);
        var asked = _console.Asked.ShouldHaveSingleItem();
        asked.ShouldStartWith($"POST /worklist/{id}/{verb} by Søren Ø: ");
        asked.ShouldContain($"\"municipality\":\"{(verb == "takeback" ? "0155" : "0101")}\"");
        asked.ShouldContain("\"why\":\"Found by name\"");
        asked.Contains("\"agency\":\"DK-710100\",\"feeId\":434536", StringComparison.Ordinal).ShouldBe(verb == "place");
        _decided.ShouldBeEmpty();
    }

    [TestCaseSource(nameof(Decisions))]
    public async Task a_refusal_of_the_console_is_final_and_says_why(params string[] decision)
    {
        _console.Refuses($"POST /worklist/{decision[1]}/{decision[0]}", HttpStatusCode.Conflict, "It was decided meanwhile.");
        var said = (await DecideAsync(decision)).ShouldEndWith(1);
        said.Errors.ShouldContain("It was decided meanwhile.");
        said.Errors.ShouldNotContain("{");
        _decided.ShouldBeEmpty();
    }

    [TestCaseSource(nameof(Decisions))]
    public async Task money_does_not_wait_for_a_console_that_is_away(params string[] decision)
    {
        await _console.StopAsync();
        (await DecideAsync(decision)).ShouldEndWith(0).Errors.ShouldContain("straight to Payments");
        var decided = _decided.ShouldHaveSingleItem();
        decided.ShouldStartWith($"{decision[0]} {decision[1]}: ");
        decided.ShouldContain("\"why\":\"Found by name\"");

        _refusal = "It is taken back first.";
        var said = (await DecideAsync(decision)).ShouldEndWith(1);
        said.Errors.ShouldContain("It is taken back first.");
        said.Errors.ShouldNotContain("{");
    }

    [Test]
    public async Task what_is_on_no_list_is_not_decided()
    {
        (await DecideAsync("close", Placed)).ShouldEndWith(1).Errors.ShouldContain("on the worklist");
        (await DecideAsync("takeback", Open)).ShouldEndWith(1).Errors.ShouldContain("No such entry is placed");
        _console.Asked.ShouldBeEmpty();
        _decided.ShouldBeEmpty();
    }

    [Test]
    public async Task what_a_debtor_system_wrote_does_not_steer_the_terminal()
    {
        var open = (await _console.ClaimsAsync(["worklist"])).ShouldEndWith(0);
        open.Output.ShouldContain("said B10  [2J01=E1 B11");
        open.Output.ShouldContain("1,234.00");
        var placed = (await _console.ClaimsAsync(["worklist", "placed"])).ShouldEndWith(0);
        placed.Output.ShouldContain("E2 [2J");
        placed.Output.ShouldContain("a guess");
        (open.Output + placed.Output).ShouldNotContain('\u001b');
    }

    private Task<Said> DecideAsync(params string[] decision) => _console.ClaimsAsync(["worklist", .. decision, "--reason", "Found by name", "--who", "Søren Ø"]);
}
