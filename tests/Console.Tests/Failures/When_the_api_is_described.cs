using System.Net;
using System.Text.Json;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Microsoft.AspNetCore.Builder;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Failures;

[TestFixture]
public sealed class When_the_api_is_described
{
    private JsonElement _document;

    [OneTimeSetUp]
    public async Task Read()
    {
        await using var server = await ConsoleServer.StartAsync(null, (_ => { }, app => app.MapGet("/another/service", () => "open")));
        using (var nobody = server.NewClient())
            (await nobody.GetAsync("/console/api/openapi.json")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await server.AddUserAsync("vera", Role.Viewer, "0101");
        using var vera = await server.SignedInAsync("vera");
        _document = JsonDocument.Parse(await vera.GetStringAsync("/console/api/openapi.json")).RootElement;
    }

    [Test]
    public void every_endpoint_says_what_it_does_and_what_it_answers()
    {
        var operations = _document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => (Name: $"{operation.Name} {path.Name}", operation.Value))).ToList();
        operations.Count.ShouldBeGreaterThan(25);
        operations.Where(operation => !operation.Value.TryGetProperty("summary", out var summary) || summary.GetString()!.Length < 10).Select(operation => operation.Name).ShouldBeEmpty();
        operations.Where(operation => !Answers(operation.Value)).Select(operation => operation.Name).ShouldBeEmpty();
    }

    [Test]
    public void it_is_of_the_console_alone() =>
        _document.GetProperty("paths").EnumerateObject().Select(path => path.Name).ShouldAllBe(path => path.StartsWith("/console/api/", StringComparison.Ordinal));

    [Test]
    public void states_are_words() =>
        _document.GetProperty("components").GetProperty("schemas").GetProperty("LetterStatus").GetProperty("enum").EnumerateArray().Select(value => value.GetString()).ShouldContain("Archived");

    private static bool Answers(JsonElement operation) =>
        operation.GetProperty("responses").TryGetProperty("200", out var good) && good.TryGetProperty("content", out var content) && content.GetRawText().Contains("schema", StringComparison.Ordinal)
        && operation.GetProperty("responses").TryGetProperty("403", out _);
}
