using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Defaults.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Audit;

[TestFixture]
public sealed class When_the_audit_log_is_read
{
    private ConsoleInBrowser _console = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _console = await ConsoleInBrowser.StartAsync();
        await _console.Server.AddUserAsync("anna", Role.Operator, "0101");
        var log = _console.Server.Services.GetRequiredService<AuditLog>();
        var bo = new Actor("bo", Role.Operator, null);
        foreach (var n in Enumerable.Range(1, 60))
            await log.AppendAsync(bo, new AuditedAction("letter.archive", $"letters {n}", n % 2 == 0 ? "0101" : "0157", $"begrundelse {n}", """{"letters":3}""", "3 Archived"), CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task Stop() => await _console.DisposeAsync();

    [Test]
    [Order(1)]
    public async Task it_is_usable_by_everyone_and_goes_on_page_by_page()
    {
        await _console.NewContextAsync(scripts: true);
        await _console.SignInAsync();
        var page = await _console.OpenAsync("/console/audit");
        await _console.ShouldBeUsableAsync(page, "audit");
        (await page.InnerTextAsync("tbody")).ShouldContain("begrundelse 60");
        await page.SelectOptionAsync("#action", "letter.archive");
        await page.ClickAsync("text=Søg");
        await page.ClickAsync("[rel=next]");
        (await page.InnerTextAsync("tbody")).ShouldContain("begrundelse 10");
        (await page.Locator("tbody tr").CountAsync()).ShouldBe(10);
    }

    [Test]
    [Order(4)]
    public async Task look_ups_of_a_citizen_are_listed_for_print_and_by_whom_only_when_asked()
    {
        var services = _console.Server.Services;
        await services.GetRequiredService<AuditLog>().AppendAsync(
            new Actor("bo", Role.Operator, null), new AuditedAction("sealed.view", $"{Guid.Empty}", "0101", "leverandøren spørger til beløbet", services.GetRequiredService<CitizenTrail>().What(["0101145678"]), "shown"),
            CancellationToken.None);
        await _console.NewContextAsync(scripts: true);
        await _console.SignInAsync();
        var page = await _console.OpenAsync("/console/audit");
        await page.ClickAsync("text=Opslag på en borger");
        await _console.ShouldBeUsableAsync(page, "audit-citizen-ask");
        await page.FillAsync("#number", "12");
        await page.FillAsync("#confirm-why", "borgeren har bedt om indsigt");
        await page.ClickAsync("text=Vis opslag");
        (await page.InnerTextAsync("main")).ShouldContain("ti cifre");
        await page.FillAsync("#number", "010114-5678");
        await page.ClickAsync("text=Vis opslag");
        await _console.ShouldBeUsableAsync(page, "audit-citizen");
        await page.SetViewportSizeAsync(390, 844);
        await ConsoleInBrowser.ScreenshotAsync(page, "audit-citizen-390");
        var told = await page.InnerTextAsync("main");
        told.ShouldContain("leverandøren spørger til beløbet");
        told.ShouldNotContain("5678");
        (await page.Locator("tbody td:has-text('bo')").CountAsync()).ShouldBe(0);

        using var admin = await _console.Server.SignedInAsync();
        var answer = await ConsoleServer.PostFormAsync(admin, "/console/audit/citizen", "/console/audit/citizen", ("number", "0101145678"), ("why", "intern kontrol"), ("byWhom", "true"));
        (await answer.Content.ReadAsStringAsync()).ShouldContain("<td>bo</td>");
        using var anna = await _console.Server.SignedInAsync("anna");
        (await anna.GetAsync("/console/audit/citizen")).StatusCode.ShouldBe(System.Net.HttpStatusCode.Forbidden);
        (await anna.GetStringAsync("/console/audit")).ShouldNotContain("/console/audit/citizen");
    }

    [Test]
    [Order(2)]
    public async Task whoever_has_municipalities_reads_the_entries_of_those()
    {
        using var anna = await _console.Server.SignedInAsync("anna");
        var html = await anna.GetStringAsync("/console/audit");
        html.ShouldContain("begrundelse 60");
        html.ShouldNotContain("begrundelse 59");
        html.ShouldNotContain("user-added");
        (await anna.GetStringAsync("/console/audit?subject=letters%2059")).ShouldContain("Ingen linjer");
    }

    [Test]
    [Order(3)]
    public async Task a_whole_chain_is_said_to_be_whole_and_a_changed_entry_is_found()
    {
        await _console.NewContextAsync(scripts: true);
        await _console.SignInAsync();
        var page = await _console.OpenAsync("/console/audit");
        await page.ClickAsync("text=Kontrollér kæden");
        (await page.InnerTextAsync("[role=status]")).ShouldContain("Kæden er hel");
        await _console.ShouldBeUsableAsync(page, "audit-whole");

        var store = _console.Server.Services.GetRequiredService<IStores>().Open("console");
        await using (var connection = await store.OpenAsync(CancellationToken.None))
            (await connection.ExecuteAsync(store.Sql("UPDATE console.audit SET why = 'noget andet' WHERE why = 'begrundelse 30'"))).ShouldBe(1);
        await page.ClickAsync("text=Kontrollér kæden");
        (await page.InnerTextAsync("[role=alert]")).ShouldContain("Kæden er brudt ved linje");
        await _console.ShouldBeUsableAsync(page, "audit-broken");
    }
}
