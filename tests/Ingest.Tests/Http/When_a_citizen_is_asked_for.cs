using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Http;

public sealed class When_a_citizen_is_asked_for
{
    private IngestServer _server = null!;

    [SetUp]
    public async Task StartAsync() => _server = await IngestServer.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestCase(Fbs.Cpr)]
    [TestCase("010101-1234")]
    public async Task Their_claims_are_named_until_they_are_erased(string number)
    {
        await _server.LinesAsync($"{Fbs.Submit(1).ToJsonString()}\n{Fbs.Submit(2).ToJsonString()}");
        var (first, second) = ($"{DeterministicId.OfClaim("DK-710100", 1)}", $"{DeterministicId.OfClaim("DK-710100", 2)}");
        (await ClaimsAsync(number)).ShouldBe(new[] { (first, "0101"), (second, "0101") }.Order());

        using var erased = await _server.Client.PostAsJsonAsync("/ingest/erase",
            new JsonObject { ["municipality"] = "0101", ["claimIds"] = new JsonArray(first) });
        (await erased.Content.ReadAsStringAsync()).ShouldBe("""{"kept":[],"others":0,"isMore":false}""");

        (await ClaimsAsync(number)).ShouldBe([(second, "0101")]);
    }

    [TestCase("150475123")]
    [TestCase("15047512345")]
    [TestCase("150475 1234")]
    [TestCase("3002751234")]
    [TestCase("1504-751234")]
    [TestCase("55133018")]
    public async Task Anything_but_a_number_of_theirs_is_refused_and_not_repeated(string number)
    {
        using var response = await _server.Client.PostAsync("/ingest/citizens/claims",
            new StringContent($$"""{"number":"{{number}}"}""", Encoding.UTF8, "application/json"));

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await response.Content.ReadAsStringAsync()).ShouldNotContain(number);
    }

    [Test]
    public async Task A_number_of_another_type_or_in_broken_JSON_is_not_logged()
    {
        foreach (var body in (string[])["", """{"number":1504751234}""", """{"number":"1504751234""", """{"number":{"1504751234":1}}"""])
        {
            using var response = await _server.Client.PostAsync("/ingest/citizens/claims", new StringContent(body, Encoding.UTF8, "application/json"));
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await response.Content.ReadAsStringAsync()).ShouldNotContain("1504751234");
        }

        await ClaimsAsync("1504751234");
        await _server.RestartAsync();
        foreach (var log in Directory.EnumerateFiles(Path.Combine(_server.Folder, "logs")))
        {
            var text = await File.ReadAllTextAsync(log);
            text.ShouldContain("successfully authenticated", customMessage: "requests are logged at this level");
            text.ShouldNotContain("1504751234");
        }
    }

    private async Task<IEnumerable<(string ClaimId, string Municipality)>> ClaimsAsync(string number)
    {
        using var response = await _server.Client.PostAsJsonAsync("/ingest/citizens/claims", new JsonObject { ["number"] = number });
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["claims"]!.AsArray()
            .Select(claim => ((string)claim!["claimId"]!, (string)claim["municipality"]!));
    }
}
