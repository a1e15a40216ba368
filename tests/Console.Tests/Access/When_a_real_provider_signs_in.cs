using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.WebUtilities;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Access;

/// <summary>People through the pages of a provider that others wrote, programs with its tokens.</summary>
[TestFixture]
public sealed class When_a_real_provider_signs_in
{
    private static readonly object People = new
    {
        anna = new { name = "Anna Ø", preferred_username = "anna@kommune.example", roles = (string[])["Approver"], municipalities = (string[])["0101", "0157"] },
        lis = new { name = "Lis Ø", preferred_username = "lis@kommune.example", roles = (string[])["Library Administrator"], municipalities = (string[])["*"] },
        ole = new { name = "Ole Ø", preferred_username = "ole@kommune.example", municipalities = (string[])["*"] },
    };

    private readonly TemporaryFolder _folder = new();
    private readonly object _key = OidcProvider.NewKey();
    private OidcProvider _provider = null!;
    private ConsoleServer _server = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        if (!await OidcProvider.InstallAsync(_folder))
            Assert.Ignore("There is no npm on this machine, which oidc-provider comes from.");
        // The provider has to know where the console is, and the console where the provider is.
        var port = OidcProvider.FreePort();
        _server = await ConsoleServer.StartAsync(
            null,
            (_ => { }, app => app.MapConsoleApi("/test").MapGet("/who", (Actor actor) => new { actor.Name, role = actor.Role.ToString(), actor.Municipalities, actor.IsSignedIn })),
            OidcProvider.SettingsFor(port));
        _provider = await OidcProvider.StartAsync(_folder, _key, People, _server.Url, port: port);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _provider?.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task a_person_comes_in_through_its_pages_with_role_and_municipalities()
    {
        using var browser = _server.NewClient();
        var away = await AwayAsync(browser);
        // It takes pushed requests: what is asked for (state, nonce, PKCE) goes from console to provider, and a browser carries its reference alone.
        QueryHelpers.ParseQuery(away.Query)["request_uri"].ToString().ShouldStartWith("urn:ietf:params:oauth:request_uri:");
        away.Query.ShouldNotContain("nonce");

        (await BackAsync(browser, await _provider.ThroughPagesAsync(browser, away, "anna"))).ShouldBe("/console/me");
        var who = await WhoAsync(browser);
        who.GetProperty("name").GetString().ShouldBe("anna@kommune.example");
        who.GetProperty("role").GetString().ShouldBe("Approver");
        who.GetProperty("municipalities").EnumerateArray().Select(code => code.GetString()).Order().ShouldBe(["0101", "0157"]);
        who.GetProperty("isSignedIn").GetBoolean().ShouldBeTrue();
    }

    [TestCase("lis")]
    [TestCase("ole")]
    public async Task who_has_no_role_of_ours_does_not_come_in(string login)
    {
        using var browser = _server.NewClient();
        await ShouldNotComeInAsync(browser, await _provider.ThroughPagesAsync(browser, await AwayAsync(browser), login));
    }

    [Test]
    public async Task what_was_asked_for_in_another_browser_is_refused()
    {
        using var asked = _server.NewClient();
        using var another = _server.NewClient();
        await AwayAsync(another);
        await ShouldNotComeInAsync(another, await _provider.ThroughPagesAsync(asked, await AwayAsync(asked), "anna"));
    }

    /// <summary>The state is this browser's, the code another's: the provider sees by PKCE that whoever brings it did not ask for it.</summary>
    [Test]
    public async Task another_s_code_under_this_browser_s_state_is_refused()
    {
        using var victim = _server.NewClient();
        using var another = _server.NewClient();
        var own = await _provider.ThroughPagesAsync(victim, await AwayAsync(victim), "anna");
        var others = await _provider.ThroughPagesAsync(another, await AwayAsync(another), "anna");
        var mixed = QueryHelpers.AddQueryString(own.GetLeftPart(UriPartial.Path), new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["code"] = QueryHelpers.ParseQuery(others.Query)["code"], ["state"] = QueryHelpers.ParseQuery(own.Query)["state"], ["iss"] = _provider.Url,
        });
        await ShouldNotComeInAsync(victim, new Uri(mixed));
    }

    [Test]
    public async Task a_code_is_good_once()
    {
        using var browser = _server.NewClient();
        var back = await _provider.ThroughPagesAsync(browser, await AwayAsync(browser), "anna");
        (await BackAsync(browser, back)).ShouldBe("/console/me");
        using var later = _server.NewClient();
        await ShouldNotComeInAsync(later, back);
    }

    [Test]
    public async Task a_program_calls_the_api_with_its_token_and_is_nobody_who_signed_in()
    {
        using var program = WithToken(await _provider.ProgramsTokenAsync(OidcProvider.ClientId));
        var who = await WhoAsync(program);
        who.GetProperty("name").GetString().ShouldBe("nightly-job");
        who.GetProperty("role").GetString().ShouldBe("Operator");
        who.GetProperty("isSignedIn").GetBoolean().ShouldBeFalse();
    }

    [Test]
    public async Task a_token_for_another_is_refused()
    {
        await ShouldBeRefusedAsync(await _provider.ProgramsTokenAsync(OidcProvider.AnotherClientId));
        await ShouldBeRefusedAsync(await _provider.IdTokenOfAnotherClientAsync("anna"));
    }

    [Test]
    public async Task a_token_of_another_issuer_with_the_same_key_is_refused()
    {
        using var another = await OidcProvider.StartAsync(_folder, _key, People);
        await ShouldBeRefusedAsync(await another.ProgramsTokenAsync(OidcProvider.ClientId));
    }

    [Test]
    public async Task a_token_in_its_name_that_another_signed_is_refused()
    {
        using var another = await OidcProvider.StartAsync(_folder, OidcProvider.NewKey(), People, issuer: _provider.Url);
        await ShouldBeRefusedAsync(await another.ProgramsTokenAsync(OidcProvider.ClientId));
    }

    [Test]
    public async Task a_token_whose_time_is_over_is_refused()
    {
        using var behind = await OidcProvider.StartAsync(_folder, _key, People, issuer: _provider.Url, behind: TimeSpan.FromMinutes(12));
        await ShouldBeRefusedAsync(await behind.ProgramsTokenAsync(OidcProvider.ClientId));
        using var inTime = await OidcProvider.StartAsync(_folder, _key, People, issuer: _provider.Url, behind: TimeSpan.FromMinutes(8));
        using var program = WithToken(await inTime.ProgramsTokenAsync(OidcProvider.ClientId));
        (await WhoAsync(program)).GetProperty("name").GetString().ShouldBe("nightly-job");
    }

    private async Task ShouldBeRefusedAsync(string token)
    {
        using var program = WithToken(token);
        (await program.GetAsync("/console/api/test/who")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static async Task ShouldNotComeInAsync(HttpClient browser, Uri back)
    {
        (await BackAsync(browser, back)).ShouldBe("/console/sign-in?failed=oidc");
        (await browser.GetAsync("/console/me")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    private static async Task<Uri> AwayAsync(HttpClient browser) => (await browser.GetAsync("/console/sign-in/oidc?to=%2Fconsole%2Fme")).Headers.Location!;

    private static async Task<string> BackAsync(HttpClient browser, Uri back) => (await browser.GetAsync(back)).Headers.Location!.ToString();

    private static async Task<JsonElement> WhoAsync(HttpClient client) => JsonDocument.Parse(await client.GetStringAsync("/console/api/test/who")).RootElement;

    private HttpClient WithToken(string token)
    {
        var client = _server.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
