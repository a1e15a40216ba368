using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Running;

public sealed class When_the_console_asks
{
    [Test]
    public async Task It_sees_what_is_recorded_what_waits_for_FBS_and_what_a_message_would_do()
    {
        // Nobody listens there: the order waits.
        await using var payments = await PaymentsServer.StartAsync("http://127.0.0.1:1");
        await payments.PublishAsync(Money.Transferred(), Money.Coverage("E1", 7000));
        await PaymentsServer.EventuallyAsync(
            async () => (await payments.GetAsync("/payments/waiting?municipality=0101&municipality=0751"))["waiting"]!.AsArray() is [{ } order] && order["why"] is not null, "no order waits");

        var order = (await payments.GetAsync("/payments/waiting"))["waiting"]!.AsArray().Single()!;
        ((long)order["feeId"]!, (string?)order["kind"], (string?)order["id"]).ShouldBe((Money.FeeId, "FbsOrder", $"{Money.Agency}-{Money.FeeId}-1"));
        ((int)order["attempts"]!).ShouldBeGreaterThan(0);
        (await payments.GetAsync("/payments/waiting?municipality=0751"))["waiting"]!.AsArray().ShouldBeEmpty();
        (await payments.Client.GetAsync("/payments/waiting?after=x")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

        var recorded = await PostAsync(payments, "/payments/messages/recorded", new JsonObject { ["messageIds"] = new JsonArray($"{Money.Message("entry/E1")}", $"{Money.Message("never")}") });
        ((string?)recorded["recorded"]!.AsArray().Single()!["outcome"]).ShouldBe("Coverage");

        var body = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(Money.Coverage("E2", 100), MessageJson.Default.CoverageRegistered));
        var forecasts = await PostAsync(payments, "/payments/preview", new JsonObject { ["messages"] = new JsonArray(new JsonObject { ["name"] = "coverage-registered", ["body"] = body }) });
        ((string?)forecasts["forecasts"]!.AsArray().Single()!["outcome"]).ShouldBe("apply");
        (await payments.GetAsync($"/payments/claims/{Money.Agency}/{Money.FeeId}"))["entries"]!.AsArray().Count.ShouldBe(2);
        (await payments.Client.PostAsJsonAsync("/payments/preview", new JsonObject())).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Test]
    public async Task A_claim_whose_order_waits_is_not_erased_and_one_that_nobody_needs_is()
    {
        await using var payments = await PaymentsServer.StartAsync("http://127.0.0.1:1");
        var other = DeterministicId.OfClaim(Money.Agency, 2);
        await payments.PublishAsync(Money.Transferred(), Money.Coverage("E1", 7000));
        await PaymentsServer.EventuallyAsync(async () => (await payments.GetAsync("/payments/waiting"))["waiting"]!.AsArray().Count == 1, "no order waits");

        var erased = await PostAsync(payments, "/payments/erase",
            new JsonObject { ["municipality"] = "0101", ["claimIds"] = new JsonArray($"{Money.ClaimId}", $"{other}"), ["before"] = "2026-01-01T00:00:00Z" });

        erased.ToJsonString().ShouldBe($$$"""{"kept":[{"claimId":"{{{Money.ClaimId}}}","why":{"code":"payment.keptOrder"}}],"others":0,"isMore":false}""");
        (await payments.Client.PostAsJsonAsync("/payments/erase", new JsonObject { ["municipality"] = "0101" }))
            .StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    private static async Task<JsonNode> PostAsync(PaymentsServer payments, string path, JsonObject body)
    {
        using var response = await payments.Client.PostAsJsonAsync(path, body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }
}
