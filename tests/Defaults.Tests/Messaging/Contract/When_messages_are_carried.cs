using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging.Contract;

public abstract class When_messages_are_carried<TSource> : TransportContract<TSource>
    where TSource : ITransportSource, new()
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(9)]
    [TestCase(10)]
    [TestCase(11)]
    [TestCase(101)]
    [TestCase(3_000)]
    public async Task Every_message_arrives_once_in_order_where_that_is_kept_and_in_batches_no_larger_than_asked(int count)
    {
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Queue with { BatchSize = 10, Concurrency = 1 }, collector.HandleAsync, CancellationToken.None);

        await Transport.PublishAsync(Sample.Messages(0, count, Name), CancellationToken.None);
        await Transport.PublishAsync([Sample.Message(count, Name)], CancellationToken.None);

        await collector.HasAsync(count + 1);
        collector.Bodies.ShouldBe(Enumerable.Range(0, count + 1).Select(Sample.Body), ignoreOrder: !Source.KeepsOrder);
        TestContext.Out.WriteLine($"{Late(collector)} of {count + 1} were handled late");
        collector.BatchSizes.Max().ShouldBeLessThanOrEqualTo(10);
        collector.BatchSizes.Count.ShouldBeLessThanOrEqualTo(count + 1);
        await EmptiesAsync(Name);
    }

    [Test]
    public async Task A_message_keeps_its_id_name_and_trace()
    {
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);

        await Transport.PublishAsync([Sample.Message(7, Name, traceParent: trace)], CancellationToken.None);

        await collector.HasAsync(1);
        var delivery = collector.Seen.ShouldHaveSingleItem();
        delivery.ShouldSatisfyAllConditions(
            () => delivery.Name.ShouldBe(Name),
            () => delivery.MessageId.ShouldBe(Sample.Id(7).ToString()),
            () => delivery.TraceParent.ShouldBe(trace),
            () => delivery.Attempts.ShouldBe(0));
    }

    [Test]
    public async Task Any_body_arrives_as_the_bytes_it_is()
    {
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);

        await Transport.PublishAsync([.. OddBodies.All.Select((body, number) => new OutgoingMessage(Name, Sample.Id(number), body))], CancellationToken.None);

        await collector.HasAsync(OddBodies.All.Count);
        for (var number = 0; number < OddBodies.All.Count; number++)
            collector.Seen.Single(delivery => delivery.MessageId == Sample.Id(number).ToString()).Body.ToArray().ShouldBe(OddBodies.All[number]);
        await EmptiesAsync(Name);
        await EmptiesAsync(Topology.ErrorQueue(Name));
    }

    [Test]
    public async Task A_key_decides_which_queues_a_message_comes_to()
    {
        var (one, every, direct) = (new Collector(), new Collector(), new Collector());
        await using var first = await Transport.SubscribeAsync(new($"{Name}.one", [new(MessageNames.TransferReported, "0101")]), one.HandleAsync, CancellationToken.None);
        await using var second = await Transport.SubscribeAsync(new($"{Name}.every", [new(MessageNames.TransferReported, Topology.EveryKey)]), every.HandleAsync, CancellationToken.None);
        await using var third = await Transport.SubscribeAsync(new($"{Name}.direct", [new(MessageNames.TransferClaim, Name)]), direct.HandleAsync, CancellationToken.None);

        await Transport.PublishAsync(
            [
                Sample.Message(1, MessageNames.TransferReported, "0101"), Sample.Message(2, MessageNames.TransferReported, "0461"), Sample.Message(3, MessageNames.TransferReported),
                Sample.Message(4, MessageNames.TransferClaim, Name), Sample.Message(5, MessageNames.TransferClaim, $"{Name}.other"),
            ],
            CancellationToken.None);

        await every.HasAsync(3);
        await one.HasAsync(1);
        await direct.HasAsync(1);
        every.Bodies.ShouldBe([Sample.Body(1), Sample.Body(2), Sample.Body(3)], ignoreOrder: true);
        one.Bodies.ShouldBe([Sample.Body(1)]);
        direct.Bodies.ShouldBe([Sample.Body(4)]);
    }

    [Test]
    public async Task What_nobody_listens_to_is_kept_on_unrouted()
    {
        var before = await Transport.DepthAsync(Topology.Unrouted, default) ?? 0;

        await Transport.PublishAsync([Sample.Message(1, Name)], CancellationToken.None);

        await HasDepthAsync(Topology.Unrouted, before + 1);
    }

    [Test]
    public async Task Two_consumers_share_a_queue()
    {
        var one = new Collector();
        var two = new Collector();
        var narrow = Queue with { BatchSize = 5, Concurrency = 1 };
        await using var first = await Transport.SubscribeAsync(narrow, Slowly(one), CancellationToken.None);
        await using var second = await Transport.SubscribeAsync(narrow, Slowly(two), CancellationToken.None);

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
        await using var subscription = await Transport.SubscribeAsync(
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
        await using var subscription = await Transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);

        await Transport.PublishAsync([new OutgoingMessage(Name, Sample.Id(1), body), Sample.Message(2, Name)], CancellationToken.None);

        await collector.HasAsync(2);
        collector.Seen.Single(delivery => delivery.MessageId == Sample.Id(1).ToString()).Body.Span.SequenceEqual(body).ShouldBeTrue();
    }

    [Test]
    public async Task A_queue_nobody_declared_has_no_depth() => (await Transport.DepthAsync("nobody-knows-it", default)).ShouldBeNull();

    /// <summary>How many came after one that was published after them.</summary>
    private static int Late(Collector collector)
    {
        var order = Enumerable.Range(0, collector.Seen.Count).ToDictionary(number => Sample.Id(number).ToString(), number => number, StringComparer.Ordinal);
        var (late, last) = (0, -1);
        foreach (var number in collector.Seen.Select(delivery => order[delivery.MessageId!]))
        {
            if (number < last)
                late++;
            last = Math.Max(last, number);
        }
        return late;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
            continue;
    }
}
