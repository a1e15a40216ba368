using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.OperationsConsole.Tests.Overview;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Municipalities;

[TestFixture]
public sealed class When_somebody_looks_after_the_municipalities
{
    private StandInSystem _services = null!;
    private ConsoleInBrowser _console = null!;

    [SetUp]
    public async Task Start()
    {
        _services = await StandInSystem.StartAsync();
        _console = await ConsoleInBrowser.StartAsync(await _services.ConsoleAsync());
        await _console.Server.AddUserAsync("anna", Role.Operator, "0101");
        await _console.Server.AddUserAsync("ada", Role.Administrator, "0101");
        await _console.SignInAsync();
    }

    [TearDown]
    public async Task Stop()
    {
        await _console.DisposeAsync();
        await _services.DisposeAsync();
    }

    [TestCase("/console/municipalities", "municipalities")]
    [TestCase("/console/municipalities/0101", "municipality")]
    [TestCase("/console/municipalities/0157", "municipality-cut-off")]
    [TestCase("/console/municipalities/change", "municipalities-change")]
    public async Task each_page_is_usable_by_everyone(string path, string name) => await _console.ShouldBeUsableAsync(await _console.OpenAsync(path), name);

    [Test]
    public async Task a_connector_is_paused_and_resumed_with_a_reason_that_is_on_record()
    {
        var page = await _console.OpenAsync("/console/municipalities/0101");
        await page.FillAsync("#pause-why", "Opus lukker i weekenden");
        await page.ClickAsync("#pause button");
        await Assertions.Expect(page.Locator(".alert-success")).ToContainTextAsync("sat på pause");
        await Assertions.Expect(page.Locator("#resume button")).ToBeVisibleAsync();
        _services.Asked.ShouldContain("POST connectors/KmdOpus/municipalities/0101/pause");
        await page.FillAsync("#resume-why", "Opus er åben igen");
        await page.ClickAsync("#resume button");
        await Assertions.Expect(page.Locator("#pause button")).ToBeVisibleAsync();
        var audited = (await _console.Server.Services.GetRequiredService<AuditLog>().ReadAsync(null, null, "admin", "municipality 0101", 10, null, CancellationToken.None)).Entries;
        audited.Select(entry => (entry.Action, entry.Why)).ShouldBe([("municipality.resume", "Opus er åben igen"), ("municipality.pause", "Opus lukker i weekenden")]);
    }

    [Test]
    public async Task a_changed_file_is_shown_with_what_follows_and_then_applied()
    {
        var page = await _console.OpenAsync("/console/municipalities/change");
        var changed = (await FileAsync()).Replace("name: Gentofte", "name: Gentofte Kommune", StringComparison.Ordinal).Replace("vendor: Prisme\n  stage: Live", "vendor: Prisme\n  stage: Paused", StringComparison.Ordinal);
        await page.FillAsync("#yaml", changed);
        await page.ClickAsync(".change-form button");
        await Assertions.Expect(page.Locator(".diff")).ToContainTextAsync("Gentofte Kommune");
        await Assertions.Expect(page.Locator(".diff")).ToContainTextAsync("holdes tilbage, til kommunen går i drift igen");
        (await FileAsync()).ShouldNotContain("Gentofte Kommune");
        await _console.ShouldBeUsableAsync(page, "municipalities-diff");

        await page.FillAsync("#apply-why", "Gentofte holder pause");
        await page.ClickAsync("#apply button");
        await Assertions.Expect(page.Locator(".alert-success")).ToContainTextAsync("i kraft");
        _console.Server.Services.GetRequiredService<IMunicipalities>().Find("0157")!.Stage.ShouldBe(Stage.Paused);
        var audited = (await _console.Server.Services.GetRequiredService<AuditLog>().ReadAsync(null, "municipalities.apply", null, null, 10, null, CancellationToken.None)).Entries;
        audited[0].Outcome.ShouldBe("Applied");
        audited[0].What!.ShouldContain("Gentofte Kommune");
    }

    [Test]
    public async Task a_file_with_faults_is_shown_with_each_of_them_and_cannot_be_applied()
    {
        var page = await _console.OpenAsync("/console/municipalities/change");
        await page.SetInputFilesAsync("#file", new FilePayload
        {
            Name = "municipalities.yaml", MimeType = "application/yaml", Buffer = System.Text.Encoding.UTF8.GetBytes((await FileAsync()).Replace("stage: Live", "stage: Lukket", StringComparison.Ordinal)),
        });
        await page.ClickAsync(".change-form button");
        await Assertions.Expect(page.Locator(".alert-error")).ToContainTextAsync("Filen har 2 fejl");
        await Assertions.Expect(page.Locator("main table")).ToContainTextAsync("er ikke en af de mulige værdier");
        (await page.Locator("#apply").CountAsync()).ShouldBe(0);
        await _console.ShouldBeUsableAsync(page, "municipalities-faults");
    }

