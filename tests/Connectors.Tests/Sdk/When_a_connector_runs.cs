using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture]
public sealed class When_a_connector_runs
{
    private const string København = ConnectorBench.København;
    private const string Aarhus = ConnectorBench.Aarhus;
    private TemporaryFolder _folder = null!;
    private HostBench _bench = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _bench = await HostBench.StartAsync(_folder.Path);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _bench.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task it_serves_its_vendors_municipalities_and_no_others()
    {
        (await _bench.LanesAsync()).EnumerateArray().Select(lane => lane.GetProperty("municipality").GetString()).ShouldBe([København, Aarhus]);
        (await _bench.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _bench.PostAsync("/connectors/KmdOpus/municipalities/0461/pause")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task what_waits_for_the_debtor_system_can_be_seen_and_whether_a_message_has_arrived()
    {
        _bench.Debtor.Reaction = municipality => municipality == København ? Reaction.Unavailable : Reaction.Accept;
        var (held, done) = (_bench.Registers(København, 1, 1)[0], _bench.Registers(Aarhus, 1, 1)[0]);
        await _bench.PublishAsync([held, done]);
        await Eventually.TrueAsync(async () => _bench.ReportsOf(Aarhus) == 1 && await WaitingAsync($"?municipality={København}&municipality=0461") is [{ } one] && one!["attempts"]!.GetValue<int>() > 0);

        (await WaitingAsync("")).ShouldHaveSingleItem()!["instructionId"]!.GetValue<Guid>().ShouldBe(held.InstructionId);
        (await WaitingAsync($"?municipality={Aarhus}")).ShouldBeEmpty();
        (await _bench.GetAsync("/connectors/KmdOpus/waiting?limit=0")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

        var recorded = (await AskAsync([held.MessageId, done.MessageId, Guid.Empty]))["recorded"]!.AsArray();
        recorded.Single(one => one!["messageId"]!.GetValue<Guid>() == done.MessageId)!["outcome"]!.GetValue<string>().ShouldBe("accepted");
        recorded.Count.ShouldBe(2);
        (await _bench.PostAsync("/connectors/KmdOpus/messages/recorded", new JsonObject())).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Test]
    public async Task it_erases_what_it_is_asked_to_and_says_what_it_keeps()
    {
        _bench.Debtor.Reaction = municipality => municipality == Aarhus ? Reaction.Receipt : Reaction.Accept;
        var (done, pending) = (_bench.Registers(København, 1, 1).Single(), _bench.Registers(Aarhus, 2, 1).Single());
        await _bench.PublishAsync([done]);
        await _bench.PublishAsync([pending]);

        // Until it is marked as told, what is done is kept too.
        await Eventually.TrueAsync(async () => await EraseAsync(København, done.ClaimId, pending.ClaimId)
            == $$$"""{"kept":[{"claimId":"{{{pending.ClaimId}}}","why":{"code":"connector.keptInstruction"}}],"others":0,"isMore":false}""");
        (await EraseAsync("0461", Guid.NewGuid())).ShouldBe("""{"kept":[],"others":0,"isMore":false}""", "another vendor's");
        (await _bench.PostAsync("/connectors/KmdOpus/erase", new JsonObject { ["municipality"] = København }))
            .StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

        async Task<string> EraseAsync(string municipality, params Guid[] claims)
        {
            using var response = await _bench.PostAsync("/connectors/KmdOpus/erase",
                new JsonObject { ["municipality"] = municipality, ["claimIds"] = new JsonArray([.. claims.Select(id => (JsonNode)id)]) });
            return await response.Content.ReadAsStringAsync();
        }
    }

    [Test]
    public async Task a_debtor_system_that_is_down_leaves_its_backlog_on_the_broker_and_holds_back_nobody()
    {
        _bench.Debtor.Reaction = municipality => municipality == København ? Reaction.Unavailable : Reaction.Accept;
        await _bench.PublishAsync(_bench.Registers(København, 1, 1));
        await Eventually.TrueAsync(() => StateOf(København) == "breakerOpen");
        await HeldAsync();
        await _bench.PublishAsync(_bench.Registers(København, 2, 1_000));
        await _bench.PublishAsync(_bench.Registers(Aarhus, 1, 1_000));

        await Eventually.TrueAsync(() => _bench.ReportsOf(Aarhus) == 1_000);
        (await _bench.Transport.DepthAsync(Topology.TransferQueue(København), CancellationToken.None)).ShouldBe(1_000);
        _bench.ReportsOf(København).ShouldBe(0);
        (await _bench.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);

        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await Eventually.TrueAsync(() => _bench.ReportsOf(København) == 1_001);
        _bench.Debtor.MaxBookings.ShouldBe(1);
    }

    [Test]
    public async Task a_debtor_system_that_hangs_holds_back_nobody()
    {
        _bench.Debtor.Reaction = municipality => municipality == København ? Reaction.BookAndHang : Reaction.Accept;
        await _bench.PublishAsync(_bench.Registers(København, 1, 500));
        await Eventually.TrueAsync(() => !_bench.Debtor.Received.IsEmpty);
        await _bench.PublishAsync(_bench.Registers(Aarhus, 1, 500));

        await Eventually.TrueAsync(() => _bench.ReportsOf(Aarhus) == 500);
        _bench.ReportsOf(København).ShouldBe(0);
    }

    [Test]
    public async Task with_nothing_in_hand_it_lets_a_batch_in_to_probe_with()
    {
        _bench.Debtor.Reaction = _ => Reaction.Unavailable;
        var claims = _bench.Registers(København, 1, 11);
        await _bench.PublishAsync([claims[0]]);
        await Eventually.TrueAsync(() => StateOf(København) == "breakerOpen");
        await HeldAsync();
        // A receipt settles the only one in hand while the breaker is open.
        await _bench.Inbox.TakeInAsync(København, [new Receipt(claims[0].InstructionId, "R-1", new Submitted.Accepted("D-1", "R-1"))], CancellationToken.None);

        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await _bench.PublishAsync([.. claims.Skip(1)]);
        await Eventually.TrueAsync(() => _bench.ReportsOf(København) == 11);
    }

    [Test]
    public async Task a_poison_message_goes_to_the_error_queue_alone()
    {
        var claims = _bench.Registers(København, 1, 20);
        await _bench.PublishAsync([.. claims.Take(10)]);
        await _bench.Transport.PublishAsync([new OutgoingMessage(MessageNames.TransferClaim, Guid.NewGuid(), "{\"no\":1}"u8.ToArray(), København)], CancellationToken.None);
        await _bench.PublishAsync([.. claims.Skip(10)]);

        await Eventually.TrueAsync(() => _bench.ReportsOf(København) == 20);
        // The reports are out before the batch they came with is settled, and with it the culprit.
        await Eventually.TrueAsync(async () => await _bench.Transport.DepthAsync(Topology.ErrorQueue(Topology.TransferQueue(København)), CancellationToken.None) == 1);
    }

    [Test]
    public async Task it_can_be_paused_and_resumed_for_one_municipality()
    {
        (await _bench.PostAsync($"/connectors/KmdOpus/municipalities/{København}/pause")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await HeldAsync();
        await _bench.PublishAsync(_bench.Registers(København, 1, 10));
        await _bench.PublishAsync(_bench.Registers(Aarhus, 1, 10));
        await Eventually.TrueAsync(() => _bench.ReportsOf(Aarhus) == 10);
        _bench.ReportsOf(København).ShouldBe(0);
        StateOf(København).ShouldBe("paused");

        (await _bench.PostAsync($"/connectors/KmdOpus/municipalities/{København}/resume")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await Eventually.TrueAsync(() => _bench.ReportsOf(København) == 10);
    }

    [Test]
    public async Task stopped_in_the_middle_it_goes_on_and_books_nothing_twice()
    {
        var booked = new HashSet<Guid>();
        await _bench.PublishAsync(_bench.Registers(København, 1, 3_000));
        await Eventually.TrueAsync(() => _bench.Debtor.Received.Count > 300);
        await _bench.StopAsync();
        foreach (var instruction in _bench.Debtor.Received)
            booked.Add(instruction.Id).ShouldBeTrue();

        await _bench.StartAsync();
        await Eventually.TrueAsync(() => _bench.ReportsOf(København) == 3_000);
        foreach (var instruction in _bench.Debtor.Received)
            booked.Add(instruction.Id).ShouldBeTrue();
        booked.Count.ShouldBe(3_000);
    }

    [Test]
    [Explicit("Measures; run it alone on a quiet machine.")]
    public async Task it_handles_thousands_a_second()
    {
        await _bench.PublishAsync(_bench.Registers(København, 1, 5_000));
        await Eventually.TrueAsync(() => _bench.ReportsOf(København) == 5_000);
        await _bench.PostAsync($"/connectors/KmdOpus/municipalities/{København}/pause");
        await HeldAsync();
        foreach (var chunk in _bench.Registers(København, 10_000, 20_000).Chunk(1_000))
            await _bench.PublishAsync(chunk);
        var watch = Stopwatch.StartNew();
        await _bench.PostAsync($"/connectors/KmdOpus/municipalities/{København}/resume");
        await Eventually.TrueAsync(() => _bench.Reports.Count == 25_000);

        TestContext.Out.WriteLine($"{20_000 / watch.Elapsed.TotalSeconds:0} instructions/s");
        (20_000 / watch.Elapsed.TotalSeconds).ShouldBeGreaterThan(2_000);
    }

    private string? StateOf(string municipality) => _bench.LaneAsync(municipality).GetAwaiter().GetResult().GetProperty("state").GetString();

    /// <summary>The gate closes with the next sweep; what comes after that stays on the broker.</summary>
    private async Task<JsonArray> WaitingAsync(string query) =>
        JsonNode.Parse(await (await _bench.GetAsync($"/connectors/KmdOpus/waiting{query}")).Content.ReadAsStringAsync())!["waiting"]!.AsArray();

    private async Task<JsonNode> AskAsync(IReadOnlyList<Guid> messageIds)
    {
        using var response = await _bench.PostAsync("/connectors/KmdOpus/messages/recorded", new JsonObject { ["messageIds"] = new JsonArray([.. messageIds.Select(id => (JsonNode)id)]) });
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    private Task HeldAsync() => Eventually.TrueAsync(() => _bench.LaneAsync(København).GetAwaiter().GetResult().GetProperty("held").GetBoolean());
}
