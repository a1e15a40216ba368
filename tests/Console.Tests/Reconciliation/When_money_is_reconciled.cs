using System.Net;
using System.Text.Json;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Tests.Failures;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Reconciliation;

[TestFixture]
public sealed class When_money_is_reconciled
{
    private ServicesBeside _beside = null!;
    private ConsoleInBrowser _console = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _beside = await ServicesBeside.StartAsync();
        _console = await ConsoleInBrowser.StartAsync(("Console:Services:All", _beside.Url));
        await _console.Server.AddUserAsync("anna", Role.Operator, "0101");
        await _console.Server.AddUserAsync("bo", Role.Operator, "0157");
        await _console.Server.AddUserAsync("vera", Role.Viewer, "0101");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _console.DisposeAsync();
        await _beside.DisposeAsync();
    }

    [SetUp]
    public async Task SignIn()
    {
        await _console.NewContextAsync(scripts: true);
        await _console.SignInAsync("anna");
    }

    [TestCase("/console/reconciliation", "reconciliation")]
    [TestCase("/console/reconciliation/0101", "reconciliation-one")]
    [TestCase("/console/reconciliation/0101?cause=missingAtDebtor", "reconciliation-cause")]
    [TestCase("/console/reconciliation/0101?date=2026-11-01", "reconciliation-none")]
    [TestCase("/console/reconciliation/worklist", "worklist")]
    [TestCase("/console/reconciliation/worklist/placed", "worklist-placed")]
    public async Task each_page_is_usable_by_everyone(string path, string name) => await _console.ShouldBeUsableAsync(await _console.OpenAsync(path), name);

    [Test]
    public async Task the_differences_say_what_they_mean_and_one_cause_can_be_looked_at()
    {
        var page = await _console.OpenAsync("/console/reconciliation/0101");
        var text = await page.InnerTextAsync("main");
        text.ShouldContain("Afvigelser: 3");
        text.ShouldContain("Debitorsystemet har kvitteret for kravet, men har det ikke på sin liste.");
        text.ShouldContain("84.070,00 kr.");
        await page.ClickAsync("a:has-text('Beløbet er forskelligt')");
        var lines = await page.InnerTextAsync("table >> nth=2");
        lines.ShouldContain("434702");
        lines.ShouldNotContain("434701");
    }

    [Test]
    public async Task a_reconciliation_is_started_with_a_reason_and_is_on_record()
    {
        var page = await _console.OpenAsync("/console/reconciliation/0101");
        await page.FillAsync("#start-why", "debitorsystemet er rettet");
        await page.ClickAsync("button:has-text('Start afstemning')");
        (await page.InnerTextAsync("main")).ShouldContain("Afstemningen er færdig.");
        _beside.Done.ShouldContain(done => done.Path == "/payments/reconciliations/0101?who=anna");
        await page.GotoAsync("/console/audit?action=reconciliation.start");
        (await page.InnerTextAsync("tbody")).ShouldContain("debitorsystemet er rettet");
    }

    [Test]
    public async Task a_report_is_saved_and_never_shown_inside_the_console()
    {
        using var anna = await _console.Server.SignedInAsync("anna");
        var answer = await anna.GetAsync("/console/reconciliation/0101?handler=Report&as=csv");
        answer.Content.Headers.ContentDisposition!.FileName!.Trim('"').ShouldBe("afstemning-0101.csv");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("434701;70,00");
    }

    [Test]
    public async Task money_that_fits_no_claim_is_placed_on_one_with_a_reason()
    {
        var page = await _console.OpenAsync("/console/reconciliation/worklist");
        await page.ClickAsync("a:has-text('Afgør')");
        await _console.ShouldBeUsableAsync(page, "worklist-decide");
        await page.ClickAsync("text=Brug dette krav");
        (await page.InputValueAsync("#feeId")).ShouldBe("434710");
        await page.FillAsync("#place-why", "fundet ved navn i Opus");
        await page.ClickAsync("button:has-text('Placér på et krav')");
        (await page.InnerTextAsync("main")).ShouldContain("Posteringen er placeret på kravet.");
        var (_, body) = _beside.Done.ShouldHaveSingleItemOf($"/payments/worklist/{ServicesBeside.Unmatched}/place");
        JsonDocument.Parse(body).RootElement.GetProperty("who").GetString().ShouldBe("anna");
        JsonDocument.Parse(body).RootElement.GetProperty("feeId").GetInt64().ShouldBe(434710);
        await page.GotoAsync("/console/audit?action=worklist.place");
        (await page.InnerTextAsync("tbody")).ShouldContain("fundet ved navn i Opus");
    }

    [Test]
    public async Task a_placement_on_the_wrong_claim_is_taken_back_with_a_reason_and_is_on_record()
    {
        var page = await _console.OpenAsync("/console/reconciliation/worklist");
        await page.ClickAsync("a:has-text('tag en forkert placering tilbage')");
        await page.ClickAsync("a:has-text('Tag placeringen tilbage')");
        await _console.ShouldBeUsableAsync(page, "worklist-takeback");
        await page.FillAsync("#takeback-why", "det var naboens krav");
        await page.ClickAsync("button:has-text('Tag placeringen tilbage')");
        (await page.InnerTextAsync("main")).ShouldContain("Placeringen er taget tilbage.");
        var (_, body) = _beside.Done.ShouldHaveSingleItemOf($"/payments/worklist/{ServicesBeside.Placed}/takeback");
        JsonDocument.Parse(body).RootElement.GetProperty("who").GetString().ShouldBe("anna");
        await page.GotoAsync("/console/audit?action=worklist.takeBack");
        (await page.InnerTextAsync("tbody")).ShouldContain("det var naboens krav");
    }

    [Test]
    public async Task another_municipalitys_placement_is_neither_seen_nor_taken_back_and_a_viewer_takes_none_back()
    {
        using var bo = await _console.Server.SignedInAsync("bo");
        (await bo.GetStringAsync("/console/reconciliation/worklist/placed")).ShouldNotContain("E-992");
        using var vera = await _console.Server.SignedInAsync("vera");
        (await vera.GetStringAsync("/console/reconciliation/worklist/placed")).ShouldNotContain($"id={ServicesBeside.Placed}");
        var before = _beside.Done.Count;
        foreach (var client in new[] { bo, vera })
        {
            foreach (var municipality in new[] { "0101", "0157" })
            {
                (await ConsoleServer.PostFormAsync(client, "/console/me", $"/console/reconciliation/worklist/placed?id={ServicesBeside.Placed}&municipality={municipality}", ("why", "jeg prøver bare")))
                    .StatusCode.ShouldNotBe(HttpStatusCode.OK);
            }
        }

        _beside.Done.Count.ShouldBe(before);
    }

    [Test]
    public async Task another_municipalitys_money_is_not_found_and_not_decided_on()
    {
        using var bo = await _console.Server.SignedInAsync("bo");
        (await bo.GetAsync("/console/reconciliation/0101")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await bo.GetAsync("/console/reconciliation/0101?handler=Report&as=csv")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await bo.GetAsync("/console/api/reconciliations/0101/differences")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await bo.GetStringAsync("/console/reconciliation/worklist")).ShouldNotContain("E-991");
        foreach (var municipality in new[] { "0101", "0157" })
        {
            (await bo.GetAsync($"/console/reconciliation/worklist/{ServicesBeside.NotTaken}?municipality={municipality}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await ConsoleServer.PostFormAsync(bo, "/console/me", $"/console/reconciliation/worklist/{ServicesBeside.NotTaken}?municipality={municipality}&handler=Close", ("why", "færdig")))
                .StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        _beside.Done.ShouldNotContain(done => done.Path.Contains($"{ServicesBeside.NotTaken}", StringComparison.Ordinal));
        (await ConsoleServer.PostFormAsync(bo, "/console/me", "/console/reconciliation/0101", ("why", "det er ikke min"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task a_viewer_starts_nothing()
    {
        using var vera = await _console.Server.SignedInAsync("vera");
        (await vera.GetStringAsync("/console/reconciliation/0101")).ShouldNotContain("start-why");
        var before = _beside.Done.Count;
        (await ConsoleServer.PostFormAsync(vera, "/console/me", "/console/reconciliation/0101", ("why", "jeg vil se"))).StatusCode.ShouldNotBe(HttpStatusCode.OK);
        _beside.Done.Count.ShouldBe(before);
    }
}

internal static class DoneExtensions
{
    public static (string Path, string Body) ShouldHaveSingleItemOf(this IEnumerable<(string Path, string Body)> done, string path) => done.Where(one => one.Path == path).ShouldHaveSingleItem();
}
