using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Overview;

[TestFixture]
public sealed class When_somebody_looks_at_the_overview
{
    private StandInSystem _services = null!;
    private ConsoleInBrowser _console = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _services = await StandInSystem.StartAsync();
        _console = await ConsoleInBrowser.StartAsync(await _services.ConsoleAsync());
        await _console.Server.AddUserAsync("anna", Role.Operator, "0101");
        await _console.Server.AddUserAsync("bo", Role.Viewer, "0157");
        // Hours that came before: the chart has something to draw.
        for (var hour = 20; hour > 0; hour--)
            await new FlowHistory(_console.Server).AddAsync(DateTimeOffset.UtcNow.AddHours(-hour), 2000 - (hour * 40) - (hour % 5 * 11));
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
        _console.Server.Services.GetRequiredService<ServiceFigures>().Forget();
        await _console.NewContextAsync(scripts: true);
        await _console.SignInAsync();
    }

    [Test]
    public async Task it_is_usable_by_everyone() => await _console.ShouldBeUsableAsync(await _console.OpenAsync("/console/"), "overview");

    [Test]
    public async Task what_needs_a_person_stands_on_top_and_leads_to_where_it_is_done()
    {
        var page = await _console.OpenAsync("/console/");
        var links = await page.Locator(".need a").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))");
        links.ShouldBe(["/console/claims?category=Unknown", "/console/municipalities/0157", "/console/claims?category=Rejected", "/console/claims?category=Held", "/console/claims?versionGap=true", "/console/reconciliation/worklist", "/console/failures#waiting", "/console/reconciliation"]);
        (await page.Locator(".need").Filter(new LocatorFilterOptions { HasText = "ikke afstemt" }).InnerTextAsync()).ShouldContain("2");
    }

    [Test]
    public async Task programs_are_told_each_need_in_words_since_when_and_where_it_is_done()
    {
        using var overview = JsonDocument.Parse(await (await _console.Server.SignedInAsync()).GetStringAsync("/console/api/overview"));
        var gap = overview.RootElement.GetProperty("needs").EnumerateArray().Single(need => need.GetProperty("kind").GetString() == "VersionGaps");
        gap.GetProperty("what").GetString().ShouldBe("claims wait for a change of FBS's that has not come: have FBS send the missing version, or cancel the claim here");
        gap.GetProperty("count").GetInt64().ShouldBe(2);
        gap.GetProperty("since").GetDateTimeOffset().ShouldBeInRange(DateTimeOffset.UtcNow.AddHours(-31), DateTimeOffset.UtcNow.AddHours(-29));
        overview.RootElement.GetProperty("needs").EnumerateArray().ShouldAllBe(need => need.GetProperty("what").GetString()!.Length > 10);
    }

    [Test]
    public async Task what_needs_a_person_can_alarm_as_a_metric_and_is_zero_when_nothing_does()
    {
        var seen = await LookAsync();

        seen.Count.ShouldBe(Enum.GetValues<NeedKind>().Length);
        (seen["VersionGaps"], seen["UnansweredByFbs"], seen["StoppedReplay"], seen["ServicesAway"]).ShouldBe((2, 3, 0, 0));
    }

    [Test]
    public async Task a_service_that_is_away_is_a_need_itself_and_clears_no_alarm()
    {
        await LookAsync();
        _services.GoAway("routing");
        _console.Server.Services.GetRequiredService<ServiceFigures>().Forget();

        var seen = await LookAsync();
        (seen["VersionGaps"], seen["UnansweredByFbs"], seen["ServicesAway"]).ShouldBe((2, 3, 1));
        using var overview = JsonDocument.Parse(await (await _console.Server.SignedInAsync()).GetStringAsync("/console/api/overview"));
        overview.RootElement.GetProperty("needs").EnumerateArray().Select(need => need.GetProperty("kind").GetString()).ShouldContain("ServicesAway");
        var page = await _console.OpenAsync("/console/");
        await Assertions.Expect(page.Locator(".alert-warning")).ToContainTextAsync("Fordelingen");
        (await page.Locator("[id^=need-ServicesAway]").CountAsync()).ShouldBe(0, "the alert names it");

        _services.ComeBack();
        _console.Server.Services.GetRequiredService<ServiceFigures>().Forget();
        seen = await LookAsync();
        (seen["VersionGaps"], seen["ServicesAway"]).ShouldBe((2, 0));
    }

    [Test]
    public async Task a_service_that_cannot_work_is_a_need_with_what_it_says_until_it_can()
    {
        _services.Unready = "The store takes nothing: database is full.";
        _console.Server.Services.GetRequiredService<ServiceFigures>().Forget();

        (await LookAsync())["ServicesUnready"].ShouldBe(1, "all share a process");
        using var overview = JsonDocument.Parse(await (await _console.Server.SignedInAsync()).GetStringAsync("/console/api/overview"));
        var need = overview.RootElement.GetProperty("needs").EnumerateArray().Single(need => need.GetProperty("kind").GetString() == "ServicesUnready");
        need.GetProperty("services")[0].GetProperty("says")[0].GetString().ShouldBe(_services.Unready);
        var page = await _console.OpenAsync("/console/");
        await Assertions.Expect(page.Locator(".need-urgent", new() { HasText = "kan ikke arbejde" })).ToContainTextAsync("Alle tjenester (én proces): The store takes nothing: database is full.");

        _services.Unready = null;
        _console.Server.Services.GetRequiredService<ServiceFigures>().Forget();
        (await LookAsync())["ServicesUnready"].ShouldBe(0);
    }

    private async Task<Dictionary<string, long>> LookAsync()
    {
        var seen = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, heard) =>
            {
                if (instrument.Meter.Name == NeedsMetric.MeterName && instrument.Name == NeedsMetric.GaugeName)
                    heard.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => seen[(string)tags[0].Value!] = count);
        listener.Start();

        await _console.Server.Services.GetRequiredService<NeedsMetric>().LookAsync(default);
        listener.RecordObservableInstruments();
        return seen;
    }

    [Test]
    public void every_kind_of_need_has_its_words_for_one_and_for_many_in_both_languages()
    {
        var texts = _console.Server.Services.GetRequiredService<TextCatalogue>();
        foreach (var language in (string[])[TextCatalogue.Danish, TextCatalogue.English])
        {
            foreach (var kind in Enum.GetValues<NeedKind>())
            {
                texts.In(language).ShouldContainKey(new Need(kind, 1, "").TextKey);
                texts.In(language).ShouldContainKey(new Need(kind, 2, "").TextKey);
            }
        }
    }

    [Test]
    public async Task the_map_follows_what_the_services_say()
    {
        var page = await _console.OpenAsync("/console/");
        var transferred = page.Locator("#lane-KmdOpus >> xpath=.. >> .flow-stage").Last;
        await Assertions.Expect(transferred).ToContainTextAsync("90");
        _services.Transferred = 91;
        await Assertions.Expect(transferred).ToContainTextAsync("91", new LocatorAssertionsToContainTextOptions { Timeout = 15_000 });
        _services.Transferred = 90;
    }

    [Test]
    public async Task a_service_that_is_away_is_named_and_the_rest_is_shown()
    {
        _services.GoAway("routing");
        _services.GoAway("connectors/Prisme");
        _console.Server.Services.GetRequiredService<ServiceFigures>().Forget();
        var page = await _console.OpenAsync("/console/");
        var alert = page.Locator(".alert-warning");
        await Assertions.Expect(alert).ToContainTextAsync("Fordelingen");
        await Assertions.Expect(alert).ToContainTextAsync("Fujitsu Prisme");
        await Assertions.Expect(page.Locator(".key-figure").First).ToContainTextAsync("120");
        await Assertions.Expect(page.Locator(".key-figure").Nth(2)).ToContainTextAsync("Ukendt");
        await _console.ShouldBeUsableAsync(page, "overview-away");
    }

    [Test]
    public async Task a_user_of_one_municipality_sees_that_one_alone()
    {
        await _console.NewContextAsync(scripts: true);
        await _console.SignInAsync("bo");
        var page = await _console.OpenAsync("/console/");
        (await page.ContentAsync()).ShouldNotContain("København");
        await Assertions.Expect(page.Locator(".key-figure").First).ToContainTextAsync("12");

        var client = await _console.Server.SignedInAsync("bo");
        using var overview = JsonDocument.Parse(await client.GetStringAsync("/console/api/overview"));
        overview.RootElement.GetProperty("municipalities").EnumerateArray().Select(one => one.GetProperty("code").GetString()).ShouldBe(["0157"]);
        overview.RootElement.GetProperty("needs").EnumerateArray().Select(need => need.GetProperty("kind").GetString()).ShouldBe(["ConnectorsCutOff", "StaleReconciliations"]);
    }

    [Test]
    public async Task a_file_with_payments_that_was_refused_whole_is_named_with_whose_it_is_and_what_is_wrong_until_it_is_taken()
    {
        _services.RefusedDocuments = ["""
            {"documentId":"DAG1","kind":"file","name":"0157_20261124_dag1.bet","fault":"wrongEntry","line":3,"field":"02","since":"2026-11-24T08:00:00+00:00","last":"2026-11-24T09:00:00+00:00","times":2}
            """];
        var need = (await _console.OpenAsync("/console/")).Locator(".need").Filter(new LocatorFilterOptions { HasText = "afvist i sin helhed" });
        (await need.InnerTextAsync()).ShouldSatisfyAllConditions(
            text => text.ShouldContain("Gentofte: 0157_20261124_dag1.bet"), text => text.ShouldContain("linje 3, felt 02"), text => text.ShouldContain("posteringer, som formatet ikke kender"));
        (await need.Locator("a").GetAttributeAsync("href")).ShouldBe("/console/municipalities/0157");
        var municipality = await _console.OpenAsync("/console/municipalities/0157");
        (await municipality.InnerTextAsync("main")).ShouldContain("0157_20261124_dag1.bet");
        await _console.ShouldBeUsableAsync(await _console.OpenAsync("/console/"), "overview-refused");

        var client = await _console.Server.SignedInAsync("bo");
        using (var overview = JsonDocument.Parse(await client.GetStringAsync("/console/api/overview")))
        {
            var told = overview.RootElement.GetProperty("needs").EnumerateArray().Single(one => one.GetProperty("kind").GetString() == "RefusedDocuments");
            told.GetProperty("what").GetString()!.ShouldContain("refused whole");
            told.GetProperty("since").GetDateTimeOffset().ShouldBe(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
            told.GetProperty("documents")[0].GetProperty("document").GetProperty("name").GetString().ShouldBe("0157_20261124_dag1.bet");
        }

        _services.RefusedDocuments = [];
        _console.Server.Services.GetRequiredService<ServiceFigures>().Forget();
        (await (await _console.OpenAsync("/console/")).InnerTextAsync("main")).ShouldNotContain("dag1.bet");
    }

    [Test]
    public async Task an_account_closed_with_something_owed_is_a_need_of_its_own()
    {
        _services.ClosedWithDebt = 1;
        var page = await _console.OpenAsync("/console/");
        (await page.Locator(".need").Filter(new LocatorFilterOptions { HasText = "konto er lukket i debitorsystemet" }).InnerTextAsync()).ShouldContain("1");
        (await page.Locator(".need").Filter(new LocatorFilterOptions { HasText = "linje på arbejdslisten" }).CountAsync()).ShouldBe(1, "it is not counted twice");
        _services.ClosedWithDebt = 0;
    }

    [Test]
    public async Task a_list_that_is_doubted_is_a_need_with_the_way_to_accept_it()
    {
        await using var services = await StandInSystem.StartAsync();
        services.Doubt = """{"came":3,"lastTime":90,"ours":90}""";
        await using var console = await ConsoleInBrowser.StartAsync(await services.ConsoleAsync());
        await console.NewContextAsync(scripts: true);
        await console.SignInAsync();

        var page = await console.OpenAsync("/console/");
        await page.ClickAsync("a:has-text('liste fra FBS har så få åbne krav')");
        (await page.InnerTextAsync("main")).ShouldContain("Listen har 3 åbne krav; sidst var der 90, og her er 90 åbne.");
        (await page.InnerTextAsync("main")).ShouldNotContain("Alt stemmer");
        await console.ShouldBeUsableAsync(page, "reconciliation-doubted");
        await page.CheckAsync("#acceptFewer");
        await page.FillAsync("#start-why", "FBS er ved at flytte");
        await page.ClickAsync("button:has-text('Start afstemning')");
        services.Asked.ShouldContain(asked => asked.StartsWith("POST payments/reconciliations/0101?", StringComparison.Ordinal) && asked.Contains("acceptFewer=FBS%20er%20ved%20at%20flytte", StringComparison.Ordinal));
        await page.GotoAsync("/console/audit?action=reconciliation.acceptFewer");
        (await page.InnerTextAsync("tbody")).ShouldContain("FBS er ved at flytte");
    }

    [Test]
    public async Task nobody_else_gets_it() =>
        (await _console.Server.NewClient().GetAsync("/console/api/overview")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
}

/// <summary>Samples of earlier hours, as the sampler would have written them.</summary>
internal sealed class FlowHistory(ConsoleServer server)
{
    public async Task AddAsync(DateTimeOffset at, long accepted)
    {
        var store = server.Services.GetRequiredService<ClaimsTransfer.Defaults.Storage.IStores>().Open(FlowSchema.Name);
        await store.InTransactionAsync(
            async transaction => await store.InsertNewAsync(
                transaction, FlowSchema.Samples, [[FlowStore.MinuteOf(at), "0101", accepted, accepted - 40, accepted / 50, accepted / 50, accepted / 90]], CancellationToken.None),
            CancellationToken.None);
    }
}
