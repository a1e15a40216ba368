using System.Text;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Native;
using ClaimsTransfer.LocalServers;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.DeadLetters;

/// <summary>The collector itself, on the embedded broker and on a real RabbitMQ.</summary>
public sealed class When_dead_letter_queues_are_collected_from
{
    private Workbench _bench = null!;

    [SetUp]
    public async Task Begin() => _bench = await Workbench.NewAsync(Engine.Sqlite, new ConsoleOptions { LookForQueuesEvery = TimeSpan.FromMilliseconds(100) });

    [TearDown]
    public async Task End() => await _bench.DisposeAsync();

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(500)]
    [TestCase(501)]
    public async Task each_message_of_the_embedded_broker_is_kept_once_and_the_queue_is_empty(int count)
    {
        await FailAsync(_bench.Transport, count + 1);

        using var collector = Collector(_bench.Transport, _bench.Transport);
        await collector.StartAsync(default);

        await HasAsync(count + 1);
        (await Poll.UntilAsync(async () => await _bench.Transport.DepthAsync("routing_error", default) == 0)).ShouldBeTrue();
        (await _bench.Parts.Letters.CountAsync(new LetterFilter { Queue = "routing", Cause = "unreadable" }, default)).Count.ShouldBe(count + 1);
        await collector.StopAsync(default);
    }

    [Test]
    public async Task what_was_stored_and_not_acknowledged_is_delivered_again_and_not_doubled()
    {
        await FailAsync(_bench.Transport, 20);
        var failing = new FailsAfterTheCommit(_bench.Transport, times: 2);

        using var collector = Collector(failing, _bench.Transport);
        await collector.StartAsync(default);

        await HasAsync(20);
        (await Poll.UntilAsync(async () => await _bench.Transport.DepthAsync("routing_error", default) == 0)).ShouldBeTrue();
        failing.Left.ShouldBe(0);
        (await _bench.Parts.Letters.ListAsync(new LetterFilter(), 100, null, default)).Letters.ShouldAllBe(letter => letter.Attempts == 1);
        await collector.StopAsync(default);
    }

    [Test]
    public async Task rabbitmq_s_queues_of_all_kinds_are_found_and_read()
    {
        var server = await LocalRabbitMq.StartAsync(Path.Combine(RabbitMqServer.NewFolder(), "broker"), management: true);
        await using var stopping = server;
        await using var transport = NativeTransport.Open(server.Uri, "collecting", TimeProvider.System, NullLoggerFactory.Instance, server.ManagementUri);
        await transport.DeclareAsync(Topology.Queues(["0101"]), default);
        using var collector = Collector(transport, transport);
        await collector.StartAsync(default);
        await FailAsync(transport, 3);
        await HasAsync(3);

        await using var connection = await new ConnectionFactory { Uri = new Uri(server.Uri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        // Appears while the console runs, called as nobody here knows it.
        await channel.ExchangeDeclareAsync("vendor-x_error", ExchangeType.Fanout, durable: true);
        foreach (var queue in (string[])["vendor-x_error", "vendor-y_skipped"])
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync("vendor-x_error", "vendor-x_error", "");
        var thrown = new BasicProperties
        {
            MessageId = Workbench.Message.MessageId(77).ToString(), Type = "transfer-claim",
            Headers = new Dictionary<string, object?>
            {
                ["MT-Fault-ExceptionType"] = "Vendor.TimeoutException", ["MT-Fault-Message"] = "About 010101-1234", ["MT-Fault-Timestamp"] = "2026-11-20T10:00:00.0000000Z",
                ["huge"] = new string('x', 50_000), ["MT-Host"] = Enumerable.Range(0, 50).Select(n => (object?)$"line {n}").ToList(),
            },
        };
        await channel.BasicPublishAsync("vendor-x_error", "", false, thrown, Encoding.UTF8.GetBytes("""{"agency":"DK-710100","feeId":77}"""));
        await channel.BasicPublishAsync("", "vendor-y_skipped", false, new BasicProperties { MessageId = "1", Headers = new Dictionary<string, object?> { ["MT-Reason"] = "skipped" } }, "no json"u8.ToArray());
        await transport.PublishAsync([new OutgoingMessage("nobody-listens", Workbench.Message.MessageId(78), """{"a":1}"""u8.ToArray())], default);
        // The broker's own: refused until it takes the message out of the queue.
        await channel.QueueDeclareAsync("refusing", true, false, false, new Dictionary<string, object?> { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "refusing_dead" });
        await channel.QueueDeclareAsync("refusing_dead", true, false, false);
        await channel.BasicPublishAsync("", "refusing", false, new BasicProperties { MessageId = Workbench.Message.MessageId(79).ToString() }, "{}"u8.ToArray());
        (await Poll.UntilAsync(async () => await channel.BasicGetAsync("refusing", autoAck: false) is { } got && await RejectAsync(channel, got.DeliveryTag))).ShouldBeTrue();

        await HasAsync(7);
        var letters = (await _bench.Parts.Letters.ListAsync(new LetterFilter(), 100, null, default)).Letters;
        var foreign = letters.Single(letter => letter.Queue == "vendor-x");
        foreign.CauseType.ShouldBe("Vendor.TimeoutException");
        foreign.CauseText.ShouldContain("###########");
        foreign.Name.ShouldBe("transfer-claim");
        foreign.ClaimId.ShouldBe(Workbench.Message.ClaimId(77));
        foreign.FirstFailedAt.ShouldBe(new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero));
        (await _bench.Parts.Letters.FindAsync(foreign.LetterId, Workbench.Anna, default))!.Headers!["huge"].Length.ShouldBe(2_000);
        letters.Single(letter => letter.Queue == "vendor-y").Cause.Key.ShouldBe("skipped");
        letters.Single(letter => letter.Queue == Topology.Unrouted).Cause.Key.ShouldBe("unrouted");
        letters.Single(letter => letter.Queue == "refusing").Cause.Key.ShouldBe("consumersDied");
        foreach (var queue in (string[])["vendor-x_error", "vendor-y_skipped", Topology.Unrouted, "refusing_dead", "routing_error"])
            (await Poll.UntilAsync(async () => await transport.DepthAsync(queue, default) == 0)).ShouldBeTrue(queue);
        await collector.StopAsync(default);
    }

    [Test]
    public async Task a_console_that_dies_with_messages_in_hand_on_rabbitmq_loses_and_doubles_none()
    {
        await using var transport = NativeTransport.Open(await RabbitMqServer.UriAsync(), "producing", TimeProvider.System, NullLoggerFactory.Instance);
        await transport.DeclareAsync(Topology.Queues([]), default);
        await FailAsync(transport, 700);
        var committed = new TaskCompletionSource();
        await using (var dying = NativeTransport.Open(await RabbitMqServer.UriAsync(), "dying", TimeProvider.System, NullLoggerFactory.Instance))
        {
            var subscription = await dying.CollectAsync(
                new QueueDefinition("routing_error", []) { BatchSize = 300, Concurrency = 1, Grace = TimeSpan.FromMilliseconds(50) },
                async (batch, cancellation) =>
                {
                    await _bench.Parts.LetterStore.KeepAsync([.. batch.Select(delivery => _bench.Reader.Read("routing_error", delivery))], CancellationToken.None);
                    committed.TrySetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
                    return [];
                },
                default);
            await committed.Task.WaitAsync(TimeSpan.FromMinutes(2));
            await subscription.DisposeAsync();
        }

        var kept = (await _bench.Parts.Letters.CountAsync(new LetterFilter(), default)).Count;
        kept.ShouldBeGreaterThan(0);
        using var collector = Collector(transport, transport);
        await collector.StartAsync(default);
        await HasAsync(700);

        (await Poll.UntilAsync(async () => await transport.DepthAsync("routing_error", default) == 0)).ShouldBeTrue();
        (await _bench.Parts.Letters.ListAsync(new LetterFilter(), 500, null, default)).Letters.ShouldAllBe(letter => letter.Attempts == 1);
        await collector.StopAsync(default);
    }

    private static async Task<bool> RejectAsync(IChannel channel, ulong tag)
    {
        await channel.BasicRejectAsync(tag, requeue: false);
        return true;
    }

    /// <summary>Messages that Routing could not handle, as its consumer puts them on its error queue.</summary>
    private static async Task FailAsync(ITransport transport, int count)
    {
        await transport.DeclareAsync([Topology.Routing], default);
        await transport.PublishAsync(
            [.. Enumerable.Range(1, count).Select(fee => new OutgoingMessage("claim-withdrawn", Workbench.Message.MessageId(fee), Workbench.Message.OfRouting(fee, "0101", "", default).Body))], default);
        await using var consumer = await transport.SubscribeAsync(
            Topology.Routing, (batch, _) => Task.FromResult<IReadOnlyList<DeadLetter>>([.. batch.Select(delivery => new DeadLetter(delivery, new PermanentException($"Not {delivery.MessageId}.")))]), default);
        (await Poll.UntilAsync(async () => await transport.DepthAsync("routing", default) == 0)).ShouldBeTrue();
    }

    private async Task HasAsync(int count) => (await Poll.UntilAsync(async () => (await _bench.Parts.Letters.CountAsync(new LetterFilter(), default)).Count == count)).ShouldBeTrue(
        $"{(await _bench.Parts.Letters.CountAsync(new LetterFilter(), default)).Count} of {count} are kept");

    private Collector Collector(IDeadLetterQueues queues, ITransport transport) => new(
        _bench.Parts.LetterStore, _bench.Reader, _bench.Parts.Room, queues, _bench.Municipalities, _bench.Options, new Loops(TimeProvider.System),
        NullLogger<Collector>.Instance);

    /// <summary>As if the console were gone between the store's commit and the broker's acknowledgement.</summary>
    private sealed class FailsAfterTheCommit(IDeadLetterQueues inner, int times) : IDeadLetterQueues
    {
        private int _left = times;

        public int Left => Volatile.Read(ref _left);

        public Task<IReadOnlyList<string>> FindAsync(IReadOnlyCollection<string> known, CancellationToken cancellation) => inner.FindAsync(known, cancellation);

        public Task<ISubscription> CollectAsync(QueueDefinition queue, BatchHandler handler, CancellationToken cancellation) => inner.CollectAsync(
            queue,
            async (batch, token) =>
            {
                var handled = await handler(batch, token);
                return queue.Name == "routing_error" && Interlocked.Decrement(ref _left) >= 0 ? throw new TransientException("Gone.") : Settle(handled);
            },
            cancellation);

        public Task SendAsync(string queue, IReadOnlyList<Delivery> messages, CancellationToken cancellation) => inner.SendAsync(queue, messages, cancellation);

        private IReadOnlyList<DeadLetter> Settle(IReadOnlyList<DeadLetter> handled)
        {
            if (Left < 0)
                Interlocked.Exchange(ref _left, 0);
            return handled;
        }
    }
}
