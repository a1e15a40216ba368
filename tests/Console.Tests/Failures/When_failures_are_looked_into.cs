using System.Net;
using System.Text.Json;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Failures;

[TestFixture]
public sealed class When_failures_are_looked_into
{
    private FailedMessages _failed = null!;
    private ConsoleInBrowser _console = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _failed = await FailedMessages.StartAsync();
        _console = await ConsoleInBrowser.StartAsync(_failed.Server);
        await _failed.FailAsync("DK-710100", [.. Enumerable.Range(434500, 60)]);
        await _failed.FailAsync("DK-715700", 534500, 534501);
        await _failed.Server.AddUserAsync("anna", Role.Operator, "0101");
        await _failed.Server.AddUserAsync("bo", Role.Operator, "0157");
        await _failed.Server.AddUserAsync("vera", Role.Viewer, "0101");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _failed.DisposeAsync();
        await _console.DisposeAsync();
    }

    [SetUp]
    public async Task SignIn()
    {
        await _console.NewContextAsync(scripts: true);
        await _console.SignInAsync("anna");
    }

    [Test]
    public async Task every_page_is_usable_by_everyone()
    {
        var letter = (await _failed.LetterAsync(434500)).LetterId;
        foreach (var (path, name) in new[]
        {
            ("/console/failures", "failures"), ("/console/failures/messages", "failures-messages"), ("/console/failures/refused", "failures-refused"),
            ($"/console/failures/act?do=replay&letter={letter}", "failures-act"), ("/console/failures/act?do=archive", "failures-act-nothing"), ($"/console/failures/{letter}", "failures-one"),
            ($"/console/failures/{letter}/edit", "failures-edit"), ("/console/failures/messages?text=findesIkke", "failures-nothing"), ("/console/failures?feeId=x", "failures-bad-search"),
        })
        {
            var page = await _console.OpenAsync(path);
            await _console.ShouldBeUsableAsync(page, name);
            await page.CloseAsync();
        }
    }

    [Test]
    public async Task an_example_of_ingests_is_marked_as_english_on_a_danish_page()
    {
        var page = await _console.OpenAsync("/console/failures/refused");
        (await page.Locator("html").GetAttributeAsync("lang")).ShouldBe("da");
        (await page.Locator(".refused li [lang=en]").AllInnerTextsAsync()).ShouldBe(["7000"]);
    }

    [Test]
    public async Task a_cause_stands_in_business_terms_with_its_owner_and_what_to_do_and_beside_it_what_was_refused_rejected_and_waits()
    {
        var page = await _console.OpenAsync("/console/failures");
        var text = await page.InnerTextAsync("main");
        text.ShouldContain("Debitorsystemets svar kunne ikke forstås");
        text.ShouldContain("Debitorsystemets leverandør");
        text.ShouldContain("Spørg leverandøren, hvad systemet svarede");
        text.ShouldContain("skal være mindst 1 (øre)");
        text.ShouldContain("Debitor er ukendt i kommunen");
        text.ShouldContain("24.11.2026 20.30.00");
        (await page.InnerTextAsync("tbody >> nth=0")).ShouldNotContain("Tjenesten mødte en fejl", Case.Sensitive, "Gentofte's failures are not København's to see");
    }

    [Test]
    public async Task a_service_that_is_away_is_named_and_the_rest_is_shown()
    {
        _failed.Beside.IsAway = true;
        try
        {
            var page = await _console.OpenAsync("/console/failures");
            (await page.InnerTextAsync("main")).ShouldContain("En tjeneste kunne ikke spørges");
            (await page.InnerTextAsync("main")).ShouldContain("Debitorsystemets svar kunne ikke forstås");
        }
        finally
        {
            _failed.Beside.IsAway = false;
        }
    }

    [Test]
    public async Task the_list_goes_on_page_by_page_and_finds_one_claim()
    {
        var page = await _console.OpenAsync("/console/failures/messages");
        (await page.Locator("tbody tr").CountAsync()).ShouldBe(50);
        await page.ClickAsync("[rel=next]");
        (await page.Locator("tbody tr").CountAsync()).ShouldBeInRange(1, 49);
        await page.FillAsync("#feeId", "434510");
        await page.ClickAsync("text=Søg");
        (await page.Locator("tbody tr").CountAsync()).ShouldBe(1);
        (await page.InnerTextAsync("main")).ShouldContain("Beskeder: 1 · beløb: 70,10 kr.");
    }

    [Test]
    public async Task a_person_number_is_shown_once_with_a_reason_and_on_record()
    {
        var letter = (await _failed.LetterAsync(434520)).LetterId;
        var page = await _console.OpenAsync($"/console/failures/{letter}");
        (await page.ContentAsync()).ShouldNotContain(FailedMessages.Cpr);
        await page.FillAsync("#open-why", "borgeren har ringet om sagen");
        await page.ClickAsync("text=Vis hele beskeden");
        (await page.InnerTextAsync(".opened")).ShouldContain(FailedMessages.Cpr);
        await _console.ShouldBeUsableAsync(page, "failures-opened");
        await page.GotoAsync($"/console/failures/{letter}");
        (await page.ContentAsync()).ShouldNotContain(FailedMessages.Cpr);
        await page.GotoAsync($"/console/audit?subject={letter}");
        (await page.InnerTextAsync("tbody")).ShouldContain("borgeren har ringet om sagen");
    }

    [Test]
    public async Task what_is_put_aside_with_a_reason_comes_back_with_one()
    {
        var letter = (await _failed.LetterAsync(434530)).LetterId;
        var page = await _console.OpenAsync($"/console/failures/{letter}");
        await page.ClickAsync("text=Arkivér …");
        await page.FillAsync("#confirm-why", "kravet er frafaldet");
        await page.ClickAsync("text=Arkivér 1");
        (await page.InnerTextAsync("main")).ShouldContain("Arkiveret: 1");
        (await _failed.LetterAsync(434530)).Status.ShouldBe(LetterStatus.Archived);
        await page.ClickAsync("text=Hent tilbage …");
        await page.FillAsync("#confirm-why", "det var det ikke");
        await page.ClickAsync("button:has-text('Hent 1 tilbage')");
        (await _failed.LetterAsync(434530)).Status.ShouldBe(LetterStatus.Open);
    }

    [Test]
    public async Task a_correction_that_would_be_refused_says_why_and_keeps_what_was_typed()
    {
        _failed.Beside.Forecast = "invalid";
        try
        {
            var page = await _console.OpenAsync($"/console/failures/{(await _failed.LetterAsync(434540)).LetterId}/edit");
            var body = await page.InputValueAsync("#body");
            await page.FillAsync("#body", body.Replace("7040", "0", StringComparison.Ordinal));
            await page.FillAsync("#confirm-why", "beløbet er forkert");
            await page.ClickAsync("text=Send rettelsen");
            (await page.InnerTextAsync("[role=alert]")).ShouldContain("amountOre (godt: 7000); skal være mindst 1 (øre)");
            (await page.InputValueAsync("#body")).ShouldContain("\"amountOre\": 0");
            await _console.ShouldBeUsableAsync(page, "failures-edit-refused");
        }
        finally
        {
            _failed.Beside.Forecast = "apply";
        }
    }

    [Test]
    public async Task another_municipalitys_messages_are_not_found_on_any_page_nor_by_the_api()
    {
        var letter = (await _failed.LetterAsync(434500)).LetterId;
        using var bo = await _failed.Server.SignedInAsync("bo");
        (await bo.GetStringAsync("/console/failures/messages")).ShouldNotContain("DK-710100");
        foreach (var path in new[] { $"/console/failures/{letter}", $"/console/failures/{letter}/edit", $"/console/api/letters/{letter}" })
            (await bo.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        (await bo.GetStringAsync($"/console/failures/act?do=replay&letter={letter}")).ShouldNotContain("70,00");
        (await bo.GetStringAsync("/console/failures?municipality=0101")).ShouldNotContain("Debitor er ukendt");
        foreach (var path in new[] { "refused/groups", "rejections" })
            JsonDocument.Parse(await bo.GetStringAsync($"/console/api/{path}?municipality=0101")).RootElement.GetProperty("groups").GetArrayLength().ShouldBe(0, path);
        var opened = await ConsoleServer.PostFormAsync(bo, "/console/me", $"/console/failures/{letter}?handler=Open", ("why", "nysgerrighed"));
        opened.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task a_viewer_sees_and_does_nothing()
    {
        var letter = (await _failed.LetterAsync(434500)).LetterId;
        using var vera = await _failed.Server.SignedInAsync("vera");
        var html = await vera.GetStringAsync($"/console/failures/{letter}");
        html.ShouldNotContain("handler=Open");
        html.ShouldNotContain("do=replay");
        (await vera.GetStringAsync("/console/failures/messages")).ShouldNotContain("type=\"checkbox\"");
        (await vera.GetAsync($"/console/failures/act?do=replay&letter={letter}")).StatusCode.ShouldNotBe(HttpStatusCode.OK);
        (await ConsoleServer.PostFormAsync(vera, "/console/me", $"/console/failures/{letter}?handler=Open", ("why", "nysgerrighed"))).StatusCode.ShouldNotBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task the_api_tells_what_waits_where_and_since_when()
    {
        using var anna = await _failed.Server.SignedInAsync("anna");
        var answer = JsonDocument.Parse(await anna.GetStringAsync("/console/api/waiting")).RootElement;
        answer.GetProperty("waiting").EnumerateArray().Select(item => item.GetProperty("source").GetString()).ShouldBe(["Payments", "KmdOpus"]);
        answer.GetProperty("more").GetProperty("KmdOpus").GetString().ShouldBe("1.2");
        _failed.Beside.Asked.ShouldContain(path => path.StartsWith("/connectors/KmdOpus/waiting?municipality=0101", StringComparison.Ordinal));
    }
}
