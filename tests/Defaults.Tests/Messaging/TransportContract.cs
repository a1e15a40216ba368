using System.Collections.Concurrent;
using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging;

/// <summary>What every transport promises. A fixture a transport derives from it and says how one is opened.</summary>
public abstract class TransportContract
{
    private static int fixtures;

    private ITransport transport = null!;

    protected ITransport Transport => transport;

    /// <summary>A name of this test's own, so that tests on one broker do not meet.</summary>
    protected string Name { get; private set; } = "";

    protected QueueDefinition Queue => new(Name, [new(Name)]) { Linger = TimeSpan.FromMilliseconds(5) };

    protected IQueues Queues => (IQueues)transport;

    protected abstract Task<ITransport> OpenAsync();

    [SetUp]
    public async Task OpenTransport()
    {
        Name = $"q{Interlocked.Increment(ref fixtures)}";
        transport = await OpenAsync();
        await transport.DeclareAsync([], CancellationToken.None);
    }

    [TearDown]
    public async Task CloseTransport() => await transport.DisposeAsync();

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(9)]
    [TestCase(10)]
    [TestCase(11)]
    [TestCase(101)]
    public async Task Every_message_arrives_once_in_order_and_in_batches_no_larger_than_asked(int count)
    {
        var collector = new Collector();
        await using var subscription = await transport.SubscribeAsync(Queue with { BatchSize = 10, Concurrency = 1 }, collector.HandleAsync, CancellationToken.None);

        await transport.PublishAsync(Sample.Messages(0, count, Name), CancellationToken.None);
        await transport.PublishAsync([Sample.Message(count, Name)], CancellationToken.None);

        await collector.HasAsync(count + 1);
        collector.Bodies.ShouldBe(Enumerable.Range(0, count + 1).Select(Sample.Body));
        collector.BatchSizes.Max().ShouldBeLessThanOrEqualTo(10);
        collector.BatchSizes.Count.ShouldBeLessThanOrEqualTo(count + 1);
        await EmptiesAsync(Name);
    }

    [Test]
    public async Task A_message_keeps_its_id_name_and_trace()
    {
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        var collector = new Collector();
        await using var subscription = await transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);

        await transport.PublishAsync([Sample.Message(7, Name, traceParent: trace)], CancellationToken.None);

        await collector.HasAsync(1);
        var delivery = collector.Seen.ShouldHaveSingleItem();
        delivery.ShouldSatisfyAllConditions(
            () => delivery.Name.ShouldBe(Name),
            () => delivery.MessageId.ShouldBe(Sample.Id(7).ToString()),
            () => delivery.TraceParent.ShouldBe(trace),
            () => delivery.Attempts.ShouldBe(0));
    }

    [Test]
    public async Task Of_twelve_thirteen_fourteen_only_the_poisoned_thirteen_ends_on_the_error_queue()
    {
        var handled = new ConcurrentQueue<string>();
        var consumer = new BatchConsumer(
            Name,
            (batch, _) =>
            {
                var bodies = batch.Select(delivery => Encoding.UTF8.GetString(delivery.Body.Span)).ToList();
                if (bodies.Contains(Sample.Body(13)))
                    throw new FormatException("The borrower 010101-1234 cannot be read.");
                bodies.ForEach(handled.Enqueue);
                return Task.CompletedTask;
            },
            TimeProvider.System, TestLog.Logger);
        await transport.DeclareAsync([Queue], CancellationToken.None);
        await transport.PublishAsync(Sample.Messages(12, 3, Name), CancellationToken.None);

        await using var subscription = await transport.SubscribeAsync(Queue, consumer.HandleAsync, CancellationToken.None);

        await Eventually.TrueAsync(async () => await transport.DepthAsync(Topology.ErrorQueue(Name), default) == 1, () => "nothing on the error queue");
        await EmptiesAsync(Name);
        handled.Order(StringComparer.Ordinal).ShouldBe([Sample.Body(12), Sample.Body(14)]);
        var standing = (await Queues.PeekAsync(Topology.ErrorQueue(Name), 10, default)).ShouldHaveSingleItem();
        standing.Delivery.MessageId.ShouldBe(Sample.Id(13).ToString());
        standing.Delivery.Name.ShouldBe(Name);
        standing.Fault.ShouldNotBeNull();
        standing.Fault.Type.ShouldBe(typeof(FormatException).FullName);
        standing.Fault.Queue.ShouldBe(Name);
        standing.Fault.Text.ShouldContain("cannot be read");
        standing.Fault.Text.ShouldNotContain("1234", customMessage: "a CPR number left with the fault");
        standing.Fault.Text.Length.ShouldBeLessThanOrEqualTo(FaultNote.TextLimit);
    }

    [Test]
    public async Task What_a_handler_puts_in_the_bodys_place_is_what_lies_on_the_error_queue()
    {
        await using var subscription = await transport.SubscribeAsync(
            Queue,
            (batch, _) => Task.FromResult<IReadOnlyList<DeadLetter>>(
                [.. batch.Select(delivery => new DeadLetter(delivery, new PermanentException("Not today.")) { KeptBody = "sealed"u8.ToArray() })]),
            CancellationToken.None);
        await transport.PublishAsync(Sample.Messages(0, 1, Name), CancellationToken.None);

        await Eventually.TrueAsync(async () => await transport.DepthAsync(Topology.ErrorQueue(Name), default) == 1, () => "not on the error queue");
        Encoding.UTF8.GetString((await Queues.PeekAsync(Topology.ErrorQueue(Name), 10, default)).ShouldHaveSingleItem().Delivery.Body.Span).ShouldBe("sealed");
    }

    [Test]
    public async Task What_failed_after_it_was_acknowledged_is_put_on_the_error_queue_and_comes_back_clean()
    {
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        var fault = FaultNote.Of(new FormatException("Nobody understands 010101-1234."), new DateTimeOffset(2026, 11, 22, 6, 54, 0, 123, TimeSpan.Zero), Name);
        var errors = (IErrorQueues)transport;
        StandingMessage[] letters =
        [
            new(new Delivery("transfer-claim", Sample.Id(1).ToString(), "one"u8.ToArray(), trace), fault),
            new(new Delivery("transfer-claim", Sample.Id(2).ToString(), "two"u8.ToArray()), fault),
        ];

        // Also where nobody has declared the queue yet.
        await errors.PutAsync(Name, letters, default);
        await errors.PutAsync(Name, letters[..1], default);
        await errors.PutAsync(Name, [], default);

        var standing = await Queues.PeekAsync(Topology.ErrorQueue(Name), 10, default);
        standing.Select(message => message.Delivery.MessageId).ShouldBe([Sample.Id(1).ToString(), Sample.Id(2).ToString(), Sample.Id(1).ToString()]);
        standing.ShouldAllBe(message => message.Fault == fault && message.Delivery.Name == "transfer-claim");
        standing[0].Delivery.TraceParent.ShouldBe(trace);
        Encoding.UTF8.GetString(standing[1].Delivery.Body.Span).ShouldBe("two");
        standing[0].Fault!.Text.ShouldNotContain("1234");

        var collector = new Collector();
        await using var subscription = await transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);
        (await Queues.MoveAsync(Topology.ErrorQueue(Name), Name, [Sample.Id(2).ToString()], 10, default)).ShouldBe(1);
        await collector.HasAsync(1);
        collector.Seen.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            delivery => delivery.Name.ShouldBe("transfer-claim"),
            delivery => delivery.MessageId.ShouldBe(Sample.Id(2).ToString()),
            delivery => delivery.Attempts.ShouldBe(0));
        (await transport.DepthAsync(Topology.ErrorQueue(Name), default)).ShouldBe(2);
    }

    [Test]
    public async Task A_message_moved_back_from_the_error_queue_is_as_it_was_the_first_time()
    {
        var collector = new Collector();
        var poisoned = true;
        await using var subscription = await transport.SubscribeAsync(
            Queue,
            async (batch, cancellation) => poisoned
                ? [.. batch.Select(delivery => new DeadLetter(delivery, new PermanentException("Not today.")))]
                : await collector.HandleAsync(batch, cancellation),
            CancellationToken.None);
        await transport.PublishAsync(Sample.Messages(0, 3, Name), CancellationToken.None);
        await Eventually.TrueAsync(async () => await transport.DepthAsync(Topology.ErrorQueue(Name), default) == 3, () => "not on the error queue");
        poisoned = false;

        (await Queues.MoveAsync(Topology.ErrorQueue(Name), Name, [Sample.Id(1).ToString()], 10, default)).ShouldBe(1);
        await collector.HasAsync(1);
        (await Queues.MoveAsync(Topology.ErrorQueue(Name), Name, null, 10, default)).ShouldBe(2);
        await collector.HasAsync(3);

        collector.Bodies.ShouldBe([Sample.Body(1), Sample.Body(0), Sample.Body(2)], ignoreOrder: true);
        collector.Seen.ShouldAllBe(delivery => delivery.Name == Name && delivery.Attempts == 0);
        await EmptiesAsync(Topology.ErrorQueue(Name));
    }

    [Test]
    public async Task What_nobody_listens_to_is_kept_on_unrouted()
    {
        var before = await transport.DepthAsync(Topology.Unrouted, default) ?? 0;

        await transport.PublishAsync([Sample.Message(1, Name)], CancellationToken.None);

        await Eventually.TrueAsync(async () => await transport.DepthAsync(Topology.Unrouted, default) == before + 1, () => "not on unrouted");
    }

    [Test]
    public async Task A_batch_whose_handler_throws_is_delivered_again_with_its_attempts_counted()
    {
        var attempts = new ConcurrentQueue<int>();
        await using var subscription = await transport.SubscribeAsync(
            Queue,
            (batch, _) =>
            {
                attempts.Enqueue(batch[0].Attempts);
                return attempts.Count < 3 ? throw new TransientException("Not yet.") : Task.FromResult<IReadOnlyList<DeadLetter>>([]);
            },
            CancellationToken.None);

        await transport.PublishAsync([Sample.Message(1, Name)], CancellationToken.None);

        await Eventually.TrueAsync(() => attempts.Count == 3, () => $"{attempts.Count} attempts");
        attempts.ShouldBe([0, 1, 2]);
        await EmptiesAsync(Name);
    }

    [Test]
    public async Task A_pause_keeps_the_backlog_and_loses_nothing()
    {
        var collector = new Collector();
        await using var subscription = await transport.SubscribeAsync(Queue with { BatchSize = 7 }, collector.HandleAsync, CancellationToken.None);
        var publishing = PublishAllAsync(2_000);
        await collector.HasAsync(50);

        await subscription.PauseAsync(CancellationToken.None);
        subscription.IsConsuming.ShouldBeFalse();
        await publishing;
        var seen = collector.Seen.Count;
        await transport.PublishAsync([Sample.Message(2_000, Name)], CancellationToken.None);
        collector.Seen.Count.ShouldBe(seen, "something was handled while paused");
        await Eventually.TrueAsync(async () => await transport.DepthAsync(Name, default) == 2_001 - seen, () => "the backlog is not on the queue");

        await subscription.ResumeAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => subscription.IsConsuming, () => "not consuming");
        await collector.HasAsync(2_001);
        collector.Bodies.Distinct(StringComparer.Ordinal).Count().ShouldBe(2_001);
        await EmptiesAsync(Name);
    }

    [Test]
    public async Task Two_consumers_share_a_queue()
    {
        var one = new Collector();
        var two = new Collector();
        var narrow = Queue with { BatchSize = 5, Concurrency = 1 };
        await using var first = await transport.SubscribeAsync(narrow, Slowly(one), CancellationToken.None);
        await using var second = await transport.SubscribeAsync(narrow, Slowly(two), CancellationToken.None);

        await PublishAllAsync(200);

        await Eventually.TrueAsync(() => one.Seen.Count + two.Seen.Count == 200, () => $"{one.Seen.Count} + {two.Seen.Count}");
        one.Bodies.Concat(two.Bodies).Distinct(StringComparer.Ordinal).Count().ShouldBe(200);
        one.Seen.ShouldNotBeEmpty();
        two.Seen.ShouldNotBeEmpty();

        static BatchHandler Slowly(Collector collector) => async (batch, cancellation) =>
        {
            await Task.Delay(10, cancellation);
            return await collector.HandleAsync(batch, cancellation);
        };
    }

    [Test]
    public async Task A_handler_sees_no_more_batches_at_a_time_than_asked()
    {
        var (now, most, handled) = (0, 0, 0);
        await using var subscription = await transport.SubscribeAsync(
            Queue with { BatchSize = 3, Concurrency = 4 },
            async (batch, cancellation) =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref now));
                await Task.Delay(10, cancellation);
                Interlocked.Decrement(ref now);
                Interlocked.Add(ref handled, batch.Count);
                return [];
            },
            CancellationToken.None);

        await PublishAllAsync(300);

        await Eventually.TrueAsync(() => Volatile.Read(ref handled) == 300, () => $"{handled} handled");
        most.ShouldBe(4);
    }

    [Test]
    public async Task Ten_megabytes_arrive_whole()
    {
        var collector = new Collector();
        var body = new byte[10_000_000];
        new Random(1).NextBytes(body);
        await using var subscription = await transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);

        await transport.PublishAsync([new OutgoingMessage(Name, Sample.Id(1), body), Sample.Message(2, Name)], CancellationToken.None);

        await collector.HasAsync(2);
        collector.Seen.First().Body.Span.SequenceEqual(body).ShouldBeTrue();
    }

    [Test]
    public async Task A_queue_nobody_declared_has_no_depth() => (await transport.DepthAsync("nobody-knows-it", default)).ShouldBeNull();

    protected async Task PublishAllAsync(int count)
    {
        for (var first = 0; first < count; first += 100)
            await transport.PublishAsync(Sample.Messages(first, Math.Min(100, count - first), Name), CancellationToken.None);
    }

    protected Task EmptiesAsync(string queue) =>
        Eventually.TrueAsync(async () => await transport.DepthAsync(queue, default) == 0, () => $"{queue} does not become empty");

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
            continue;
    }
}
