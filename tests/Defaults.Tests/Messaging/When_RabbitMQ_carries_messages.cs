using System.Diagnostics;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using ClaimsTransfer.Support;
using RabbitMQ.Client;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Messaging;

public sealed class When_RabbitMQ_carries_messages : TransportContract
{
    protected override async Task<ITransport> OpenAsync() =>
        NativeTransport.Open(await RabbitMqServer.UriAsync(), TestContext.CurrentContext.Test.Name, TimeProvider.System, TestLog.Loggers);

    [Test]
    public async Task A_plain_client_without_id_or_trace_is_understood()
    {
        var collector = new Collector();
        await using var subscription = await Transport.SubscribeAsync(Queue, collector.HandleAsync, CancellationToken.None);

        await PublishPlainlyAsync(Name, """{"feeId":434536}""");

        await collector.HasAsync(1);
        var delivery = collector.Seen.ShouldHaveSingleItem();
        delivery.Name.ShouldBe(Name);
        delivery.MessageId.ShouldBeNull();
        delivery.TraceParent.ShouldBeNull();
        collector.Bodies.ShouldBe(["""{"feeId":434536}"""]);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_broker_that_restarts_while_messages_flow_loses_none(bool killed)
    {
        var broker = await RabbitMqServer.LocalAsync();
        var collector = new Collector();
        // RabbitMQ 3.10 registers a new quorum queue on disk a moment after it says so, and a power cut in that moment empties the queue for good.
        // Ours are declared once and live for years: the test's has seen one orderly restart before it is put to the test.
        await Transport.DeclareAsync([Queue], CancellationToken.None);
        await broker.StopAsync();
        await broker.RestartAsync();
        await using var subscription = await Transport.SubscribeAsync(Queue with { BatchSize = 20 }, collector.HandleAsync, CancellationToken.None);
        var publishing = PublishAllAsync(20_000);
        await collector.HasAsync(1_000);

        await (killed ? broker.KillAsync() : broker.StopAsync());
        publishing.IsCompleted.ShouldBeFalse("everything was published before the broker went");
        await Eventually.TrueAsync(() => !subscription.IsConsuming && !Transport.IsHealthy, () => "the consumer looks alive without a broker");
        await broker.RestartAsync();

        await publishing;
        await Eventually.TrueAsync(
            () => collector.Seen.Select(delivery => delivery.MessageId).Distinct(StringComparer.Ordinal).Count() == 20_000, () => "messages are missing", seconds: 60);
        subscription.IsConsuming.ShouldBeTrue();
        Transport.IsHealthy.ShouldBeTrue();
        await EmptiesAsync(Name);
    }

    [Test]
    public async Task A_consumer_whose_queue_is_deleted_does_not_look_alive()
    {
        await using var subscription = await Transport.SubscribeAsync(Queue, new Collector().HandleAsync, CancellationToken.None);
        await Eventually.TrueAsync(() => subscription.IsConsuming, () => "never consumed");

        await using var connection = await new ConnectionFactory { Uri = new Uri(await RabbitMqServer.UriAsync()) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeleteAsync(Name);

        await Eventually.TrueAsync(() => !subscription.IsConsuming && !Transport.IsHealthy, () => "it looks alive");
    }

    [Test]
    public async Task A_pause_repeated_beyond_the_delivery_limit_buries_nothing()
    {
        var collector = new Collector();
        var held = new TaskCompletionSource();
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

    /// <summary>As Debian's amqp-tools do it; where they are not installed, as any client would.</summary>
    private static async Task PublishPlainlyAsync(string exchange, string body)
    {
        var uri = await RabbitMqServer.UriAsync();
        if (File.Exists("/usr/bin/amqp-publish"))
        {
            using var publish = Process.Start("amqp-publish", ["-u", uri, "-e", exchange, "-r", "", "-C", "application/json", "-p", "-b", body])!;
            await publish.WaitForExitAsync();
            publish.ExitCode.ShouldBe(0);
            return;
        }
        await using var connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicPublishAsync(exchange, "", System.Text.Encoding.UTF8.GetBytes(body));
    }
}
