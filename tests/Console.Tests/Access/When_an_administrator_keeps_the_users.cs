using System.Net;
using System.Text.RegularExpressions;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Access;

[TestFixture]
public sealed partial class When_an_administrator_keeps_the_users
{
    private ConsoleServer _server = null!;

    [SetUp]
    public async Task Start()
    {
        _server = await ConsoleServer.StartAsync();
        await _server.AddUserAsync("anna", Role.Operator, "0101");
    }

    [TearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [Test]
    public async Task a_new_user_signs_in_with_the_password_that_was_shown_once()
    {
        using var admin = await _server.SignedInAsync();
        var answer = await ConsoleServer.PostFormAsync(admin, "/console/users/new", "/console/users/new",
            ("userName", "Bo.Jensen"), ("name", "Bo Jensen"), ("role", "Viewer"), ("municipalities", "0157"), ("why", "Ny i økonomi"));
        var password = Secret().Match(await answer.Content.ReadAsStringAsync()).Groups["password"].Value;

        using var bo = await _server.SignedInAsync("bo.jensen", password);
        (await bo.GetStringAsync("/console/me")).ShouldContain("0157");
        (await bo.GetAsync("/console/users")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [TestCase("userName", "bo jensen", "Brugernavnet kan ikke bruges.")]
    [TestCase("userName", "anna", "Brugernavnet er optaget.")]
    [TestCase("municipalities", "0101, 0999", "Der er ingen kommune 0999 i installationen.")]
    [TestCase("municipalities", "", "Skriv mindst én kommune")]
    [TestCase("name", "", "Skriv et navn")]
    [TestCase("why", "", "Skriv en begrundelse.")]
    [TestCase("why", "Ny: 010114-5678", "CPR-nummer")]
    [TestCase("why", "Ny\u0001", "styretegn")]
    public async Task what_cannot_be_is_said_at_its_field_and_nothing_is_made(string field, string value, string fault)
    {
        using var admin = await _server.SignedInAsync();
        var fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["userName"] = "bo", ["name"] = "Bo", ["role"] = "Viewer", ["municipalities"] = "0157", ["why"] = "Ny" };
        fields[field] = value;
        var answer = await ConsoleServer.PostFormAsync(admin, "/console/users/new", "/console/users/new", [.. fields.Select(pair => (pair.Key, pair.Value))]);
        WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).ShouldContain(fault);
        (await _server.Accounts.ListAsync(CancellationToken.None)).Select(account => account.UserName).ShouldBe(["admin", "anna"]);
    }

    [Test]
    public async Task a_change_of_access_ends_the_users_sessions_and_holds_from_the_next()
    {
        using var anna = await _server.SignedInAsync("anna");
        using var admin = await _server.SignedInAsync();
        (await ConsoleServer.PostFormAsync(admin, "/console/users/anna", "/console/users/anna?handler=Access",
            ("name", "Anna"), ("role", "Administrator"), ("municipalities", "*"), ("why", "Afløser"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        (await anna.GetAsync("/console/me")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        using var again = await _server.SignedInAsync("anna");
        (await again.GetAsync("/console/users")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task a_new_password_opens_a_locked_account()
    {
        for (var attempt = 0; attempt < SignInAttempts.MostFailures; attempt++)
            await _server.Accounts.SignInAsync("anna", "et-forkert-kodeord", IPAddress.Loopback, CancellationToken.None);
        using var admin = await _server.SignedInAsync();
        var answer = await ConsoleServer.PostFormAsync(admin, "/console/users/anna", "/console/users/anna?handler=Password", ("why", "Glemt"));
        using var anna = await _server.SignedInAsync("anna", Secret().Match(await answer.Content.ReadAsStringAsync()).Groups["password"].Value);
    }

    [Test]
    public async Task nobody_changes_their_own_access()
    {
        using var admin = await _server.SignedInAsync();
        (await ConsoleServer.PostFormAsync(admin, "/console/users/anna", "/console/users/admin?handler=Access",
            ("name", "x"), ("role", "Viewer"), ("municipalities", "*"), ("why", "x"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await _server.Accounts.FindAsync("admin", CancellationToken.None))!.Role.ShouldBe(Role.Administrator);
    }

    [TestCase("/console/users")]
    [TestCase("/console/users/new")]
    [TestCase("/console/users/admin")]
    public async Task nobody_else_sees_them(string path)
    {
        using var anna = await _server.SignedInAsync("anna");
        var answer = await anna.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).ShouldContain("Det har du ikke adgang til");
    }

    [Test]
    public async Task a_form_from_another_page_is_refused()
    {
        using var admin = await _server.SignedInAsync();
        var answer = await admin.PostAsync("/console/users/anna?handler=Access", new FormUrlEncodedContent(
            [new("name", "x"), new("role", "Administrator"), new("municipalities", "*"), new("why", "x")]));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await _server.Accounts.FindAsync("anna", CancellationToken.None))!.Role.ShouldBe(Role.Operator);
    }

    [Test]
    public async Task a_user_changes_the_own_password_and_only_this_browser_stays_signed_in()
    {
        using var here = await _server.SignedInAsync("anna");
        using var there = await _server.SignedInAsync("anna");
        WebUtility.HtmlDecode(await (await ChangeAsync(here, "forkert-kodeord", "et-nyt-kodeord-her")).Content.ReadAsStringAsync()).ShouldContain("Den nuværende adgangskode er forkert");
        WebUtility.HtmlDecode(await (await ChangeAsync(here, ConsoleServer.Password, "kort")).Content.ReadAsStringAsync()).ShouldContain("12 til 200 tegn");

        (await ChangeAsync(here, ConsoleServer.Password, "et-nyt-kodeord-her")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await here.GetAsync("/console/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await there.GetAsync("/console/me")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await _server.Accounts.SignInAsync("anna", ConsoleServer.Password, IPAddress.Loopback, CancellationToken.None)).ShouldBeOfType<SignInOutcome.Refused>();
    }

    private static Task<HttpResponseMessage> ChangeAsync(HttpClient client, string current, string wanted) =>
        ConsoleServer.PostFormAsync(client, "/console/me", "/console/me", ("current", current), ("new", wanted), ("repeat", wanted));

    [GeneratedRegex("class=\"secret\">(?<password>[^<]+)<", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Secret();
}
