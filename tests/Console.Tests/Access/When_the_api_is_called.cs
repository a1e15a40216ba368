using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Access;

[TestFixture]
public sealed class When_the_api_is_called
{
    private ConsoleServer _server = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _server = await ConsoleServer.StartAsync(null, (_ => { }, app =>
        {
            var api = app.MapConsoleApi("/test");
            api.MapGet("/who", (Actor actor) => new { actor.Name, role = actor.Role.ToString(), municipalities = actor.Municipalities, sees0157 = actor.Sees("0157") });
            api.MapGet("/fails", string () => throw new InvalidOperationException("0101010101"));
            api.MapPost("/write", (Actor actor) => actor.Name).RequireAuthorization(nameof(Role.Operator));
            app.MapGet("/console/api/forgotten", () => "secret");
            app.MapGet("/console/forgotten", () => "secret");
            app.MapGet("/other/service", () => "open").AllowAnonymous();
            app.MapPost("/other/service", () => "open").AllowAnonymous();
            app.MapGet("/console/api/antiforgery", (IAntiforgery antiforgery, HttpContext context) => antiforgery.GetAndStoreTokens(context).RequestToken)
                .RequireAuthorization(nameof(Role.Viewer));
        }));
        await _server.AddUserAsync("anna", Role.Operator, "0101");
        await _server.AddUserAsync("bo", Role.Viewer, "0157");
    }

    [OneTimeTearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [TestCase("/console/api/test/who")]
    [TestCase("/console/api/forgotten")]
    public async Task nobody_gets_an_answer_without_being_signed_in(string path)
    {
        using var client = _server.NewClient();
        await ShouldBeProblemAsync(await client.GetAsync(path), HttpStatusCode.Unauthorized);
    }

    [TestCase("/console/forgotten")]
    [TestCase("/console/api/forgotten")]
    public async Task what_said_nothing_about_who_may_see_it_is_for_nobody(string path)
    {
        using var signedIn = await _server.SignedInAsync("bo");
        (await signedIn.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var command = WithToken();
        (await command.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task the_token_of_the_installation_is_an_administrator_with_the_name_that_it_gives()
    {
        using var client = WithToken();
        client.DefaultRequestHeaders.Add("X-Claims-Who", Uri.EscapeDataString("Søren Ø"));
        var who = JsonDocument.Parse(await client.GetStringAsync("/console/api/test/who")).RootElement;
        who.GetProperty("name").GetString().ShouldBe("Søren Ø (command line)");
        who.GetProperty("role").GetString().ShouldBe("Administrator");
        who.GetProperty("municipalities").ValueKind.ShouldBe(JsonValueKind.Null);
        (await client.PostAsync("/console/api/test/write", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task another_token_is_refused_and_so_is_a_name_too_long()
    {
        using var client = WithToken("0123456789");
        await ShouldBeProblemAsync(await client.GetAsync("/console/api/test/who"), HttpStatusCode.Unauthorized);
        using var named = WithToken();
        named.DefaultRequestHeaders.Add("X-Claims-Who", new string('x', 101));
        await ShouldBeProblemAsync(await named.GetAsync("/console/api/test/who"), HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task a_user_of_one_municipality_is_one_there_too()
    {
        using var client = await _server.SignedInAsync("anna");
        var who = JsonDocument.Parse(await client.GetStringAsync("/console/api/test/who")).RootElement;
        who.GetProperty("municipalities").EnumerateArray().Select(code => code.GetString()).ShouldBe(["0101"]);
        who.GetProperty("sees0157").GetBoolean().ShouldBeFalse();
    }

    [Test]
    public async Task a_session_writes_only_with_the_antiforgery_token()
    {
        using var client = await _server.SignedInAsync("anna");
        await ShouldBeProblemAsync(await client.PostAsync("/console/api/test/write", null), HttpStatusCode.BadRequest);

        client.DefaultRequestHeaders.Add(AccessExtensions.AntiforgeryHeader, (await client.GetStringAsync("/console/api/antiforgery")).Trim('"'));
        (await client.PostAsync("/console/api/test/write", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task a_role_that_may_not_is_refused()
    {
        using var client = await _server.SignedInAsync("bo");
        await ShouldBeProblemAsync(await client.PostAsync("/console/api/test/write", null), HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task a_failure_says_nothing_of_what_failed()
    {
        using var client = await _server.SignedInAsync("bo");
        var answer = await client.GetAsync("/console/api/test/fails");
        await ShouldBeProblemAsync(answer, HttpStatusCode.InternalServerError);
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("0101010101");
    }

    [Test]
    public async Task another_service_of_the_process_is_as_it_was()
    {
        using var client = _server.NewClient();
        var answer = await client.GetAsync("/other/service");
        (await answer.Content.ReadAsStringAsync()).ShouldBe("open");
        answer.Headers.Select(header => header.Key).ShouldNotContain("Content-Security-Policy");
        (await client.PostAsync("/other/service", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/other/nothing")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/")).Headers.Location!.ToString().ShouldBe("/console/");
    }

    [Test]
    public async Task a_user_who_calls_without_end_is_asked_to_wait()
    {
        await using var server = await ConsoleServer.StartAsync(null, (_ => { }, app => app.MapConsoleApi("/test").MapGet("/who", (Actor actor) => actor.Name)), ("Console:ApiCallsPerMinute", "2"));
        await server.AddUserAsync("anna", Role.Operator, "0101");
        using var admin = await server.SignedInAsync();
        using var anna = await server.SignedInAsync("anna");
        await admin.GetStringAsync("/console/api/test/who");
        await admin.GetStringAsync("/console/api/test/who");
        await ShouldBeProblemAsync(await admin.GetAsync("/console/api/test/who"), HttpStatusCode.TooManyRequests);
        (await anna.GetAsync("/console/api/test/who")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private HttpClient WithToken(string? token = null)
    {
        var client = _server.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token ?? File.ReadAllText(Path.Combine(_server.Data, "console", "token")).Trim());
        return client;
    }

    private static async Task ShouldBeProblemAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        answer.StatusCode.ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("status").GetInt32().ShouldBe((int)status);
    }
}
