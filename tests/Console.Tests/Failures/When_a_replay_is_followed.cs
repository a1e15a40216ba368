using System.Net;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Microsoft.Playwright;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Failures;

[TestFixture]
public sealed class When_a_replay_is_followed
{
    private FailedMessages _failed = null!;
    private ConsoleInBrowser _console = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _failed = await FailedMessages.StartAsync(("Console:ApproveAboveMessages", "20"));
        _console = await ConsoleInBrowser.StartAsync(_failed.Server);
        await _failed.FailAsync("DK-710100", [.. Enumerable.Range(434800, 40)]);
        await _failed.FailAsync("DK-715700", 534800);
        _failed.IsMended = true;
        await _failed.Server.AddUserAsync("anna", Role.Operator, "0101");
        await _failed.Server.AddUserAsync("bo", Role.Operator, "0157");
        await _failed.Server.AddUserAsync("carl", Role.Approver);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _failed.DisposeAsync();
        await _console.DisposeAsync();
    }

    [Test]
    [Order(1)]
    public async Task chosen_messages_are_previewed_started_and_come_to_their_claims_outcome()
    {
        await _console.NewContextAsync(scripts: true);
        await _console.SignInAsync("anna");
        var page = await _console.OpenAsync("/console/failures/messages");
        foreach (var box in (await page.Locator("tbody input[type=checkbox] + label").AllAsync()).Take(3))
            await box.ClickAsync();
        await page.ClickAsync("text=Afspil valgte …");
        (await page.InnerTextAsync("main")).ShouldContain("Beskeder: 3");
        await page.FillAsync("#confirm-why", "leverandøren har rettet sine svar");
        await page.ClickAsync("text=Se, hvad der ville ske med 3");
        await Assertions.Expect(page.Locator("[data-live]")).ToContainTextAsync("Får virkning");
        await page.ReloadAsync();
        await _console.ShouldBeUsableAsync(page, "replays-ready");
        await page.FillAsync("#start-why", "forhåndsvisningen er god");
        await page.ClickAsync("button:has-text('Start afspilningen')");
        await Assertions.Expect(page.Locator("[data-live]")).ToContainTextAsync("Overført", new LocatorAssertionsToContainTextOptions { Timeout = 60_000 });
        await Assertions.Expect(page.Locator("[data-live]")).ToContainTextAsync("3 / 3", new LocatorAssertionsToContainTextOptions { Timeout = 60_000 });
        await Assertions.Expect(page.Locator("[data-live]")).ToContainTextAsync("Færdig", new LocatorAssertionsToContainTextOptions { Timeout = 60_000 });
        await page.ReloadAsync();
        await _console.ShouldBeUsableAsync(page, "replays-done");
        _failed.Handled.Count.ShouldBe(3);

        await page.ClickAsync("tbody th a");
        (await page.InnerTextAsync("main")).ShouldContain("leverandøren har rettet sine svar");
        await _console.ShouldBeUsableAsync(page, "failures-replayed");
    }

    [Test]
    [Order(2)]
    public async Task a_correction_is_shown_beside_the_original_with_what_was_changed()
    {
        await _console.NewContextAsync(scripts: true);
        await _console.SignInAsync("anna");
        var letter = (await _failed.LetterAsync(434801)).LetterId;
        var page = await _console.OpenAsync($"/console/failures/{letter}/edit");
        await page.FillAsync("#body", (await page.InputValueAsync("#body")).Replace("7001", "6501", StringComparison.Ordinal));
        await page.FillAsync("#confirm-why", "beløbet var forkert");
        await page.ClickAsync("text=Send rettelsen");
        await Assertions.Expect(page.Locator("[data-live]")).ToContainTextAsync("Færdig", new LocatorAssertionsToContainTextOptions { Timeout = 60_000 });
        await page.GotoAsync($"/console/failures/{letter}");
        (await page.InnerTextAsync("del")).ShouldBe("7001");
        (await page.InnerTextAsync("ins")).ShouldBe("6501");
        (await page.InnerTextAsync("main")).ShouldContain("\"amountOre\": 7001");
        await _console.ShouldBeUsableAsync(page, "failures-corrected");
    }

    [Test]
    [Order(3)]
    public async Task a_large_one_waits_for_another_person()
    {
        await _console.NewContextAsync(scripts: true);
        await _console.SignInAsync("anna");
        var page = await _console.OpenAsync("/console/failures/act?do=replay-all");
        await page.FillAsync("#confirm-why", "leverandøren har rettet sine svar");
        await page.ClickAsync(".confirm-form button");
        await Assertions.Expect(page.Locator("[data-live]")).ToContainTextAsync("Får virkning");
        await page.ReloadAsync();
        await page.FillAsync("#start-why", "forhåndsvisningen er god");
        await page.ClickAsync("button:has-text('Start afspilningen')");
        (await page.InnerTextAsync("main")).ShouldContain("Venter på godkendelse");
        (await page.Locator("#action-approve").CountAsync()).ShouldBe(0);
        var url = new Uri(page.Url).AbsolutePath;

        using (var bo = await _failed.Server.SignedInAsync("bo"))
        {
            (await bo.GetAsync(url)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await bo.GetAsync($"{url}?handler=Progress")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await ConsoleServer.PostFormAsync(bo, "/console/me", url, ("action", "cancel"), ("why", "det er ikke mit"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await bo.GetStringAsync("/console/replays")).ShouldNotContain("leverandøren har rettet");
        }

        await _console.NewContextAsync(scripts: true);
        await _console.SignInAsync("carl");
        page = await _console.OpenAsync(url);
        await _console.ShouldBeUsableAsync(page, "replays-approval");
        await page.FillAsync("#approve-why", "gennemgået sammen med Anna");
        await page.ClickAsync("button:has-text('Godkend og start')");
        await Assertions.Expect(page.Locator("[data-live]")).ToContainTextAsync("Færdig", new LocatorAssertionsToContainTextOptions { Timeout = 90_000 });
        await page.ReloadAsync();
        (await page.InnerTextAsync("main")).ShouldContain("godkendt af carl");
        await page.GotoAsync("/console/replays");
        await _console.ShouldBeUsableAsync(page, "replays");
        (await _failed.Letters.CountAsync(new LetterFilter { Municipality = ["0101"] }, CancellationToken.None)).Count.ShouldBe(0);
    }
}