    [Test]
    public async Task a_change_that_came_between_is_noticed()
    {
        var client = TokenClient();
        var yaml = await FileAsync();
        using var preview = JsonDocument.Parse(await (await client.PostAsJsonAsync("/console/api/municipalities/preview", new { yaml = yaml + "# a\n" })).Content.ReadAsStringAsync());
        var token = preview.RootElement.GetProperty("token").GetString();
        await File.AppendAllTextAsync(Path.Combine(_console.Server.Data, "municipalities.yaml"), "# another\n");
        using var applied = JsonDocument.Parse(await (await client.PostAsJsonAsync("/console/api/municipalities/apply", new { yaml, token, why = "for the test" })).Content.ReadAsStringAsync());
        applied.RootElement.GetProperty("outcome").GetString().ShouldBe("Stale");
    }

    [Test]
    public async Task others_are_neither_seen_nor_touched()
    {
        var anna = await _console.Server.SignedInAsync("anna");
        (await anna.GetStringAsync("/console/municipalities")).ShouldNotContain("Gentofte");
        (await anna.GetAsync("/console/municipalities/0157")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await anna.GetAsync("/console/api/municipalities/0157")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await anna.GetAsync("/console/municipalities/change")).StatusCode.ShouldBeOneOf(HttpStatusCode.Forbidden, HttpStatusCode.Redirect);
        (await ConsoleServer.PostFormAsync(anna, "/console/municipalities/0101", "/console/municipalities/0157?handler=Pause", ("why", "not mine"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        _services.Asked.ShouldNotContain(asked => asked.StartsWith("POST", StringComparison.Ordinal));

        // An administrator of København alone changes København alone.
        var ada = await _console.Server.SignedInAsync("ada");
        var refused = await ConsoleServer.PostFormAsync(
            ada, "/console/municipalities/change", "/console/municipalities/change?handler=Apply",
            ("yaml", (await FileAsync()).Replace("name: Gentofte", "name: Min", StringComparison.Ordinal)), ("token", MunicipalityFile.TokenOf(await FileAsync())), ("why", "not mine"));
        (await refused.Content.ReadAsStringAsync()).ShouldContain("ikke har adgang til");
        (await FileAsync()).ShouldContain("name: Gentofte");
    }

    [Test]
    public async Task a_connector_that_is_away_is_said_and_cannot_be_paused()
    {
        _services.GoAway("connectors/KmdOpus");
        _console.Server.Services.GetRequiredService<ServiceFigures>().Forget();
        var page = await _console.OpenAsync("/console/municipalities/0101");
        await Assertions.Expect(page.Locator(".alert-warning")).ToContainTextAsync("KMD Opus");
        (await page.Locator("#pause").CountAsync()).ShouldBe(0);
        await Assertions.Expect(page.Locator(".key-figure").First).ToContainTextAsync("108");
        (await TokenClient().PostAsJsonAsync("/console/api/municipalities/0101/pause", new { why = "for the test" })).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Test]
    public async Task claims_that_were_out_of_scope_are_previewed_and_taken_in_with_a_reason_on_record()
    {
        var page = await _console.OpenAsync("/console/municipalities/0157/take-in");
        await Assertions.Expect(page.Locator(".key-figure").First).ToContainTextAsync("240,00");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("under mindstebeløbet");
        await _console.ShouldBeUsableAsync(page, "municipality-take-in");

        await page.Locator("#take-in [name=why]").FillAsync("gået i drift");
        await page.Locator("#take-in button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("2 krav på i alt 240,00 kr. er sendt videre.");
        var told = _services.Asked.Single(asked => asked.StartsWith("POST routing/claims/left-out/take-in", StringComparison.Ordinal));
        told.ShouldContain("\"municipality\":\"0157\"");
        told.ShouldContain("\"who\":");
        var audited = (await _console.Server.Services.GetRequiredService<AuditLog>().ReadAsync(null, "municipality.takeIn", null, null, 10, null, CancellationToken.None)).Entries;
        (audited.ShouldHaveSingleItem().Why, audited[0].Municipality).ShouldBe(("gået i drift", "0157"));
    }

    [Test]
    public async Task other_claims_than_were_previewed_are_not_taken_in_nor_anothers_municipality_s()
    {
        var client = TokenClient();
        (await client.PostAsJsonAsync("/console/api/municipalities/0101/left-out/take-in", new { claims = 3, ore = 24000, why = "for the test" })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await client.PostAsJsonAsync("/console/api/municipalities/0101/left-out/take-in", new { claims = 2, ore = 24000 })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await client.GetAsync("/console/api/municipalities/9999/left-out")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var anna = await _console.Server.SignedInAsync("anna");
        (await anna.GetAsync("/console/api/municipalities/0157/left-out")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await anna.GetAsync("/console/municipalities/0157/take-in")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        _services.Asked.ShouldNotContain(asked => asked.StartsWith("POST", StringComparison.Ordinal));
    }

    private Task<string> FileAsync() => File.ReadAllTextAsync(Path.Combine(_console.Server.Data, "municipalities.yaml"));

    private HttpClient TokenClient()
    {
        var client = _console.Server.NewClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", File.ReadAllText(Path.Combine(_console.Server.Data, "console", "token")).Trim());
        client.DefaultRequestHeaders.Add("X-Claims-Who", "kim");
        return client;
    }
}
