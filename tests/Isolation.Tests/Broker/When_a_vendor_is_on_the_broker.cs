using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using ClaimsTransfer.Messages;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shouldly;
using static ClaimsTransfer.Isolation.Tests.Broker.IsolatedBroker;

namespace ClaimsTransfer.Isolation.Tests.Broker;

/// <summary>KMD Opus's user, on a broker with the definitions: what it must not do is refused by the broker itself, what its connector needs works.</summary>
public sealed class When_a_vendor_is_on_the_broker
{
    private const string User = "vendor-kmdopus";
    private const int Refused = 403;

    private IConnection _connection = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        await StartAsync();
        _connection = await ConnectAsAsync(User);
    }

    [OneTimeTearDown]
    public async Task Stop() => await _connection.DisposeAsync();

    private static IEnumerable<TestCaseData> Forbidden()
    {
        static TestCaseData Act(string name, Func<IChannel, Task> act) => new TestCaseData(act).SetArgDisplayNames(name);

        string[] others =
        [
            "transfer-claim.0461", "transfer-claim.0147", "transfer-claim.0461_error", "transfer-claim.0461_dead", "ingest", "routing", "routing.kmdopus", "routing.prisme", "payments",
            "payments.kmdopus", "fbs", "unrouted", "ingest_error", "routing_error", "routing.kmdopus_error", "payments_dead", "transfer-claim.0101_error", "transfer-claim.0101_dead",
        ];
        foreach (var queue in others)
        {
            yield return Act($"consume {queue}", channel => channel.BasicConsumeAsync(queue, autoAck: false, new AsyncEventingBasicConsumer(channel)));
            yield return Act($"get from {queue}", channel => channel.BasicGetAsync(queue, autoAck: false));
            yield return Act($"purge {queue}", channel => channel.QueuePurgeAsync(queue));
            yield return Act($"delete {queue}", channel => channel.QueueDeleteAsync(queue));
        }

        yield return Act("delete its own queue", channel => channel.QueueDeleteAsync("transfer-claim.0101"));

        string[] notItsOwn =
        [
            MessageNames.SubmitClaim, MessageNames.AdjustClaim, MessageNames.CancelClaim, MessageNames.ChangeLiableParty, MessageNames.ClaimCreated, MessageNames.ClaimAdjusted,
            MessageNames.ClaimWithdrawn, MessageNames.LiablePartyChanged, MessageNames.ClaimTransferred, MessageNames.ClaimCancelled, MessageNames.ClaimRefused,
            MessageNames.TransferRejected, MessageNames.PaymentReconciled, MessageNames.OperateClaim, "unrouted", "dead-letters", "amq.topic",
        ];
        foreach (var exchange in notItsOwn)
            yield return Act($"publish to {exchange}", channel => PublishAsync(channel, exchange, ""));
        yield return Act("instruct itself", channel => PublishAsync(channel, MessageNames.TransferClaim, København));
        yield return Act("instruct another", channel => PublishAsync(channel, MessageNames.TransferClaim, Odense));
        foreach (var queue in (string[])["routing", "routing.kmdopus", "transfer-claim.0461", "transfer-claim.0101"])
        {
            yield return Act($"reach {queue} by the broker's own exchange", channel => PublishAsync(channel, "", queue));
            yield return Act($"reach {queue} by our services' exchange", channel => PublishAsync(channel, "queues", queue));
        }

        yield return Act("reach another vendor's queue by that vendor's exchange", channel => PublishAsync(channel, "queues.prisme", "transfer-claim.0461"));
        foreach (var exchange in Topology.Replies)
        {
            yield return Act($"say {exchange} for Odense", channel => PublishAsync(channel, exchange, Odense));
            yield return Act($"say {exchange} for nobody in particular", channel => PublishAsync(channel, exchange, ""));
            yield return Act($"say {exchange} for all", channel => PublishAsync(channel, exchange, "#"));
            yield return Act($"say {exchange} for its own and one more", channel => PublishAsync(channel, exchange, "0101.0461"));
        }

        yield return Act("declare a queue", channel => channel.QueueDeclareAsync("kmdopus-listens", durable: true, exclusive: false, autoDelete: false));
        yield return Act("declare a queue for itself alone", channel => channel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true));
        yield return Act("declare its own queue otherwise", channel => channel.QueueDeclareAsync("transfer-claim.0101", durable: true, exclusive: false, autoDelete: false));
        yield return Act("declare the queue of a municipality to come", channel => channel.QueueDeclareAsync("transfer-claim.0999", durable: true, exclusive: false, autoDelete: false));
        yield return Act("declare an exchange", channel => channel.ExchangeDeclareAsync("kmdopus-says", ExchangeType.Fanout, durable: true));
        yield return Act("delete an exchange", channel => channel.ExchangeDeleteAsync(MessageNames.TransferReported));
        yield return Act("delete its own exchange", channel => channel.ExchangeDeleteAsync("queues.kmdopus"));
        yield return Act("bind its own queue to what others say", channel => channel.QueueBindAsync("transfer-claim.0101", MessageNames.TransferReported, "#"));
        yield return Act("bind its own queue to others' instructions", channel => channel.QueueBindAsync("transfer-claim.0101", MessageNames.TransferClaim, Odense));
        yield return Act("bind its own queue to what FBS says", channel => channel.QueueBindAsync("transfer-claim.0101", MessageNames.SubmitClaim, ""));
        yield return Act("unbind another's queue", channel => channel.QueueUnbindAsync("transfer-claim.0461", MessageNames.TransferClaim, Odense));
        yield return Act("unbind the queue that its replies wait on", channel => channel.QueueUnbindAsync("routing.kmdopus", MessageNames.TransferReported, København));
        yield return Act("bind an exchange to another", channel => channel.ExchangeBindAsync(MessageNames.TransferReported, MessageNames.SubmitClaim, ""));
    }

    [TestCaseSource(nameof(Forbidden))]
    public async Task It_is_refused_to(Func<IChannel, Task> act)
    {
        await using var channel = await ConfirmingAsync(_connection);

        await Should.ThrowAsync<Exception>(() => act(channel));

        channel.CloseReason.ShouldNotBeNull().ReplyCode.ShouldBe((ushort)Refused);
    }

    [TestCase(København)]
    [TestCase(Aarhus)]
    public async Task It_consumes_its_municipalities_instructions(string municipality)
    {
        await using var ours = await ConnectAsAsync(BrokerUsers.Routing);
        await using (var instructing = await ConfirmingAsync(ours))
            await PublishAsync(instructing, MessageNames.TransferClaim, municipality, user: BrokerUsers.Routing);
        await using var channel = await _connection.CreateChannelAsync();
        var came = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
            came.TrySetResult(delivery.BasicProperties.UserId);
        };

        await channel.BasicConsumeAsync(Topology.TransferQueue(municipality), autoAck: false, consumer);

        (await came.Task.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(BrokerUsers.Routing);
    }

    [TestCaseSource(typeof(Topology), nameof(Topology.Replies))]
    public async Task It_says_its_replies_and_they_wait_on_its_own_queue(string reply)
    {
        await using var channel = await ConfirmingAsync(_connection);

        await PublishAsync(channel, reply, Aarhus, user: User);

        await using var ours = await ConnectAsync();
        await using var looking = await ours.CreateChannelAsync();
        var expected = reply == MessageNames.DebtorEntryUnmatched ? "payments.kmdopus" : "routing.kmdopus";
        var found = (await looking.BasicGetAsync(expected, autoAck: true)).ShouldNotBeNull();
        found.Exchange.ShouldBe(reply);
        found.BasicProperties.UserId.ShouldBe(User);
        foreach (var queue in (string[])["routing.prisme", "payments.prisme", "routing.oesindsigt", "routing", "payments", "unrouted"])
            (await looking.MessageCountAsync(queue)).ShouldBe(0u, queue);
        await looking.QueuePurgeAsync("payments.kmdopus");
    }

    [TestCase("transfer-claim.0101")]
    [TestCase("transfer-claim.0751_error")]
    public async Task It_puts_messages_back_on_its_own_queues_and_beside_them(string queue)
    {
        await using var channel = await ConfirmingAsync(_connection);

        await PublishAsync(channel, "queues.kmdopus", queue, user: User);

        await using var ours = await ConnectAsync();
        await using var looking = await ours.CreateChannelAsync();
        (await looking.BasicGetAsync(queue, autoAck: true)).ShouldNotBeNull();
    }

    /// <summary>Bindings hold whatever a message says, on every version of the broker; permissions by key do not reach as far on all of them.</summary>
    [Test]
    public async Task Its_way_to_its_own_queues_leads_to_no_other()
    {
        var bindings = JsonNode.Parse(await Management.GetStringAsync("/api/exchanges/%2F/queues.kmdopus/bindings/source"))!.AsArray();

        bindings.Select(binding => (string)binding!["destination"]!).ShouldBe([.. Topology.OwnQueues(København), .. Topology.OwnQueues(Aarhus)], ignoreOrder: true);
    }

    [Test]
    public async Task It_cannot_say_that_somebody_else_sent_a_message()
    {
        await using var channel = await ConfirmingAsync(_connection);

        await Should.ThrowAsync<Exception>(() => PublishAsync(channel, MessageNames.TransferReported, København, user: BrokerUsers.Routing));

        channel.CloseReason.ShouldNotBeNull().ReplyCode.ShouldBe((ushort)Constants.PreconditionFailed);
        channel.CloseReason.ReplyText.ShouldContain("user_id");
    }

    [Test]
    public async Task It_cannot_take_up_the_brokers_connections()
    {
        var open = new List<IConnection>();
        try
        {
            for (var i = 0; i < 20; i++)
                open.Add(await ConnectAsAsync("vendor-prisme"));

            // The broker counts a connection a moment after it has let it in, and closes one too many a moment after the client holds it for open.
            var refusals = new List<ShutdownEventArgs>();
            for (var attempt = 0; attempt < 100 && refusals.Count == 0; attempt++)
            {
                await using var further = await ConnectAsAsync("vendor-prisme");
                for (var look = 0; look < 10 && further.IsOpen; look++)
                    await Task.Delay(20);
                if (further.CloseReason is { } reason)
                    refusals.Add(reason);
            }

            var refusal = refusals.ShouldHaveSingleItem();
            refusal.ReplyCode.ShouldBe((ushort)Constants.NotAllowed);
            refusal.ReplyText.ShouldContain("limit (20) is reached");
            open.ShouldAllBe(connection => connection.IsOpen);
            await using var another = await ConnectAsAsync("vendor-oesindsigt");
            await using var channel = await another.CreateChannelAsync();
            channel.IsOpen.ShouldBeTrue();
        }
        finally
        {
            foreach (var connection in open)
                await connection.DisposeAsync();
        }
    }

    [TestCase(Transports.MassTransit)]
    [TestCase(Transports.Native)]
    public async Task The_transport_finds_what_stands_and_says_what_does_not(string kind)
    {
        await using var transport = Open(kind);

        await transport.DeclareAsync([Topology.Transfer(København), Topology.Transfer(Aarhus)], CancellationToken.None);
        var missing = await Should.ThrowAsync<BrokerNotReadyException>(() => transport.DeclareAsync([Topology.Transfer("0999")], CancellationToken.None));

        transport.User.ShouldBe(User);
        missing.Message.ShouldContain("'transfer-claim.0999");
        missing.Message.ShouldContain($"'{User}'");
        missing.Message.ShouldContain("claims broker definitions");
    }

    [TestCase(Transports.MassTransit)]
    [TestCase(Transports.Native)]
    public async Task The_transport_says_at_once_what_it_may_not_say_and_why(string kind)
    {
        await using var transport = Open(kind);
        static OutgoingMessage For(string municipality) => new(MessageNames.TransferReported, Guid.NewGuid(), "{}"u8.ToArray(), municipality);
        await transport.PublishAsync([For(København)], CancellationToken.None);
        var watch = Stopwatch.StartNew();
        await transport.PublishAsync([For(København)], CancellationToken.None);
        // On a machine that others use a second may be no time at all.
        var limit = TimeSpan.FromSeconds(1) + (100 * watch.Elapsed);

        watch.Restart();
        var refusal = await Should.ThrowAsync<NotAllowedException>(() => transport.PublishAsync([For(Odense)], CancellationToken.None));
        watch.Elapsed.ShouldBeLessThan(limit);
        await transport.PublishAsync([For(Aarhus)], CancellationToken.None);

        refusal.Message.ShouldContain($"'{User}'");
        refusal.Message.ShouldContain(MessageNames.TransferReported);
        refusal.Message.ShouldContain("claims broker definitions");
        await using var ours = await ConnectAsync();
        await using var looking = await ours.CreateChannelAsync();
        (await looking.QueuePurgeAsync("routing.kmdopus")).ShouldBe(3u, "its own municipalities it may speak for, before and after");
    }

    [Test]
    public async Task Its_topology_is_not_taken_for_unsafe_because_it_may_not_look()
    {
        var findings = await new BrokerCheck(UriOf(User)).LookAsync([Topology.Transfer(København)], CancellationToken.None);

        findings.ShouldAllBe(finding => !finding.IsUnsafe);
        findings.ShouldContain(finding => finding.Subject == "transfer-claim.0101" && finding.Sentence.Contains("does not tell this user", StringComparison.Ordinal));
        var all = Topology.Queues(Defaults.Municipalities.MunicipalityFile.Parse(MunicipalitiesText, "test").OrThrow().All, separatesVendors: true);
        (await new BrokerCheck(UriOf(BrokerUsers.Operations), allowsOlder: true).LookAsync(all, CancellationToken.None))
            .ShouldAllBe(finding => !finding.IsUnsafe && !finding.Sentence.Contains("not there yet", StringComparison.Ordinal));
    }

    private static RabbitMqTransport Open(string kind) => Transports.Open(new Installation { Broker = UriOf(User), Transport = kind }, "vendor");

    private static async Task PublishAsync(IChannel channel, string exchange, string key, string? user = null)
    {
        var properties = new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent };
        if (user is not null)
            properties.UserId = user;
        await channel.BasicPublishAsync(exchange, key, mandatory: true, properties, Encoding.UTF8.GetBytes("{}"));
    }
}
