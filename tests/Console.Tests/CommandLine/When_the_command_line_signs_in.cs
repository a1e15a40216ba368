using System.Net;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

[TestFixture]
public sealed class When_the_command_line_signs_in
{
    private RunningConsole _console = null!;

    [OneTimeSetUp]
    public async Task Start() => _console = await RunningConsole.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _console.DisposeAsync();

    private string Url => _console.Server.Url.ToString();

    [Test]
    public async Task an_address_needs_a_token_and_takes_it_from_the_environment_or_the_command_line()
    {
        (await Claims.RunAsync("failures", "list", "--url", Url)).ShouldEndWith(2).Errors.ShouldContain("CLAIMS_TOKEN");
        (await Claims.WithAsync(_console.Token, null, "failures", "list", "--url", Url)).ShouldEndWith(0);
        (await Claims.RunAsync("failures", "list", "--url", Url, "--token", _console.Token)).ShouldEndWith(0);
    }

    [Test]
    public async Task a_token_of_the_data_folder_is_never_sent_to_another_address()
    {
        await using var other = await ConsoleStandIn.StartAsync();
        (await Claims.RunAsync("failures", "list", "--url", other.Url)).ShouldEndWith(2);
        other.Asked.ShouldBeEmpty();
    }

    [Test]
    public async Task another_token_is_told_from_a_console_that_is_away()
    {
        (await Claims.WithAsync("wrong", null, "failures", "list", "--url", Url)).ShouldEndWith(1).Errors.ShouldContain("does not take the token");
        (await Claims.WithAsync("two words", null, "failures", "list", "--url", Url)).ShouldEndWith(2);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "console"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "console", "token"), "abc");
        new Endpoints("embedded", "embedded", "http://127.0.0.1:9", null, []).Write(folder.Path);
        var said = (await Claims.RunAsync("failures", "list", "--data", folder.Path)).ShouldEndWith(1);
        said.Errors.ShouldContain("could not be reached");
        said.Errors.ShouldContain("doctor");
    }

    [Test]
    public async Task a_folder_without_a_token_and_one_without_a_system_are_told_apart()
    {
        using var folder = new TemporaryFolder();
        (await Claims.RunAsync("audit", "--data", folder.Path)).ShouldEndWith(1).Errors.ShouldContain("endpoints.json");
        new Endpoints("embedded", "embedded", Url, null, []).Write(folder.Path);
        (await Claims.RunAsync("audit", "--data", folder.Path)).ShouldEndWith(1).Errors.ShouldContain(Path.Combine("console", "token"));
        new Endpoints("embedded", "embedded", null, null, []).Write(folder.Path);
        (await Claims.RunAsync("audit", "--data", folder.Path)).ShouldEndWith(1).Errors.ShouldContain("No console runs");
    }

    [Test]
    public async Task what_the_console_says_of_a_refusal_is_shown()
    {
        await using var other = await ConsoleStandIn.StartAsync();
        other.Refuses("GET /audit", HttpStatusCode.Forbidden, "The signed-in user may not do this.");
        (await other.ClaimsAsync("audit")).ShouldEndWith(1).Errors.ShouldContain("The signed-in user may not do this.");
        other.Refuses("GET /audit", HttpStatusCode.ServiceUnavailable, "Routing could not be asked: no answer.");
        (await other.ClaimsAsync("audit")).ShouldEndWith(1).Errors.ShouldContain("Routing could not be asked");
        other.Refuses("GET /audit", HttpStatusCode.TooManyRequests, "Too many calls.");
        (await other.ClaimsAsync("audit")).ShouldEndWith(1).Errors.ShouldContain("429");
        other.Answers("GET /audit", _ => Microsoft.AspNetCore.Http.Results.Text("<html>"));
        (await other.ClaimsAsync("audit")).ShouldEndWith(1).Errors.ShouldContain("could not be read");
    }

    [Test]
    public async Task what_stands_beside_the_failures_is_counted_where_it_is_known()
    {
        await using var other = await ConsoleStandIn.StartAsync();
        other.Answers("GET /letters/groups", new { groups = Array.Empty<object>(), count = 0, ore = 0 })
            .Answers("GET /refused/groups", new { groups = new[] { new { count = 7 }, new { count = 5 } } })
            .Answers("GET /waiting", new { waiting = new[] { new { kind = "Register" } } })
            .Refuses("GET /rejections", HttpStatusCode.ServiceUnavailable, "Routing could not be asked.");
        var said = (await other.ClaimsAsync("failures", "list")).ShouldEndWith(0);
        said.Output.ShouldContain("Beside these: 12 refused messages from FBS, 1 messages that wait for another try.");
        said.Errors.ShouldContain("Routing could not be asked.");
        var beside = (await other.ClaimsAsync("failures", "list", "--json")).Json.GetProperty("beside");
        beside.GetProperty("refused").GetInt64().ShouldBe(12);
        beside.GetProperty("rejected").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }
}
