using System.Net;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Support;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Access;

[TestFixture]
public sealed class When_somebody_signs_in
{
    private ConsoleServer _server = null!;
    private readonly ClockForTests _clock = new();

    [SetUp]
    public async Task Start() => _server = await ConsoleServer.StartAsync(null, (builder => builder.Services.AddSingleton<TimeProvider>(_clock), _ => { }), ("Console:SignInsPerMinute", "100"));

    [TearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [Test]
    public async Task the_right_password_opens_the_console_and_signing_out_closes_it()
    {
        using var client = await _server.SignedInAsync();
        (await client.GetAsync("/console/")).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await ConsoleServer.PostFormAsync(client, "/console/", "/console/sign-out")).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        var refused = await client.GetAsync("/console/users?x=1");
        refused.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        refused.Headers.Location!.ToString().ShouldContain("/console/sign-in?to=%2Fconsole%2Fusers%3Fx%3D1");
    }

    [TestCase("admin", "et-forkert-kodeord")]
    [TestCase("nobody", ConsoleServer.Password)]
    [TestCase("", "")]
    public async Task a_wrong_one_opens_nothing_and_says_not_what_was_wrong(string user, string password)
    {
        using var client = _server.NewClient();
        var answer = await ConsoleServer.SignInAsync(client, user, password);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Brugernavn eller adgangskode er forkert.");
        (await client.GetAsync("/console/")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Test]
    public async Task five_wrong_ones_lock_the_account_for_a_time_that_grows()
    {
        using var client = _server.NewClient();
        for (var attempt = 0; attempt < SignInAttempts.MostFailures; attempt++)
            await ConsoleServer.SignInAsync(client, "admin", "et-forkert-kodeord");

        (await ReadAsync(client, ConsoleServer.Password)).ShouldContain("Kontoen er låst");

        _clock.Advance(TimeSpan.FromSeconds(61));
        (await ReadAsync(client, "et-forkert-kodeord")).ShouldContain("forkert");
        _clock.Advance(TimeSpan.FromSeconds(61));
        (await ReadAsync(client, ConsoleServer.Password)).ShouldContain("Kontoen er låst");
        _clock.Advance(TimeSpan.FromSeconds(60));
        (await ConsoleServer.SignInAsync(client, "admin", ConsoleServer.Password)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Test]
    public async Task many_guesses_at_once_are_no_more_than_five()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => _server.Accounts.SignInAsync("admin", $"et-forkert-kodeord-{n}", IPAddress.Loopback, CancellationToken.None)));
        (await _server.Services.GetRequiredService<AuditLog>().ReadAsync(null, "user-locked", null, "user admin", 10, null, CancellationToken.None)).Entries.ShouldHaveSingleItem()
            .Why.ShouldStartWith("5 attempts");
        (await _server.Accounts.SignInAsync("admin", ConsoleServer.Password, IPAddress.Loopback, CancellationToken.None)).ShouldBeOfType<SignInOutcome.Locked>();
    }

    [Test]
    public async Task guessing_from_one_address_keeps_nobody_out_at_another()
    {
        await GuessAsync("admin", IPAddress.Parse("192.0.2.1"), SignInAttempts.MostFailures);
        (await SignInAsync("admin", IPAddress.Parse("192.0.2.1"))).ShouldBeOfType<SignInOutcome.Locked>();
        (await SignInAsync("admin", IPAddress.Parse("::ffff:192.0.2.1"))).ShouldBeOfType<SignInOutcome.Locked>();
        (await SignInAsync("admin", IPAddress.Parse("192.0.2.2"))).ShouldBeOfType<SignInOutcome.SignedIn>();

        await GuessAsync("admin", IPAddress.Parse("2001:db8::1"), SignInAttempts.MostFailures);
        (await SignInAsync("admin", IPAddress.Parse("2001:db8::2:3:4:5"))).ShouldBeOfType<SignInOutcome.Locked>();
        (await SignInAsync("admin", IPAddress.Parse("2001:db8:0:1::1"))).ShouldBeOfType<SignInOutcome.SignedIn>();
    }

    [Test]
    public async Task a_lock_does_not_tell_whether_there_is_such_an_account()
    {
        foreach (var user in (string[])["admin", "nobody"])
            await GuessAsync(user, IPAddress.Loopback, SignInAttempts.MostFailures);
        var known = (await SignInAsync("admin", IPAddress.Loopback)).ShouldBeOfType<SignInOutcome.Locked>();
        (await SignInAsync("nobody", IPAddress.Loopback)).ShouldBe(known);
    }

    [Test]
    public async Task a_lock_outlives_a_restart_and_ends_with_a_new_password()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await ConsoleServer.StartAsync(folder, null))
        {
            await first.AddUserAsync("anna", Role.Viewer, "0101");
            for (var n = 0; n < SignInAttempts.MostFailures; n++)
                await first.Accounts.SignInAsync("anna", "et-forkert-kodeord", IPAddress.Loopback, CancellationToken.None);
        }

        await using var second = await ConsoleServer.StartAsync(folder, null);
        (await second.Accounts.SignInAsync("anna", ConsoleServer.Password, IPAddress.Loopback, CancellationToken.None)).ShouldBeOfType<SignInOutcome.Locked>();
        await second.Accounts.SetPasswordAsync(new Actor("test", Role.Administrator, null), "anna", "et-nyt-kodeord-til-prøver", "test", CancellationToken.None);
        (await second.Accounts.SignInAsync("anna", "et-nyt-kodeord-til-prøver", IPAddress.Loopback, CancellationToken.None)).ShouldBeOfType<SignInOutcome.SignedIn>();
    }

    [Test]
    public async Task an_account_whose_change_cannot_be_put_on_record_stays_as_it_is()
    {
        await _server.AddUserAsync("anna", Role.Viewer, "0101");
        var store = _server.Services.GetRequiredService<IStores>().Open(ConsoleSchema.Name);
        await using (var connection = await store.OpenAsync(CancellationToken.None))
            await connection.ExecuteAsync(store.Sql("UPDATE console.audit_head SET seal = hash"));
        var admin = new Actor("test", Role.Administrator, null);
        await Should.ThrowAsync<AuditBrokenException>(() => _server.Accounts.ChangeAccessAsync(admin, "anna", "Anna", Role.Administrator, null, disabled: false, "test", CancellationToken.None));
        await Should.ThrowAsync<AuditBrokenException>(() => _server.Accounts.SetPasswordAsync(admin, "anna", "et-nyt-kodeord-til-prøver", "test", CancellationToken.None));
        await Should.ThrowAsync<AuditBrokenException>(() => _server.AddUserAsync("bo", Role.Viewer));
        (await _server.Accounts.FindAsync("anna", CancellationToken.None))!.Role.ShouldBe(Role.Viewer);
        (await _server.Accounts.FindAsync("bo", CancellationToken.None)).ShouldBeNull();
        using var client = await _server.SignedInAsync("anna");
        (await client.GetStringAsync("/console/")).ShouldContain("revisionslog er ændret uden om konsollen");
    }

    [Test]
    public async Task the_cookie_is_for_the_console_alone_and_no_script_reads_it()
    {
        using var client = _server.NewClient();
        var cookie = (await ConsoleServer.SignInAsync(client, "admin", ConsoleServer.Password)).Headers.GetValues("Set-Cookie").Single(set => set.StartsWith("claims-console=", StringComparison.Ordinal));
        cookie.ShouldContain("path=/console");
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
    }

    [TestCase("https://elsewhere.example/console/")]
    [TestCase("//elsewhere.example")]
    [TestCase("/claims/1")]
    [TestCase("/console/\\elsewhere.example")]
    public async Task the_way_back_leads_nowhere_else(string to)
    {
        using var client = _server.NewClient();
        var answer = await ConsoleServer.PostFormAsync(client, "/console/sign-in", "/console/sign-in", ("user", "admin"), ("password", ConsoleServer.Password), ("to", to));
        answer.Headers.Location!.ToString().ShouldBe("/console/");
    }

    [Test]
    public async Task a_session_outlives_a_restart_and_ends_with_what_it_was_begun_under()
    {
        using var folder = new TemporaryFolder();
        string cookie;
        await using (var first = await ConsoleServer.StartAsync(folder, null))
        {
            await first.AddUserAsync("anna", Role.Viewer, "0101");
            using var browser = first.NewClient();
            cookie = (await ConsoleServer.SignInAsync(browser, "anna", ConsoleServer.Password)).Headers.GetValues("Set-Cookie").Single(set => set.StartsWith("claims-console=", StringComparison.Ordinal)).Split(';')[0];
        }

        await using var second = await ConsoleServer.StartAsync(folder, null);
        using var client = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = second.Url };
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        (await client.GetAsync("/console/me")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await second.Accounts.ChangeAccessAsync(new Actor("test", Role.Administrator, null), "anna", "Anna", Role.Operator, null, disabled: false, "test", CancellationToken.None);
        (await client.GetAsync("/console/me")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    /// <summary>Half of its idle time after each use: it would go on for ever.</summary>
    [Test]
    public async Task a_session_ends_however_much_it_is_used()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await ConsoleServer.StartAsync(
            null, (builder => builder.Services.AddSingleton<TimeProvider>(clock), _ => { }), ("Console:SessionIdle", "04:00:00"), ("Console:SessionAtMost", "10:00:00"));
        using var client = await server.SignedInAsync();
        for (var hours = 3; hours < 10; hours += 3)
        {
            clock.Advance(TimeSpan.FromHours(3));
            (await client.GetAsync("/console/me")).StatusCode.ShouldBe(HttpStatusCode.OK, $"after {hours} hours");
        }

        clock.Advance(TimeSpan.FromHours(1));
        (await client.GetAsync("/console/me")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Test]
    public async Task a_disabled_account_does_not_get_in_and_its_session_ends()
    {
        await _server.AddUserAsync("anna", Role.Viewer, "0101");
        using var client = await _server.SignedInAsync("anna");
        await _server.Accounts.ChangeAccessAsync(new Actor("test", Role.Administrator, null), "anna", "Anna", Role.Viewer, null, disabled: true, "test", CancellationToken.None);
        (await client.GetAsync("/console/me")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await _server.Accounts.SignInAsync("anna", ConsoleServer.Password, IPAddress.Loopback, CancellationToken.None)).ShouldBeOfType<SignInOutcome.Refused>();
    }

    private Task<SignInOutcome> SignInAsync(string user, IPAddress from) => _server.Accounts.SignInAsync(user, ConsoleServer.Password, from, CancellationToken.None);

    private async Task GuessAsync(string user, IPAddress from, int times)
    {
        for (var n = 0; n < times; n++)
            (await _server.Accounts.SignInAsync(user, "et-forkert-kodeord", from, CancellationToken.None)).ShouldBeOfType<SignInOutcome.Refused>();
    }

    private static async Task<string> ReadAsync(HttpClient client, string password) => WebUtility.HtmlDecode(await (await ConsoleServer.SignInAsync(client, "admin", password)).Content.ReadAsStringAsync());
}

[TestFixture]
public sealed class When_an_address_tries_too_often
{
    [Test]
    public async Task it_waits_a_minute_whatever_the_user_name()
    {
        await using var server = await ConsoleServer.StartAsync(("Console:SignInsPerMinute", "3"));
        using var client = server.NewClient();
        for (var attempt = 0; attempt < 3; attempt++)
            (await ConsoleServer.SignInAsync(client, $"user{attempt}", "x")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var answer = await ConsoleServer.SignInAsync(client, "admin", ConsoleServer.Password);
        answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        (await answer.Content.ReadAsStringAsync()).ShouldContain("For mange forsøg");
    }

    /// <summary>Else all visitors of a proxy are one, and who guesses there locks everybody out.</summary>
    [Test]
    public async Task whoever_a_known_proxy_speaks_for_is_the_address()
    {
        await using var server = await ConsoleServer.StartAsync(("Console:SignInsPerMinute", "1"), ("Console:Proxies:0", "127.0.0.0/8"));
        (await TryAsync(server, "192.0.2.1")).ShouldBe(HttpStatusCode.OK);
        (await TryAsync(server, "192.0.2.2")).ShouldBe(HttpStatusCode.OK);
        (await TryAsync(server, "192.0.2.1")).ShouldBe(HttpStatusCode.TooManyRequests);
        (await TryAsync(server, "198.51.100.7, 192.0.2.2")).ShouldBe(HttpStatusCode.TooManyRequests, "what stands before the last was written by the visitor");
    }

    [Test]
    public async Task of_others_it_is_not_believed()
    {
        await using var server = await ConsoleServer.StartAsync(("Console:SignInsPerMinute", "1"), ("Console:Proxies:0", "192.0.2.0/24"));
        (await TryAsync(server, "192.0.2.1")).ShouldBe(HttpStatusCode.OK);
        (await TryAsync(server, "192.0.2.2")).ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Test]
    public async Task behind_a_proxy_with_TLS_the_cookies_are_for_TLS_alone()
    {
        await using var server = await ConsoleServer.StartAsync(("Console:Proxies:0", "127.0.0.1"));
        using var client = server.NewClient();
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var page = await client.GetAsync("/console/sign-in");
        page.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("claims-console-antiforgery=", StringComparison.Ordinal)).ShouldContain("; secure");
    }

    private static async Task<HttpStatusCode> TryAsync(ConsoleServer server, string forwardedFor)
    {
        using var client = server.NewClient();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
        return (await ConsoleServer.SignInAsync(client, "anna", "x")).StatusCode;
    }
}
