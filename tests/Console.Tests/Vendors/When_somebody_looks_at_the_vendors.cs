using System.Net;
using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.OperationsConsole.Tests.Overview;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.OperationsConsole.Vendors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Vendors;

/// <summary>KMD Opus, which is København's, floods, answers nothing, speaks for Gentofte and acknowledged what its system does not have.</summary>
[TestFixture]
public sealed class When_somebody_looks_at_the_vendors
{
    private StandInSystem _services = null!;
    private ConsoleInBrowser _console = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _services = await StandInSystem.StartAsync();
        _services.UnheardSince = DateTimeOffset.UtcNow.AddHours(-3);
        _services.ByCause = """{"MissingAtDebtor":12}""";
        _services.Refusals =
        [
            Refused("vendor-kmdopus", "0157", "otherMunicipality", 4), Refused("vendor-kmdopus", "0101", "neverGiven", 3), Refused("vendor-kmdopus", "", "unreadable", 2), Refused("nobody", "", "noSender", 1),
        ];
        _services.CallersRefused = [Refused("somebody", "0157", "unknownSender", 5)];
        _console = await ConsoleInBrowser.StartAsync(await ConsoleServer.StartAsync(("Console:Services:All", _services.Url.ToString()), ("Console:VendorFloodAt", "2")));
        await _console.Server.AddUserAsync("anna", Role.Operator, "0101");
        await _console.Server.AddUserAsync("bo", Role.Viewer, "0157");
        await _console.Server.Services.GetRequiredService<ITransport>().DeclareAsync([new QueueDefinition("routing.kmdopus", [])], CancellationToken.None);
        await _console.Server.Services.GetRequiredService<IDeadLetterQueues>().SendAsync(
            "routing.kmdopus", [.. Enumerable.Range(0, 3).Select(_ => new Delivery("transfer-reported", Guid.NewGuid().ToString(), "{}"u8.ToArray(), null))], CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _console.DisposeAsync();
        await _services.DisposeAsync();
    }

    [SetUp]
    public void LookAnew()
    {
        _services.ComeBack();
        _console.Server.Services.GetRequiredService<ServiceFigures>().Forget();
        _console.Server.Services.GetRequiredService<SenderFigures>().Forget();
    }

    [Test]
    public async Task whoever_sees_everything_sees_what_each_vendor_does_wrong()
    {
        var vendors = await VendorsAsync("admin");

        Findings(vendors).ShouldBe(
        [
            "KmdOpus SpeaksForOthers 0157 4", "KmdOpus AcknowledgesUndone 0101 12", "KmdOpus AnswersUnasked 0101 3", "KmdOpus SpeaksOutOfTurn  2", "KmdOpus Floods  3",
            "KmdOpus NeverAcknowledges 0101 7",
        ]);
        vendors.GetProperty("others").EnumerateArray().Select(other => other.GetProperty("sender").GetString()).ShouldBe(["nobody", "somebody"]);
        vendors.GetProperty("away").GetArrayLength().ShouldBe(0);
        var opus = vendors.GetProperty("vendors")[0];
        opus.GetProperty("waiting").GetInt64().ShouldBe(3);
        opus.GetProperty("municipalities")[0].GetProperty("inHand").GetInt64().ShouldBe(5);
    }

    [Test]
    public async Task whoever_sees_one_municipality_sees_what_concerns_it()
    {
        Findings(await VendorsAsync("anna")).ShouldBe(["KmdOpus AcknowledgesUndone 0101 12", "KmdOpus AnswersUnasked 0101 3", "KmdOpus Floods  3", "KmdOpus NeverAcknowledges 0101 7"]);
        var ofBo = await VendorsAsync("bo");
        Findings(ofBo).ShouldBe(["KmdOpus SpeaksForOthers 0157 4"]);
        ofBo.GetRawText().ShouldNotContain("0101");
        using var client = await _console.Server.SignedInAsync("bo");
        (await client.GetStringAsync("/console/vendors")).ShouldNotContain("København");
    }

    [Test]
    public async Task what_cannot_be_asked_is_named_and_held_against_nobody()
    {
        _services.GoAway("routing");

        var vendors = await VendorsAsync("anna");

        vendors.GetProperty("away").EnumerateArray().Select(away => away.GetProperty("service").GetString()).ShouldBe(["Routing"]);
        // What Payments has heard is known all the same.
        Findings(vendors).ShouldBe(["KmdOpus AcknowledgesUndone 0101 12", "KmdOpus AnswersUnasked 0101 3", "KmdOpus Floods  3"]);
    }

    [Test]
    public async Task nobody_else_gets_it() =>
        (await _console.Server.NewClient().GetAsync("/console/api/vendors")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

    [Test]
    public async Task the_overview_leads_to_the_page_which_is_usable_by_everyone()
    {
        await _console.SignInAsync();
        var page = await _console.OpenAsync("/console/");
        var need = page.Locator(".need").Filter(new LocatorFilterOptions { HasText = "KMD Opus" });
        (await need.Locator(".need-count").InnerTextAsync()).ShouldBe("6");
        await need.Locator("a").ClickAsync();
        await page.WaitForURLAsync("**/console/vendors#vendor-KmdOpus");

        await Assertions.Expect(page.Locator(".finding")).ToHaveCountAsync(8);
        await Assertions.Expect(page.Locator(".finding").First).ToContainTextAsync("Taler for andre");
        await Assertions.Expect(page.Locator(".finding").First).ToContainTextAsync("Gentofte");
        await Assertions.Expect(page.Locator(".finding").First).ToContainTextAsync("claims vendors revoke KmdOpus");
        await _console.ShouldBeUsableAsync(page, "vendors");
    }

    private async Task<JsonElement> VendorsAsync(string user)
    {
        using var client = await _console.Server.SignedInAsync(user);
        return JsonDocument.Parse(await client.GetStringAsync("/console/api/vendors")).RootElement;
    }

    private static List<string> Findings(JsonElement vendors) =>
    [
        .. from vendor in vendors.GetProperty("vendors").EnumerateArray()
           from finding in vendor.GetProperty("findings").EnumerateArray()
           select $"{vendor.GetProperty("vendor").GetString()} {finding.GetProperty("kind").GetString()} {(finding.TryGetProperty("municipality", out var code) ? code.GetString() : "")} {finding.GetProperty("count").GetInt64()}",
    ];

    private static string Refused(string sender, string municipality, string reason, int count) => $$"""
        {"sender":"{{sender}}","municipality":"{{municipality}}","message":"transfer-reported","reason":"{{reason}}","count":{{count}},"firstAt":"{{DateTimeOffset.UtcNow.AddHours(-2):O}}","lastAt":"{{DateTimeOffset.UtcNow.AddHours(-1):O}}"}
        """;
}
