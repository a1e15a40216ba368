using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Tests.ToFbs;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Running;

public sealed class When_the_service_runs
{
    private FbsStandIn _fbs = null!;
    private PaymentsServer _payments = null!;

    [SetUp]
    public async Task Start()
    {
        _fbs = await FbsStandIn.StartAsync();
        _payments = await PaymentsServer.StartAsync(_fbs.Url);
    }

    [TearDown]
    public async Task Stop()
    {
        if (_payments is not null)
            await _payments.DisposeAsync();
        if (_fbs is not null)
            await _fbs.DisposeAsync();
    }

    [Test]
    public async Task Money_comes_in_FBS_is_told_by_message_and_by_its_interface_and_everybody_can_see_it()
    {
        await _payments.PublishAsync(Money.Transferred());
        await _payments.PublishAsync(Unmatched("E1", Money.Slip));

        await PaymentsServer.EventuallyAsync(async () => _fbs.PaidUnder.ContainsKey(Money.FeeId) && await PendingAsync() == 0, "the claim is not registered with FBS");
        var account = await _payments.GetAsync($"/payments/claims/{Money.Agency}/{Money.FeeId}");

        account["status"]!.GetValue<string>().ShouldBe("Settled");
        account["entries"]!.AsArray().Select(entry => entry!["kind"]!.GetValue<string>()).ShouldBe(["Charge", "Coverage"]);
        account["toldFbs"]!.AsArray().Single()!["settled"]!.GetValue<bool>().ShouldBeTrue();
        account["orders"]!.AsArray().Single()!["state"]!.GetValue<string>().ShouldBe("Confirmed");
        (await Client.GetAsync($"/payments/claims/{Money.Agency}/1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        var accounting = (await _payments.GetAsync("/payments/accounting?fresh=true"))["municipalities"]!["0101"]!;
        accounting["coveredOre"]!.GetValue<long>().ShouldBe(7000);
        accounting["settled"]!.GetValue<long>().ShouldBe(1);

        var told = (await _payments.Queues.PeekAsync(Topology.FbsQueue, 10, default)).Where(message => message.Delivery.Name == MessageNames.PaymentReconciled).ToList();
        JsonSerializer.Deserialize(told.ShouldHaveSingleItem().Delivery.Body.Span, MessageJson.Default.PaymentReconciled)!.OrderId.ShouldBe($"{Money.Agency}-{Money.FeeId}-1");
    }

    [Test]
    public async Task A_person_decides_what_the_sweep_may_not()
    {
        var (claim, stray, wrong) = (Money.Transferred() with { MessageId = Money.Message("7"), ClaimId = DeterministicId.OfClaim(Money.Agency, 7), FeeId = 7, PaymentSlip = null, DebtorReference = "OPUS-7" },
            Unmatched("E7", null), Unmatched("E8", null));
        await _payments.PublishAsync(claim, stray, wrong);
        await PaymentsServer.EventuallyAsync(async () => (await _payments.GetAsync("/payments/worklist?municipality=0101"))["items"]!.AsArray().Count == 2, "two lines on the worklist");

        var place = $"/payments/worklist/{stray.MessageId}/place";
        (await PostAsync(place, new { agency = Money.Agency, feeId = 7, who = "anna" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await PostAsync(place, new { who = "anna", why = "so" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await PostAsync(place, new { agency = Money.Agency, feeId = 8, who = "anna", why = "so" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await PostAsync($"/payments/worklist/{Guid.Empty}/place", new { agency = Money.Agency, feeId = 7, who = "anna", why = "so" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(place, new { agency = Money.Agency, feeId = 7, who = "anna", why = "found by name" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await PostAsync(place, new { agency = Money.Agency, feeId = 7, who = "anna", why = "found by name" })).StatusCode.ShouldBe(HttpStatusCode.OK, "once more changes nothing");
        var decided = await PostAsync($"/payments/worklist/{stray.MessageId}/close", new { who = "bo", why = "?" });
        decided.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        JsonNode.Parse(await decided.Content.ReadAsStringAsync())!["note"]!["code"]!.GetValue<string>().ShouldBe("worklist.decidedPlaced");

        (await PostAsync($"/payments/worklist/{wrong.MessageId}/close", new { who = "bo", why = "not the library's" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await PostAsync($"/payments/worklist/{wrong.MessageId}/place", new { agency = Money.Agency, feeId = 7, who = "anna", why = "so" })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        await PaymentsServer.EventuallyAsync(
            async () => (await _payments.GetAsync($"/payments/claims/{Money.Agency}/7"))["balanceOre"]!.GetValue<long>() == 0, "what was placed is booked");
        (await _payments.GetAsync("/payments/worklist"))["items"]!.AsArray().ShouldBeEmpty();

        (await _payments.GetAsync("/payments/worklist/placed?municipality=0101"))["items"]!.AsArray().Single()!["id"]!.GetValue<Guid>().ShouldBe(stray.MessageId);
        (await _payments.GetAsync($"/payments/worklist/placed/{stray.MessageId}"))["municipality"]!.GetValue<string>().ShouldBe("0101");
        (await Client.GetAsync($"/payments/worklist/placed/{wrong.MessageId}")).StatusCode.ShouldBe(HttpStatusCode.NotFound, "it was closed");
        (await PostAsync(place, new { agency = Money.Agency, feeId = 8, who = "anna", why = "so" })).StatusCode.ShouldBe(HttpStatusCode.Conflict, "it is taken back first");
        var takeBack = $"/payments/worklist/{stray.MessageId}/takeback";
        (await PostAsync(takeBack, new { who = "bo" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await PostAsync($"/payments/worklist/{Guid.Empty}/takeback", new { who = "bo", why = "so" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync($"/payments/worklist/{wrong.MessageId}/takeback", new { who = "bo", why = "so" })).StatusCode.ShouldBe(HttpStatusCode.Conflict, "it was never placed");
        (await PostAsync(takeBack, new { who = "bo", why = "the neighbour's" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await PostAsync(takeBack, new { who = "bo", why = "the neighbour's" })).StatusCode.ShouldBe(HttpStatusCode.OK, "once more changes nothing");
        await PaymentsServer.EventuallyAsync(
            async () => (await _payments.GetAsync($"/payments/claims/{Money.Agency}/7"))["balanceOre"]!.GetValue<long>() == 7000, "the counter-entry is booked");
        (await PostAsync(place, new { agency = Money.Agency, feeId = 7, who = "anna", why = "it was right after all" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        await PaymentsServer.EventuallyAsync(
            async () => (await _payments.GetAsync($"/payments/claims/{Money.Agency}/7"))["balanceOre"]!.GetValue<long>() == 0, "what was placed anew is booked");
        (await Client.GetAsync("/payments/worklist?limit=0")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await Client.GetAsync("/payments/worklist?after=x")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Test]
    public async Task A_poison_message_stands_on_the_error_queue_and_its_neighbours_are_booked()
    {
        var claim = Money.Transferred() with { MessageId = Money.Message("9"), ClaimId = DeterministicId.OfClaim(Money.Agency, 9), FeeId = 9, PaymentSlip = null, DebtorReference = null };
        await _payments.PublishAsync(new OutgoingMessage(MessageNames.CoverageRegistered, Money.Message("poison"), "{\"entryId\":1}"u8.ToArray()));
        await _payments.PublishAsync(claim);

        await PaymentsServer.EventuallyAsync(async () => (await Client.GetAsync($"/payments/claims/{Money.Agency}/9")).IsSuccessStatusCode, "its neighbour is booked");
        await PaymentsServer.EventuallyAsync(
            async () => (await _payments.Queues.PeekAsync(Topology.ErrorQueue(Topology.PaymentsQueue), 10, default)).Count == 1, "the message is on the error queue");
    }

    [TestCase("Payments:BatchSize", "0", "Payments:BatchSize is 0; give 1 to 2000, such as 200.")]
    [TestCase("Payments:SweepInterval", "00:00:00", "Payments:SweepInterval is 00:00:00; give a time above zero and up to a day, such as 00:00:01.")]
    [TestCase("Payments:FbsUrl", "fbs", "Payments:FbsUrl is no http URL without a password in it; give one, such as https://fbs.example.dk.")]
    [TestCase("Payments:FbsUrl", "http://fbs.example.dk", "Payments:FbsUrl is http://fbs.example.dk, on another machine and without TLS; give an https URL, or Claims:AllowPlainHttp=true, where something else secures the way.")]
    public async Task A_setting_that_cannot_be_used_stops_the_start_and_says_how_a_good_one_looks(string key, string value, string message)
    {
        var fault = await Should.ThrowAsync<SettingsException>(() => PaymentsServer.StartAsync("https://fbs.example.dk", (key, value)));
        fault.Message.ShouldEndWith($"- {message}");
    }

    [Test]
    public void Without_an_address_FBS_is_the_sandbox_where_one_runs() =>
        new PaymentsOptions().FbsAt("http://127.0.0.1:5080/").ShouldBe("http://127.0.0.1:5080/sandbox/fbs");

    [Test]
    public async Task Without_any_FBS_the_orders_wait_and_show_as_pending()
    {
        await using var alone = await PaymentsServer.StartAsync("");
        await alone.PublishAsync(Money.Transferred(), Money.Coverage("E1", 7000));
        await PaymentsServer.EventuallyAsync(
            async () => (await alone.GetAsync("/payments/accounting?fresh=true"))["municipalities"]!["0101"]?["settled"]?.GetValue<long>() == 1, "the claim is settled");
        (await alone.GetAsync("/payments/accounting?fresh=true"))["municipalities"]!["0101"]!["pending"]!.GetValue<long>().ShouldBe(1);
        (await alone.GetAsync($"/payments/claims/{Money.Agency}/{Money.FeeId}"))["orders"]![0]!["calls"]!.GetValue<int>().ShouldBe(0);
    }

    private HttpClient Client => _payments.Client;

    private Task<HttpResponseMessage> PostAsync(string path, object body) => Client.PostAsJsonAsync(path, body);

    private async Task<long> PendingAsync() => (await _payments.GetAsync("/payments/accounting?fresh=true"))["municipalities"]!["0101"]!["pending"]!.GetValue<long>();

    private static DebtorEntryUnmatched Unmatched(string entryId, string? slip) => new(
        Money.Message($"unmatched/{entryId}"), Money.Start, "0101", entryId, DebtorEntryKind.Coverage, 7000, new DateOnly(2026, 12, 2), null, null, slip, "bankSlip", null, null, null,
        IsConflict: false);
}
