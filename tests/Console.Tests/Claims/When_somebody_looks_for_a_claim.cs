using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Tests.Overview;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Claims;

[TestFixture]
public sealed class When_somebody_looks_for_a_claim
{
    private StandInSystem _services = null!;
    private ConsoleInBrowser _console = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _services = await StandInSystem.StartAsync();
        _console = await ConsoleInBrowser.StartAsync(await _services.ConsoleAsync());
        await _console.Server.AddUserAsync("anna", Role.Operator, "0101");
        await _console.Server.AddUserAsync("bo", Role.Viewer, "0101");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _console.DisposeAsync();
        await _services.DisposeAsync();
    }

    [SetUp]
    public async Task SignIn()
    {
        _services.ComeBack();
        _services.Asked.Clear();
        await _console.NewContextAsync(scripts: true);
        await _console.SignInAsync("anna");
    }

    [TestCase("/console/claims", "claims")]
    [TestCase("/console/claims/DK-710100/1001", "claim-held")]
    [TestCase("/console/claims/DK-710100/1002", "claim-money")]
    [TestCase("/console/claims/DK-710100/1003", "claim-refused")]
    public async Task each_page_is_usable_by_everyone(string path, string name)
    {
        var page = await _console.OpenAsync(path);
        await _console.ShouldBeUsableAsync(page, name);
        await page.EvaluateAsync("document.querySelectorAll('main details').forEach(details => details.open = true)");
        await ConsoleInBrowser.ShouldBeAccessibleAsync(page);
    }

    [Test]
    public async Task a_claims_address_may_be_typed_in_any_case_and_it_may_be_operated_so()
    {
        var client = await TokenClientAsync();
        (await client.GetStringAsync("/console/api/claims/dk-710100/1001")).ShouldContain("HoldForPerson");
        (await client.PostAsJsonAsync("/console/api/claims/dk-710100/1001/release", new { why = "for the test" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        _services.Asked.ShouldContain(asked => asked.StartsWith("POST routing/claims/DK-710100/1001/operations", StringComparison.Ordinal));
    }

    [Test]
    public async Task the_search_goes_to_routing_with_the_users_municipalities()
    {
        var page = await _console.OpenAsync("/console/claims?municipality=0157&category=Held");
        await Assertions.Expect(page.Locator(".empty-state")).ToBeVisibleAsync();
        _services.Asked.ShouldNotContain(asked => asked.StartsWith("GET routing/claims", StringComparison.Ordinal));

        await page.GotoAsync("/console/claims?category=Held&from=2026-11-01&to=2026-11-24&text=b%C3%B8rn");
        var asked = _services.Asked.First(asked => asked.StartsWith("GET routing/claims?", StringComparison.Ordinal));
        asked.ShouldContain("municipality=0101&category=Held");
        // Danish days: the last one is included.
        asked.ShouldContain("from=2026-10-31T23");
        asked.ShouldContain("to=2026-11-24T23");
    }

    [Test]
    public async Task pages_follow_each_other_and_lead_back()
    {
        var page = await _console.OpenAsync("/console/claims?category=Held");
        await page.ClickAsync("[rel=next]");
        await page.ClickAsync("[rel=prev]");
        page.Url.ShouldEndWith("/console/claims?category=Held");
    }

    [Test]
    public async Task a_wrong_date_is_said_at_its_field()
    {
        var page = await _console.OpenAsync("/console/claims?from=igaar");
        await Assertions.Expect(page.Locator("#from-fault")).ToBeVisibleAsync();
    }

    [Test]
    public async Task the_timeline_and_the_way_are_told_in_danish()
    {
        var page = await _console.OpenAsync("/console/claims/DK-710100/1002");
        var text = await page.Locator("main").InnerTextAsync();
        text.ShouldContain("registrering kvitteret, kvittering KV-77");
        text.ShouldContain("Afventer kravet → Sendes → Sendt → Overført → Delvist betalt");
        text.ShouldContain("betalt 50,00 kr.");
        text.ShouldContain("70,00 kr.");
        (await page.Locator(".saga-here text").TextContentAsync()).ShouldBe("Delvist betalt");
        (await page.Locator(".saga-been").CountAsync()).ShouldBe(4);
        (await page.Locator("path.saga-walked").CountAsync()).ShouldBe(4);
    }

    [Test]
    public async Task whatever_a_service_can_note_is_told_in_danish()
    {
        var danish = new NoteTexts(NoteTexts.Danish, Danish.Kroner);
        var page = await _console.OpenAsync("/console/claims/DK-710100/1004");
        var said = await page.Locator("main tbody tr td:nth-child(4)").AllInnerTextsAsync();
        said.ShouldBe(NoteCodes.InCatalogue.Select(danish.Say));
        said.Count.ShouldBeGreaterThan(60);
    }

    [Test]
    public async Task who_sent_it_stands_in_the_history_and_an_example_of_ingests_is_marked_as_english()
    {
        var history = await (await _console.Server.SignedInAsync()).GetStringAsync("/console/claims/DK-710100/1001?handler=History");
        history.ShouldContain("""(eksempel: <span lang="en">70.00</span>)""");
        history.ShouldContain("<td>fbs-kbh</td>");
    }

    [Test]
    public async Task a_held_claim_is_released_with_a_reason_that_is_on_record()
    {
        var page = await _console.OpenAsync("/console/claims/DK-710100/1001");
        (await page.Locator("details.operation summary").AllTextContentsAsync()).ShouldBe(["Frigiv kravet", "Annullér kravet"]);
        await page.ClickAsync("#operation-release summary");
        await page.FillAsync("#do-release-why", "Værgen er fundet");
        await page.ClickAsync("#do-release button");
        await Assertions.Expect(page.Locator(".alert-success")).ToContainTextAsync("Frigiv kravet");

        using var told = JsonDocument.Parse(_services.Asked.Single(asked => asked.StartsWith("POST routing/claims/DK-710100/1001/operations", StringComparison.Ordinal)).Split(' ', 3)[2]);
        told.RootElement.EnumerateObject().Select(field => $"{field.Name}: {field.Value}").ShouldBe(["operation: release", "who: anna", "why: Værgen er fundet"]);
        var audited = (await _console.Server.Services.GetRequiredService<AuditLog>().ReadAsync(null, "claim.release", "anna", null, 10, null, CancellationToken.None)).Entries;
        audited.ShouldContain(entry => entry.Subject == "claim DK-710100 1001" && entry.Municipality == "0101" && entry.Why == "Værgen er fundet");
    }

    [Test]
    public async Task only_what_routing_allows_is_done()
    {
        var client = await TokenClientAsync();
        var refused = await client.PostAsJsonAsync("/console/api/claims/DK-710100/1001/reregister", new { why = "for the test" });
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await client.PostAsJsonAsync("/console/api/claims/DK-710100/1001/release", new { why = "" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await client.PostAsJsonAsync("/console/api/claims/DK-710100/1001/sell", new { why = "for the test" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        _services.Asked.ShouldNotContain(asked => asked.StartsWith("POST", StringComparison.Ordinal));
        (await client.PostAsJsonAsync("/console/api/claims/DK-710100/1001/release", new { why = "for the test" })).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task another_municipalitys_claim_is_neither_seen_nor_touched()
    {
        var client = await _console.Server.SignedInAsync("anna");
        (await client.GetAsync("/console/claims/DK-715700/2001")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync("/console/api/claims/DK-715700/2001")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync("/console/claims/DK-715700/2001?handler=History")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var operated = await ConsoleServer.PostFormAsync(
            client, "/console/claims/DK-710100/1001", "/console/claims/DK-715700/2001?handler=Operate", ("operation", "cancel"), ("why", "not mine"));
        operated.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        _services.Asked.ShouldNotContain(asked => asked.StartsWith("POST", StringComparison.Ordinal));
        using var list = JsonDocument.Parse(await client.GetStringAsync("/console/api/claims"));
        list.RootElement.GetProperty("claims").EnumerateArray().Select(claim => claim.GetProperty("municipality").GetString()).Distinct().ShouldBe(["0101"]);
    }

    [Test]
    public async Task a_viewer_may_look_and_nothing_else()
    {
        var client = await _console.Server.SignedInAsync("bo");
        (await client.GetStringAsync("/console/claims/DK-710100/1001")).ShouldNotContain("do-release");
        var operated = await ConsoleServer.PostFormAsync(
            client, "/console/claims/DK-710100/1001", "/console/claims/DK-710100/1001?handler=Operate", ("operation", "release"), ("why", "I am only a viewer"));
        operated.StatusCode.ShouldBeOneOf(HttpStatusCode.Forbidden, HttpStatusCode.Redirect);
        _services.Asked.ShouldNotContain(asked => asked.StartsWith("POST", StringComparison.Ordinal));
    }

    [Test]
    public async Task a_service_that_is_away_is_named_and_the_rest_is_shown()
    {
        _services.GoAway("payments");
        var page = await _console.OpenAsync("/console/claims/DK-710100/1002");
        await Assertions.Expect(page.Locator(".alert-warning")).ToContainTextAsync("Betalinger");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("KV-77");
        _services.GoAway("routing");
        _services.GoAway("ingest");
        await page.GotoAsync("/console/claims/DK-710100/1002");
        await Assertions.Expect(page.Locator(".alert-warning")).ToContainTextAsync("kan ikke slås op");
        await page.GotoAsync("/console/claims");
        await Assertions.Expect(page.Locator(".alert-warning")).ToContainTextAsync("Fordelingen svarer ikke");
        (await (await TokenClientAsync()).GetAsync("/console/api/claims")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Test]
    public async Task a_service_that_is_slow_is_asked_again_in_the_page_and_not_taken_for_unknown()
    {
        _services.GoSlow("payments");
        var page = await _console.OpenAsync("/console/claims/DK-710100/1002");
        await Assertions.Expect(page.Locator(".alert-info")).ToContainTextAsync("Betalinger svarer langsomt");
        (await page.Locator("main").InnerTextAsync()).ShouldNotContain("ukendt");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("KV-77");

        _services.ComeBack();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("123456789012347", new LocatorAssertionsToContainTextOptions { Timeout = 15_000 });
        await Assertions.Expect(page.Locator(".alert-info")).ToHaveCountAsync(0);

        // What is shown stays while it is slow again.
        _services.GoSlow("payments");
        var asked = await page.WaitForResponseAsync(answer => answer.Url.EndsWith("handler=History", StringComparison.Ordinal) && answer.Status == 204, new PageWaitForResponseOptions { Timeout = 20_000 });
        asked.Status.ShouldBe(204);
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("123456789012347");
    }

    private async Task<HttpClient> TokenClientAsync()
    {
        var client = _console.Server.NewClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Combine(_console.Server.Data, "console", "token"))).Trim());
        client.DefaultRequestHeaders.Add("X-Claims-Who", "kim");
        return client;
    }
}
