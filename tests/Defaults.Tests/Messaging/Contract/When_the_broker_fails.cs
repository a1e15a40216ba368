using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Support;
using RabbitMQ.Client;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging.Contract;

public abstract class When_the_broker_fails<TSource> : BrokerContract<TSource>
    where TSource : RabbitMqSource, new()
{
    /// <summary>How far the publisher goes ahead of the consumer, so that messages flow both ways however fast the machine is.</summary>
    private const int Ahead = 2_000;

    protected override Task<string> BrokerAsync() => OwnBroker.UriAsync();

    /// <summary>
    /// RabbitMQ 3.10 registers a new quorum queue on disk a moment after it says so, and a power cut in that moment empties the queue for good. Ours are declared once and live for
    /// years: this one has seen an orderly stop before the kill.
    /// </summary>
    [Test]
    public async Task Stopped_and_then_killed_while_messages_flow_both_ways_it_loses_none_and_everybody_sees_it()
    {
        var broker = await RabbitMqServer.OwnAsync();
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Queue with { BatchSize = 20 }, collector.HandleAsync, CancellationToken.None);
        var (published, seen) = (0, 0);
        using var enough = new CancellationTokenSource();
        var publishing = PublishUntilEnoughAsync();

        foreach (var end in (Func<Task>[])[broker.StopAsync, broker.KillAsync])
        {
            await collector.HasAsync(seen + 1_000);
            await end();
            await Eventually.TrueAsync(() => !subscription.IsConsuming && !Transport.IsHealthy, () => "it looks alive without a broker");
            seen = collector.Seen.Count;
            await broker.RestartAsync();
        }

        await enough.CancelAsync();
        await publishing;
        await Eventually.TrueAsync(
            () => collector.Seen.Select(delivery => delivery.MessageId).Distinct(StringComparer.Ordinal).Count() == published, () => "messages are missing", seconds: 60);
        await Eventually.TrueAsync(() => subscription.IsConsuming && Transport.IsHealthy, () => "it does not look alive with a broker");
        await EmptiesAsync(Name);
        TestContext.Out.WriteLine($"{collector.Seen.Count - published} of {published} came twice");

        // What is under way when it is enough is published for good: what is counted is what has to come.
        async Task PublishUntilEnoughAsync()
        {
            while (!enough.IsCancellationRequested)
            {
                if (published - collector.Seen.Count >= Ahead)
                {
                    await Task.Delay(5, CancellationToken.None);
                    continue;
                }

                await Transport.PublishAsync(Sample.Messages(published, 100, Name), CancellationToken.None);
                published += 100;
            }
        }
    }

    [Test]
    public async Task Blocked_it_makes_publishing_wait_while_consuming_goes_on()
    {
        var (collector, let) = (new Collector(), new TaskCompletionSource());
        await using var subscription = await Transport.SubscribeAsync(
            Queue with { BatchSize = 10, Concurrency = 1 },
            async (batch, cancellation) =>
            {
                await let.Task.WaitAsync(cancellation);
                return await collector.HandleAsync(batch, cancellation);
            },
            CancellationToken.None);
        await PublishAllAsync(100);

        Task publishing;
        await using (await OwnBroker.BlockedAsync())
        {
            publishing = Transport.PublishAsync([Sample.Message(100, Name)], CancellationToken.None);
            await Eventually.TrueAsync(() => !Transport.IsHealthy, () => "it looks alive while nothing can be published");
            let.SetResult();
            await collector.HasAsync(100);
            publishing.IsCompleted.ShouldBeFalse("published on a broker that takes nothing");
        }

        await publishing.WaitAsync(Eventually.Patience);
        await Eventually.TrueAsync(() => Transport.IsHealthy, () => "it does not look alive although the broker takes messages again");
        await collector.HasAsync(101);
        collector.Bodies.Distinct(StringComparer.Ordinal).Count().ShouldBe(101);
        await EmptiesAsync(Name);
    }

    /// <summary>Nobody's messages are made up for: what is published meanwhile is kept on <see cref="Topology.Unrouted"/>, and whoever deleted the queue makes it again.</summary>
    [Test]
    public async Task A_consumer_whose_queue_is_deleted_does_not_look_alive_until_it_is_there_again()
    {
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);
        await Eventually.TrueAsync(() => subscription.IsConsuming && Transport.IsHealthy, () => "never consumed");
        var unrouted = await Transport.DepthAsync(Topology.Unrouted, CancellationToken.None);

        await Plain.QueueDeleteAsync(Name);

        await Eventually.TrueAsync(() => !subscription.IsConsuming && !Transport.IsHealthy, () => "it looks alive");
        await Transport.PublishAsync([Sample.Message(1, Name)], CancellationToken.None);
        await HasDepthAsync(Topology.Unrouted, unrouted!.Value + 1);
        subscription.IsConsuming.ShouldBeFalse();

        await using (var other = Source.Open(await BrokerAsync()))
            await other.DeclareAsync([Queue], CancellationToken.None);
        await Eventually.TrueAsync(() => subscription.IsConsuming && Transport.IsHealthy, () => "it does not come back");
        await Transport.PublishAsync([Sample.Message(2, Name)], CancellationToken.None);
        await collector.HasAsync(1);
        collector.Bodies.ShouldBe([Sample.Body(2)]);
    }

    /// <summary>On 3.10 to 4.2 the broker closes the channel, from 4.3 on it cancels the consumer; either way another takes over without being asked to.</summary>
    [Test]
    public async Task A_batch_held_longer_than_the_broker_waits_comes_again_and_the_consumer_is_back()
    {
        await using var patience = await OwnBroker.WaitingForConsumersAsync(TimeSpan.FromSeconds(2));
        var (collector, ended) = (new Collector(), new TaskCompletionSource());
        await using var subscription = await Transport.SubscribeAsync(
            Queue,
            async (batch, cancellation) =>
            {
                if (ended.Task.IsCompleted)
                    return await collector.HandleAsync(batch, cancellation);
                await using (cancellation.Register(() => ended.TrySetResult()))
                    await Task.Delay(Timeout.Infinite, cancellation);
                return [];
            },
            CancellationToken.None);
        await PublishAllAsync(3);

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await collector.HasAsync(3);
        collector.Bodies.Distinct(StringComparer.Ordinal).Count().ShouldBe(3);
        await Eventually.TrueAsync(() => subscription.IsConsuming && Transport.IsHealthy, () => "it does not look alive again");
        await EmptiesAsync(Name);
    }

    [Test]
    public async Task A_pause_repeated_beyond_the_delivery_limit_buries_nothing()
    {
        var (collector, held) = (new Collector(), new TaskCompletionSource());
        await using var subscription = await Transport.SubscribeAsync(
            Queue with { BatchSize = 1, Concurrency = 1, Linger = TimeSpan.Zero, Grace = TimeSpan.FromSeconds(2) },
            async (batch, cancellation) =>
            {
                await held.Task.WaitAsync(TimeSpan.FromMilliseconds(20), cancellation);
                return await collector.HandleAsync(batch, cancellation);
            },
            CancellationToken.None);
        await PublishAllAsync(3);

        for (var pause = 0; pause < Topology.DeliveryLimit + 10; pause++)
        {
            await Eventually.TrueAsync(() => subscription.IsConsuming, () => "not consuming");
            await subscription.PauseAsync(CancellationToken.None);
            await subscription.ResumeAsync(CancellationToken.None);
        }
        held.SetResult();

        await Eventually.TrueAsync(() => collector.Bodies.Distinct(StringComparer.Ordinal).Count() == 3, () => $"{collector.Seen.Count} of 3 arrived");
        await EmptiesAsync(Name);
        (await Transport.DepthAsync(Topology.DeadQueue(Name), default)).ShouldBe(0);
    }
}
