using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Microsoft.AspNetCore.Builder;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Access;

[TestFixture]
public sealed class When_the_organisations_provider_signs_in
{
    private IdentityProvider _provider = null!;
    private ConsoleServer _server = null!;

    [SetUp]
    public async Task Start()
    {
        _provider = await IdentityProvider.StartAsync();
        _server = await ConsoleServer.StartAsync(
            null, (_ => { }, app => app.MapConsoleApi("/test").MapGet("/who", (Actor actor) => new { actor.Name, role = actor.Role.ToString(), actor.Municipalities })), _provider.Settings);
    }

    [TearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Test]
    public async Task a_person_comes_in_with_the_role_and_the_municipalities_that_it_says()
    {
        using var browser = _server.NewClient();
        (await ThroughProviderAsync(browser, "/console/me")).ShouldBe("/console/me");
        var who = await WhoAsync(browser);
        who.GetProperty("name").GetString().ShouldBe("anna@kommune.example");
        who.GetProperty("role").GetString().ShouldBe("Operator");
        who.GetProperty("municipalities").EnumerateArray().Select(code => code.GetString()).ShouldBe(["0101"]);
        WebUtility.HtmlDecode(await browser.GetStringAsync("/console/me")).ShouldContain("Du er logget ind med organisationens konto");
        (await browser.GetAsync("/console/users")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task who_has_no_municipality_there_sees_none_here()
    {
        _provider.Claims.Remove("municipalities");
        using var browser = _server.NewClient();
        await ThroughProviderAsync(browser, "/console/me");
        (await WhoAsync(browser)).GetProperty("municipalities").GetArrayLength().ShouldBe(0);
    }

    [Test]
    public async Task who_has_no_role_there_does_not_come_in()
    {
        _provider.Claims["roles"] = new[] { "Gardener" };
        await ShouldNotComeInAsync();
    }

    /// <summary>Parts of a value are no values: only an array has several.</summary>
    [TestCase("Library Administrator")]
    [TestCase("Administrator,Viewer")]
    [TestCase("Operator ")]
    public async Task a_role_counts_as_it_is_written_there_and_no_part_of_it(string role)
    {
        _provider.Claims["roles"] = new[] { role };
        await ShouldNotComeInAsync();
        _provider.Claims["roles"] = role;
        await ShouldNotComeInAsync();
    }

    [Test]
    public async Task several_roles_are_an_array_and_the_highest_counts()
    {
        _provider.Claims["roles"] = new[] { "Viewer", "Library Administrator", "Approver" };
        _provider.Claims["municipalities"] = new[] { "0101 0157", "0751" };
        using var program = WithToken();
        var who = await WhoAsync(program);
        who.GetProperty("role").GetString().ShouldBe("Approver");
        who.GetProperty("municipalities").EnumerateArray().Select(code => code.GetString()).ShouldNotContain("0101");
    }

    [Test]
    public async Task a_token_that_another_signed_is_refused()
    {
        _provider.SignsWithAnothersKey = true;
        await ShouldNotComeInAsync();
    }

    [Test]
    public async Task a_token_for_another_is_refused()
    {
        _provider.Audience = "another-client";
        await ShouldNotComeInAsync();
    }

    [Test]
    public async Task a_token_of_another_issuer_is_refused()
    {
        _provider.Issuer = "https://elsewhere.example";
        await ShouldNotComeInAsync();
    }

    [Test]
    public async Task a_token_of_yesterday_is_refused()
    {
        _provider.Expires = DateTime.UtcNow.AddMinutes(-10);
        await ShouldNotComeInAsync();
    }

    [Test]
    public async Task a_code_that_this_browser_did_not_ask_for_is_refused()
    {
        using var asked = _server.NewClient();
        using var another = _server.NewClient();
        var callback = await CallbackAsync(asked, "/console/me");
        (await another.GetAsync(callback)).Headers.Location!.ToString().ShouldBe("/console/sign-in?failed=oidc");
        (await another.GetAsync("/console/me")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Test]
    public async Task a_token_that_was_asked_for_at_another_time_is_refused()
    {
        _provider.Nonce = "another";
        using var browser = _server.NewClient();
        (await ThroughProviderAsync(browser, "/console/me")).ShouldBe("/console/sign-in?failed=oidc");
        (await browser.GetAsync("/console/me")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Test]
    public async Task what_the_browser_keeps_on_the_way_is_the_consoles_alone()
    {
        using var browser = _server.NewClient();
        var away = await browser.GetAsync("/console/sign-in/oidc?to=%2Fconsole%2Fme");
        var cookies = away.Headers.GetValues("Set-Cookie").ToList();
        cookies.Count.ShouldBe(2);
        cookies.ShouldAllBe(cookie => cookie.Contains("; path=/console;") && cookie.Contains("; samesite=lax") && cookie.Contains("; httponly"));
        foreach (var path in (string[])["/signout-oidc", "/signout-callback-oidc"])
            (await browser.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task the_places_that_were_set_are_the_ones_that_are_used()
    {
        await using var server = await ConsoleServer.StartAsync(
            null, (_ => { }, _ => { }), [.. _provider.Settings, ("Console:Oidc:AuthorizationEndpoint", $"{_provider.Url}/authorize?place=set"), ("Console:Oidc:TokenEndpoint", $"{_provider.Url}/nowhere")]);
        using var browser = server.NewClient();
        var away = (await browser.GetAsync("/console/sign-in/oidc?to=%2Fconsole%2Fme")).Headers.Location!;
        away.Query.ShouldContain("place=set");
        var back = (await browser.GetAsync(away)).Headers.Location!;
        (await browser.GetAsync(back)).Headers.Location!.ToString().ShouldBe("/console/sign-in?failed=oidc");
    }

    private async Task ShouldNotComeInAsync()
    {
        using var browser = _server.NewClient();
        (await ThroughProviderAsync(browser, "/console/me")).ShouldBe("/console/sign-in?failed=oidc");
        WebUtility.HtmlDecode(await browser.GetStringAsync("/console/sign-in?failed=oidc")).ShouldContain("gav ingen adgang her");
        (await browser.GetAsync("/console/me")).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        // A program that calls with the same token gets no further.
        using var program = WithToken();
        (await program.GetAsync("/console/api/test/who")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task a_program_calls_the_api_with_its_token()
    {
        using var program = WithToken();
        (await WhoAsync(program)).GetProperty("name").GetString().ShouldBe("anna@kommune.example");
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(_server.Data, "console", "token"))).Trim());
        (await WhoAsync(program)).GetProperty("name").GetString().ShouldBe("command line");
    }

    [Test]
    public async Task its_own_words_for_the_roles_are_the_ones_that_were_set()
    {
        await using var server = await ConsoleServer.StartAsync(
            null, (_ => { }, app => app.MapConsoleApi("/test").MapGet("/who", (Actor actor) => new { actor.Name, role = actor.Role.ToString(), actor.Municipalities })),
            [.. _provider.Settings, ("Console:Oidc:Roles:økonomi", "Approver")]);
        _provider.Claims["roles"] = new[] { "økonomi", "Administrator" };
        using var program = server.NewClient();
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _provider.Token());
        (await WhoAsync(program)).GetProperty("role").GetString().ShouldBe("Approver");
    }

    private HttpClient WithToken()
    {
        var client = _server.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _provider.Token());
        return client;
    }

    private static async Task<JsonElement> WhoAsync(HttpClient client) => JsonDocument.Parse(await client.GetStringAsync("/console/api/test/who")).RootElement;

    private static async Task<string> ThroughProviderAsync(HttpClient browser, string to) => (await browser.GetAsync(await CallbackAsync(browser, to))).Headers.Location!.ToString();

    /// <summary>The address that the provider sends the browser back to.</summary>
    private static async Task<Uri> CallbackAsync(HttpClient browser, string to)
    {
        (await browser.GetStringAsync($"/console/sign-in?to={Uri.EscapeDataString(to)}")).ShouldContain("/console/sign-in/oidc?to=%2Fconsole%2Fme");
        var away = await browser.GetAsync($"/console/sign-in/oidc?to={Uri.EscapeDataString(to)}");
        away.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return (await browser.GetAsync(away.Headers.Location)).Headers.Location!;
    }
}

[TestFixture]
public sealed class When_the_provider_is_set_wrong
{
    [TestCase("Authority", "login.example.dk", "https://login.example.dk")]
    [TestCase("Authority", "http://login.example.dk", "https://login.example.dk")]
    [TestCase("ClientId", "", "claims-console")]
    [TestCase("ClientSecret", "", "Console__Oidc__ClientSecret")]
    [TestCase("Roles:x", "Gardener", "Viewer, Operator, Approver or Administrator")]
    public void the_console_does_not_start_and_says_what_is_good(string key, string value, string good)
    {
        var oidc = new OidcOptions { Authority = "https://login.example.dk", ClientId = "claims-console", ClientSecret = "x" };
        oidc = key switch
        {
            "Authority" => oidc with { Authority = value },
            "ClientId" => oidc with { ClientId = value },
            "ClientSecret" => oidc with { ClientSecret = value },
            _ => oidc with { Roles = new Dictionary<string, string>(StringComparer.Ordinal) { ["x"] = value } },
        };
        new ConsoleOptions { Oidc = oidc }.Faults().Single().ShouldContain(good);
    }
}
