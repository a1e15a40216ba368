using ClaimsTransfer.Defaults.Messaging;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging.Contract;

public abstract class When_a_consumer_pauses_or_stops<TSource> : TransportContract<TSource>
    where TSource : ITransportSource, new()
{
    [Test]
    public async Task A_pause_keeps_the_backlog_and_loses_nothing()
    {
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Queue with { BatchSize = 7 }, collector.HandleAsync, CancellationToken.None);
        var publishing = PublishAllAsync(2_000);
        await collector.HasAsync(50);

        await subscription.PauseAsync(CancellationToken.None);
        subscription.IsConsuming.ShouldBeFalse();
        await publishing;
        var seen = collector.Seen.Count;
        await Transport.PublishAsync([Sample.Message(2_000, Name)], CancellationToken.None);
        collector.Seen.Count.ShouldBe(seen, "something was handled while paused");
        await HasDepthAsync(Name, 2_001 - seen);

        await subscription.ResumeAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => subscription.IsConsuming, () => "not consuming");
        await collector.HasAsync(2_001);
        collector.Bodies.Distinct(StringComparer.Ordinal).Count().ShouldBe(2_001);
        await EmptiesAsync(Name);
    }

    [Test]
    public async Task A_stop_settles_what_is_in_hand_and_gives_back_what_is_in_no_batch()
    {
        var (handled, begun, release) = (new Collector(), 0, new TaskCompletionSource());
        await using var stopped = await Transport.SubscribeAsync(
            Narrow,
            async (batch, cancellation) =>
            {
                Interlocked.Increment(ref begun);
                await release.Task.WaitAsync(cancellation);
                return await handled.HandleAsync(batch, cancellation);
            },
            CancellationToken.None);
        await PublishAllAsync(100);
        await Eventually.TrueAsync(() => Volatile.Read(ref begun) == Narrow.Concurrency, () => $"{begun} batches in hand");

        var stopping = stopped.DisposeAsync().AsTask();
        stopping.IsCompleted.ShouldBeFalse("it does not wait for what is in hand");
        release.SetResult();
        await stopping.WaitAsync(Eventually.Patience);

        stopped.IsConsuming.ShouldBeFalse();
        var settled = handled.Seen.Count;
        settled.ShouldBeInRange(Narrow.Concurrency, Narrow.BatchSize * Narrow.Concurrency, "what was prefetched was handled as well");
        await HasDepthAsync(Name, 100 - settled);
        var rest = new Collector();
        await using var next = await Transport.SubscribeAsync(Queue, rest.HandleAsync, CancellationToken.None);
        await rest.HasAsync(100 - settled);
        rest.Bodies.Concat(handled.Bodies).ShouldBe(Enumerable.Range(0, 100).Select(Sample.Body), ignoreOrder: true);
    }

    [Test]
    public async Task A_stop_gives_back_what_is_not_finished_within_its_grace()
    {
        var begun = new TaskCompletionSource();
        await using var stopped = await Transport.SubscribeAsync(
            Narrow with { Grace = TimeSpan.FromMilliseconds(200) },
            async (_, cancellation) =>
            {
                begun.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellation);
                return [];
            },
            CancellationToken.None);
        await PublishAllAsync(40);
        await begun.Task.WaitAsync(Eventually.Patience);

        await stopped.DisposeAsync().AsTask().WaitAsync(Eventually.Patience);

        await HasDepthAsync(Name, 40);
        var collector = new Collector();
        await using var next = await Transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);
        await collector.HasAsync(40);
        collector.Bodies.ShouldBe(Enumerable.Range(0, 40).Select(Sample.Body), ignoreOrder: true);
        collector.Seen.ShouldContain(delivery => delivery.Attempts == 1, "what was in hand counts as tried");
    }

    private QueueDefinition Narrow => Queue with { BatchSize = 5, Concurrency = 4 };
}
