using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Tests.Saga;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Running;

public sealed class When_the_console_asks
{
    private RoutingServer _routing = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _routing = await RoutingServer.StartAsync();
        await _routing.PublishAsync(Claim(1), Claim(2), Claim(3) with { Borrower = Claims.Child });
        await RoutingServer.EventuallyAsync(async () => (await _routing.GetAsync("/routing/claims/count"))["count"]!.GetValue<long>() == 3, "three claims have not come");
    }

    [OneTimeTearDown]
    public ValueTask Stop() => _routing.DisposeAsync();

    [Test]
    public async Task The_list_comes_in_pages_and_its_filters_may_repeat()
    {
        var first = await _routing.GetAsync("/routing/claims?municipality=0101&municipality=0157&category=InFlight&category=Held&limit=2");
        var second = await _routing.GetAsync($"/routing/claims?municipality=0101&municipality=0157&category=InFlight&category=Held&limit=2&after={first["next"]}");

        first["claims"]!.AsArray().Concat(second["claims"]!.AsArray()).Select(claim => claim!["feeId"]!.GetValue<long>()).Order().ShouldBe([1, 2, 3]);
        second["next"].ShouldBeNull();
        (await _routing.GetAsync("/routing/claims?status=Held&from=2020-01-01T00:00:00Z"))["claims"]!.AsArray().Single()!["why"]!["fields"]!["rule"]!.GetValue<string>().ShouldBe("HoldForPerson");
        (await _routing.GetAsync("/routing/claims/count?category=InFlight"))["ore"]!.GetValue<long>().ShouldBe(14000);
    }

    [Test]
    public async Task What_cannot_be_asked_is_said()
    {
        var ids = new JsonObject { ["claimIds"] = new JsonArray([.. Enumerable.Range(0, 1001).Select(number => (JsonNode)DeterministicId.OfClaim(Claims.Agency, number).ToString())]) };
        await RefusedAsync(await _routing.Client.PostAsJsonAsync("/routing/claims/standing", ids), "claimIds has 1001 entries; ask for at most 1000 in one call.");
        await RefusedAsync(await _routing.Client.PostAsJsonAsync("/routing/messages/recorded", new JsonObject()), "messageIds is missing; give a list of at most 1000.");
        await RefusedAsync(await _routing.Client.PostAsJsonAsync("/routing/preview", new JsonObject()), "messages is missing; give a list of at most 1000.");
        await RefusedAsync(await _routing.Client.GetAsync("/routing/claims?category=Lost"), "category is 'Lost'; give one of ");
        await RefusedAsync(await _routing.Client.GetAsync("/routing/claims?limit=0"), "limit is 0; give 1 to 1000, such as 100.");
        await RefusedAsync(await _routing.Client.GetAsync("/routing/claims?after=yesterday"), "after is not what an earlier page gave");
    }

    [Test]
    public async Task Standing_and_recorded_are_of_those_that_are_there()
    {
        var standing = await PostAsync("/routing/claims/standing", new JsonObject { ["claimIds"] = new JsonArray(Claim(1).ClaimId.ToString(), Claims.Message("none").ToString()) });
        var claim = standing["claims"]!.AsArray().Single()!;
        claim["status"]!.GetValue<string>().ShouldBe("Sending");
        claim["open"]!["kind"]!.GetValue<string>().ShouldBe("Register");
        claim["deadLetters"]!.AsArray().ShouldBeEmpty();

        var recorded = await PostAsync("/routing/messages/recorded", new JsonObject { ["messageIds"] = new JsonArray(Claim(1).MessageId.ToString(), Claims.Message("none").ToString()) });
        recorded["recorded"]!.AsArray().Single()!["verdict"]!.GetValue<string>().ShouldBe("Applied");
    }

    [Test]
    public async Task A_preview_takes_base64_and_answers_in_the_same_order()
    {
        var body = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(Claim(9), MessageJson.Default.ClaimCreated));
        var forecasts = (await PostAsync("/routing/preview", new JsonObject
        {
            ["messages"] = new JsonArray(new JsonObject { ["name"] = "none", ["body"] = "" }, new JsonObject { ["name"] = "claim-created", ["messageId"] = $"{Claim(9).MessageId}", ["body"] = body }),
        }))["forecasts"]!.AsArray();

        forecasts.Select(forecast => forecast!["outcome"]!.GetValue<string>()).ShouldBe(["invalid", "apply"]);
        forecasts[1]!["municipality"]!.GetValue<string>().ShouldBe("0101");
        (await _routing.GetAsync("/routing/claims/count"))["count"]!.GetValue<long>().ShouldBe(3);
    }

    [Test]
    public async Task The_saga_is_told_with_its_statuses_transitions_and_operations()
    {
        var saga = await _routing.GetAsync("/routing/saga");
        saga["statuses"]!.AsArray().ShouldContain(status => status!["name"]!.GetValue<string>() == "Sent" && status["category"]!.GetValue<string>() == "InFlight");
        saga["transitions"]!.AsArray().Count.ShouldBeGreaterThan(50);
        saga["operations"]!.AsArray().Count.ShouldBe(6);
        (await _routing.GetAsync("/routing/rejections?municipality=0101"))["groups"]!.AsArray().ShouldBeEmpty();
        (await _routing.GetAsync($"/routing/claims/{Claims.Agency}/1"))["operations"]!.AsArray().Select(operation => operation!.GetValue<string>()).ShouldBe(["retry", "ask", "cancel"]);
    }

    private async Task<JsonNode> PostAsync(string path, JsonObject body)
    {
        using var response = await _routing.Client.PostAsJsonAsync(path, body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    private static async Task RefusedAsync(HttpResponseMessage response, string text)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!["detail"]!.GetValue<string>().ShouldStartWith(text);
    }

    private static ClaimCreated Claim(int number) => Claims.Created() with
    {
        MessageId = Claims.Message($"created/{number}"), ClaimId = DeterministicId.OfClaim(Claims.Agency, number), FeeId = number,
    };
}
