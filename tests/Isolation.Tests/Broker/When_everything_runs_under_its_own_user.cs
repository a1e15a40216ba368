using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Native;
using ClaimsTransfer.Messages;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using Shouldly;
using static ClaimsTransfer.Isolation.Tests.Broker.IsolatedBroker;
using static ClaimsTransfer.Isolation.Tests.Broker.IsolatedSystem;

namespace ClaimsTransfer.Isolation.Tests.Broker;

/// <summary>All services with no more rights than the definitions give them; and vendors who use what they have to speak for others.</summary>
[TestFixture(Transports.MassTransit)]
[TestFixture(Transports.Native)]
public sealed class When_everything_runs_under_its_own_user(string transport)
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 7, 0, 0, TimeSpan.Zero);

    private IsolatedSystem _system = null!;
    private IConnection _ours = null!;
    private IChannel _looking = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        await IsolatedBroker.StartAsync();
        // The broker is the whole assembly's: what other tests have left there is none of these.
        await EmptyAsync();
        _system = await IsolatedSystem.StartAsync(transport);
        _ours = await ConnectAsync();
        _looking = await _ours.CreateChannelAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _looking.DisposeAsync();
        await _ours.DisposeAsync();
        await _system.DisposeAsync();
    }

    [Test, Order(1)]
    public async Task A_claim_goes_through_is_acknowledged_and_paid()
    {
        await _system.SubmitAsync(København, 1);

        await _system.UntilAsync(København, 1, "Transferred");
        await _system.Entries.TakeInAsync(København, [new DebtorEntry.Coverage("K-1", new EntrySubject($"{AgencyOf(København)}-1", null, null), At, new DateOnly(2026, 11, 22), 7000, "mobilePay")], null, CancellationToken.None);

        var paid = await NextAsync(_looking, "fbs", message => message.Exchange == MessageNames.PaymentReconciled);
        ((long)paid!["feeId"]!).ShouldBe(1);
        ((long)paid["balanceOre"]!).ShouldBe(0);
        _system.Debtor.Booked.Count.ShouldBe(1);
        (await _system.FindAsync("routing", "/routing/senders"))!["isRequired"]!.GetValue<bool>().ShouldBeTrue();
        (await _system.FindAsync("payments", "/payments/senders"))!["isRequired"]!.GetValue<bool>().ShouldBeTrue();
        foreach (var queue in (string[])["unrouted", "routing_error", "routing.kmdopus_error", "payments_error", "payments.kmdopus_error", "ingest_error"])
            (await _looking.MessageCountAsync(queue)).ShouldBe(0u, queue);
    }

    [Test, Order(2)]
    public async Task A_message_that_its_service_cannot_read_stands_beside_its_queue()
    {
        await SayAsync(BrokerUsers.Ingest, MessageNames.ClaimCreated, Topology.OurKey, """{"no":1}""");

        await UntilAsync(async () => await _looking.MessageCountAsync("routing_error") == 1, () => "nothing on routing_error");

        await _looking.QueuePurgeAsync("routing_error");
    }

    [Test, Order(3)]
    public async Task A_vendor_who_speaks_for_anothers_claim_is_not_believed_and_the_claim_goes_on()
    {
        await _system.SubmitAsync(Odense, 10);
        await _system.UntilAsync(Odense, 10, "Sending");

        // By its own key, which the broker lets it use; the body speaks for Odense.
        await SayAsync("vendor-oesindsigt", MessageNames.TransferReported, Frederiksberg, Report(Odense, 10, TransferOutcome.Accepted));
        // What stands on an error queue makes a claim stand still, where it is believed.
        await SayAsync("vendor-oesindsigt", MessageNames.MessageDeadLettered, Frederiksberg, DeadLettered(Odense, 10));
        // Unreadable, and names a claim all the same.
        await SayAsync("vendor-oesindsigt", MessageNames.TransferReported, Frederiksberg, Report(Odense, 10, TransferOutcome.Accepted).Replace("\"accepted\"", "\"nonsense\"", StringComparison.Ordinal));
        // Its own municipality, and Odense's claim.
        await SayAsync("vendor-oesindsigt", MessageNames.CoverageRegistered, Frederiksberg, Coverage(Frederiksberg, ClaimOf(Odense, 10), AgencyOf(Odense), 10, "F-1"));

        await UntilAsync(async () => await _looking.MessageCountAsync("routing.oesindsigt_error") == 4, () => "not all stand on the error queue");
        await UntilAsync(async () => await _looking.MessageCountAsync("payments.oesindsigt_error") == 1, () => "the money does not stand on the error queue");
        (await _system.StatusAsync(Odense, 10)).ShouldBe("Sending");
        var timeline = (await _system.FindAsync("routing", $"/routing/claims/{AgencyOf(Odense)}/10"))!.ToJsonString();
        timeline.ShouldNotContain(MessageNames.MessageDeadLettered);
        timeline.ShouldNotContain(MessageNames.TransferReported);
        var refusals = await _system.RefusalsAsync("routing");
        refusals.ShouldAllBe(refusal => refusal.Sender == "vendor-oesindsigt");
        refusals.Select(refusal => (refusal.Municipality, refusal.Message, refusal.Reason, refusal.Count)).ShouldBe(
            [
                (Odense, MessageNames.TransferReported, "otherMunicipality", 1L), (Odense, MessageNames.MessageDeadLettered, "otherMunicipality", 1L),
                ("", MessageNames.TransferReported, "unreadable", 1L), (Frederiksberg, MessageNames.CoverageRegistered, "otherClaim", 1L),
            ],
            ignoreOrder: true);
        (await _system.RefusalsAsync("payments")).ShouldHaveSingleItem().Reason.ShouldBe("otherClaim");

        var letter = (await _looking.BasicGetAsync("routing.oesindsigt_error", autoAck: true)).ShouldNotBeNull();
        var headers = letter.BasicProperties.Headers.ShouldNotBeNull();
        Encoding.UTF8.GetString((byte[])headers["x-claims-fault-text"]!).ShouldContain("'vendor-oesindsigt' spoke for municipality 0461, whose vendor is Prisme");
        Encoding.UTF8.GetString((byte[])headers["x-claims-sender"]!).ShouldBe("vendor-oesindsigt");

        // Its own vendor is believed.
        await SayAsync("vendor-prisme", MessageNames.TransferReported, Odense, Report(Odense, 10, TransferOutcome.Accepted, await OpenInstructionAsync(Odense, 10)));
        await _system.UntilAsync(Odense, 10, "Transferred");
    }

    [Test, Order(4)]
    public async Task A_reply_that_nobody_is_vouched_for_is_not_believed()
    {

        await SayAsync("vendor-prisme", MessageNames.TransferReported, Odense, Report(Odense, 10, TransferOutcome.Rejected), names: false);

        await UntilAsync(async () => await _looking.MessageCountAsync("routing.prisme_error") == 1, () => "it does not stand on the error queue");
        (await _system.StatusAsync(Odense, 10)).ShouldBe("Transferred");
        (await _system.RefusalsAsync("routing")).ShouldContain(("nobody", "", MessageNames.TransferReported, "noSender", 1));
    }

    [Test, Order(5)]
    public async Task A_message_that_is_replayed_is_still_what_its_sender_said()
    {
        await _looking.QueuePurgeAsync("routing.oesindsigt_error");
        await using var console = NativeTransport.Open(
            UriOf(BrokerUsers.Console), "console", TimeProvider.System, NullLoggerFactory.Instance);
        await console.DeclareAsync([new QueueDefinition("routing.oesindsigt", [])], CancellationToken.None);
        var forged = new Delivery(MessageNames.TransferReported, Guid.NewGuid().ToString(), Encoding.UTF8.GetBytes(Report(Odense, 10, TransferOutcome.Rejected)))
        {
            Sender = "vendor-oesindsigt",
        };

        await console.SendAsync("routing.oesindsigt", [forged], CancellationToken.None);

        // What the console may: empty any error queue.
        var collected = new TaskCompletionSource<Delivery>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var collecting = await console.CollectAsync(
            new QueueDefinition("routing.oesindsigt_error", []),
            (batch, _) =>
            {
                collected.TrySetResult(batch[0]);
                return Task.FromResult<IReadOnlyList<DeadLetter>>([]);
            },
            CancellationToken.None);
        (await collected.Task.WaitAsync(TimeSpan.FromSeconds(20))).Sender.ShouldBe("vendor-oesindsigt");
        (await _system.StatusAsync(Odense, 10)).ShouldBe("Transferred");
    }

    [Test, Order(6)]
    public async Task A_reply_to_what_was_never_asked_changes_nothing()
    {
        var before = await _system.FindAsync("routing", "/routing/accounting?fresh=true");

        // Of a claim that is paid, and of one that FBS has never submitted.
        await SayAsync("vendor-kmdopus", MessageNames.TransferReported, København, Report(København, 1, TransferOutcome.Rejected));
        await SayAsync("vendor-kmdopus", MessageNames.TransferReported, København, Report(København, 777, TransferOutcome.Accepted));

        await UntilAsync(
            async () => (await _system.FindAsync("routing", $"/routing/claims/{AgencyOf(København)}/1"))!.ToJsonString().Contains("claim.notAwaited", StringComparison.Ordinal)
                && await _system.FindAsync("routing", $"/routing/claims/{AgencyOf(København)}/777") is not null,
            () => "Routing has not taken them");
        (await _system.StatusAsync(København, 1)).ShouldNotBe("Rejected");
        var after = await _system.FindAsync("routing", "/routing/accounting?fresh=true");
        after!["municipalities"]![København]!["transferred"]!.ToJsonString().ShouldBe(before!["municipalities"]![København]!["transferred"]!.ToJsonString());
        (await _system.FindAsync("payments", $"/payments/claims/{AgencyOf(København)}/777")).ShouldBeNull();

        // The claim that comes later is not disturbed by it.
        await _system.SubmitAsync(København, 777);
        await _system.UntilAsync(København, 777, "Transferred");
    }

    [Test, Order(7)]
    public async Task An_id_that_a_vendor_has_used_up_does_not_swallow_anothers_message()
    {
        // Whoever knows agency and fee can tell which id Ingest's message will have.
        var id = DeterministicId.Of(ClaimOf(Odense, 20), $"{MessageNames.ClaimCreated}/1");
        await SayAsync(
            "vendor-kmdopus", MessageNames.TransferReported, København,
            Report(København, 1, TransferOutcome.Rejected).Replace(ReportId(København, 1, TransferOutcome.Rejected), id.ToString(), StringComparison.Ordinal));
        await UntilAsync(
            async () => (await _system.FindAsync("routing", $"/routing/claims/{AgencyOf(København)}/1"))!.ToJsonString().Contains(id.ToString(), StringComparison.Ordinal),
            () => "Routing has not taken it");

        await _system.SubmitAsync(Odense, 20);

        await _system.UntilAsync(Odense, 20, "Sending");
    }

    [Test, Order(8)]
    public async Task A_vendors_flood_waits_behind_itself()
    {
        await using var flooding = await ConnectAsAsync("vendor-oesindsigt");
        var flood = Task.Run(async () =>
        {
            await using var channel = await flooding.CreateChannelAsync();
            var properties = new BasicProperties { UserId = "vendor-oesindsigt" };
            for (var i = 0; i < 20_000; i++)
                await channel.BasicPublishAsync(MessageNames.TransferReported, Frederiksberg, mandatory: true, properties, "[]"u8.ToArray());
        });
        await UntilAsync(async () => await _looking.MessageCountAsync("routing.oesindsigt") > 500, () => "the flood does not wait");

        await _system.SubmitAsync(København, 30);
        await _system.UntilAsync(København, 30, "Transferred");

        (await _looking.MessageCountAsync("routing.oesindsigt")).ShouldBeGreaterThan(0u, "the flood was over before the claim went through: make it longer");
        (await _looking.MessageCountAsync("routing.kmdopus")).ShouldBeLessThan(100u);
        await flood;
        await _looking.QueuePurgeAsync("routing.oesindsigt");
    }

    [Test, Order(9)]
    public async Task A_municipality_that_changes_its_vendor_is_heard_from_the_new_one_alone()
    {
        var moved = MunicipalitiesText.Replace("code: \"0751\", name: Aarhus, cvr: \"55133018\", vendor: KmdOpus", "code: \"0751\", name: Aarhus, cvr: \"55133018\", vendor: Prisme", StringComparison.Ordinal);
        moved.ShouldNotBe(MunicipalitiesText);
        try
        {
            await GiveDefinitionsAsync(moved);
            _system.Configure(moved);

            await UntilAsync(async () => (await KeysAsync("routing.kmdopus", MessageNames.TransferReported)).SequenceEqual([København]), () => "KMD Opus's queue still has Aarhus's key");
            await UntilAsync(async () => (await KeysAsync("payments.kmdopus", MessageNames.CoverageRegistered)).SequenceEqual([København]), () => "Payments still hears KMD Opus for Aarhus");
            (await KeysAsync("routing.prisme", MessageNames.TransferReported)).ShouldBe([Odense, Aarhus]);
            await UntilAsync(async () => !(await KeysAsync("transfer-claim.0751", "queues.kmdopus")).Any(), () => "KMD Opus still reaches Aarhus's instructions");
            (await KeysAsync("transfer-claim.0751", "queues.prisme")).ShouldBe(["transfer-claim.0751"]);
            await using var former = await ConnectAsAsync("vendor-kmdopus");
            await using var channel = await ConfirmingAsync(former);
            await Should.ThrowAsync<Exception>(() => channel.BasicPublishAsync(MessageNames.TransferReported, Aarhus, mandatory: true, new BasicProperties(), "{}"u8.ToArray()).AsTask());
            channel.CloseReason.ShouldNotBeNull().ReplyCode.ShouldBe((ushort)Constants.AccessRefused);
        }
        finally
        {
            await GiveDefinitionsAsync(MunicipalitiesText);
            _system.Configure(MunicipalitiesText);
        }

        await UntilAsync(async () => (await KeysAsync("routing.prisme", MessageNames.TransferReported)).SequenceEqual([Odense]), () => "it does not come back");
    }

    private static async Task<IEnumerable<string>> KeysAsync(string queue, string exchange) =>
        JsonNode.Parse(await Management.GetStringAsync($"/api/bindings/%2F/e/{exchange}/q/{queue}"))!.AsArray().Select(binding => (string)binding!["routing_key"]!).Order(StringComparer.Ordinal);

    private async Task<Guid> OpenInstructionAsync(string municipality, int feeId) =>
        (Guid)(await _system.FindAsync("routing", $"/routing/claims/{AgencyOf(municipality)}/{feeId}"))!["open"]!["id"]!;

    private static string ReportId(string municipality, int feeId, TransferOutcome outcome) => DeterministicId.Of(ClaimOf(municipality, feeId), $"{outcome}").ToString();

    private static string Report(string municipality, int feeId, TransferOutcome outcome, Guid? instruction = null)
    {
        var claim = ClaimOf(municipality, feeId);
        return JsonSerializer.Serialize(
            new TransferReported(
                Guid.Parse(ReportId(municipality, feeId, outcome)), At, claim, municipality, AgencyOf(municipality), feeId, 1, instruction ?? DeterministicId.Of(claim, "a guess"),
                InstructionKind.Register, outcome, $"REF-{feeId}", null, null, null, null),
            MessageJson.Default.TransferReported);
    }

    private static string DeadLettered(string municipality, int feeId)
    {
        var claim = ClaimOf(municipality, feeId);
        return JsonSerializer.Serialize(
            new MessageDeadLettered(Guid.NewGuid(), At, claim, municipality, AgencyOf(municipality), feeId, 1, Guid.NewGuid(), "routing", "Forged", null), MessageJson.Default.MessageDeadLettered);
    }

    private static string Coverage(string municipality, Guid claim, string agency, int feeId, string entryId) => JsonSerializer.Serialize(
        new CoverageRegistered(DeterministicId.Of(claim, $"entry/{entryId}"), At, claim, municipality, agency, feeId, 1, entryId, 7000, null, new DateOnly(2026, 11, 22)), MessageJson.Default.CoverageRegistered);

    /// <summary>Confirmed by the broker: it lets the user say it.</summary>
    private static async Task SayAsync(string user, string exchange, string key, string body, bool names = true)
    {
        await using var connection = await ConnectAsAsync(user);
        await using var channel = await ConfirmingAsync(connection);
        var properties = new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent, Type = exchange };
        if (names)
            properties.UserId = user;
        await channel.BasicPublishAsync(exchange, key, mandatory: true, properties, Encoding.UTF8.GetBytes(body));
    }
}
