using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Http;

public sealed class When_the_console_asks
{
    private IngestServer _server = null!;

    [SetUp]
    public async Task StartAsync() => _server = await IngestServer.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task Refusals_come_by_filter_and_by_group_and_a_record_says_what_became_of_a_message()
    {
        await _server.LinesAsync($"{Fbs.Submit(1).ToJsonString()}\n{Fbs.Submit(2, message => message["amountOre"] = 0).ToJsonString()}\n{{");

        (await _server.GetAsync("/ingest/refused"))["messages"]!.AsArray().Count.ShouldBe(2);
        (await _server.GetAsync("/ingest/refused?municipality=0101&municipality=0751&agency=DK-710100&feeId=2&from=2020-01-01T00:00:00Z"))["messages"]!.AsArray().Count.ShouldBe(1);
        (await _server.GetAsync("/ingest/refused?municipality=0751"))["messages"]!.AsArray().ShouldBeEmpty();
        var group = (await _server.GetAsync("/ingest/refused/groups?municipality=0101"))["groups"]!.AsArray().Single()!;
        ((string?)group["field"], (long)group["count"]!).ShouldBe(("amountOre", 1));

        var recorded = await PostAsync("/ingest/messages/recorded", new JsonObject { ["messageIds"] = new JsonArray(Fbs.Id("submit/1"), Fbs.Id("submit/2"), Fbs.Id("never")) });
        recorded["recorded"]!.AsArray().Select(message => (string?)message!["outcome"]).Order().ShouldBe(["accepted", "refused"]);
    }

    [Test]
    public async Task A_preview_says_what_is_wrong_and_leaves_the_figures_as_they_are()
    {
        string Body(JsonObject message) => Convert.ToBase64String(Encoding.UTF8.GetBytes(message.ToJsonString()));
        var forecasts = (await PostAsync("/ingest/preview", new JsonObject
        {
            ["messages"] = new JsonArray(
                new JsonObject { ["name"] = "submit-claim", ["body"] = Body(Fbs.Submit(1, message => message["amountOre"] = 0)) },
                new JsonObject { ["name"] = "submit-claim", ["messageId"] = Fbs.Id("submit/2"), ["body"] = Body(Fbs.Submit(2)) }),
        }))["forecasts"]!.AsArray();

        forecasts.Select(forecast => (string?)forecast!["outcome"]).ShouldBe(["invalid", "apply"]);
        ((string?)forecasts[0]!["faults"]![0]!["field"], (string?)forecasts[0]!["faults"]![0]!["value"]).ShouldBe(("amountOre", "0"));
        forecasts[1]!["faults"].ShouldBeNull();
        ((long?)(await _server.GetAsync("/ingest/accounting?live=true"))["lines"]).ShouldBe(0);
    }

    [Test]
    public async Task A_list_without_end_is_refused()
    {
        var ids = new JsonArray([.. Enumerable.Range(0, 1001).Select(number => (JsonNode)Fbs.Id($"{number}"))]);
        using var response = await _server.Client.PostAsJsonAsync("/ingest/messages/recorded", new JsonObject { ["messageIds"] = ids });
        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        ((string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["detail"]).ShouldBe("messageIds has 1001 entries; ask for at most 1000 in one call.");
        (await _server.Client.PostAsJsonAsync("/ingest/preview", new JsonObject())).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    private async Task<JsonNode> PostAsync(string path, JsonObject body)
    {
        using var response = await _server.Client.PostAsJsonAsync(path, body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }
}
