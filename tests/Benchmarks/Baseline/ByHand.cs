using System.Reflection;
using System.Text.Json;
using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;

namespace ClaimsTransfer.Benchmarks.Baseline;

/// <summary>The ceiling: a step on RabbitMQ.Client by hand, in batches of the size, the linger and the number at a time that our queues have.</summary>
internal sealed class ByHand<TIn, TOut>(Step<TIn, TOut> step, BaselineStore store, Uri broker) : BackgroundService
    where TIn : class
    where TOut : class
{
    private readonly List<Lane> _lanes = [];
    private IConnection? _consuming;
    private IConnection? _publishing;

    /// <summary>The host listens for HTTP, and so is ready, when this has returned.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = broker };
        _consuming = await factory.CreateConnectionAsync($"{step.Queue}, consuming", cancellationToken);
        _publishing = await factory.CreateConnectionAsync($"{step.Queue}, publishing", cancellationToken);
        for (var lane = 0; lane < Batches.AtATime; lane++)
            _lanes.Add(new Lane(await _consuming.CreateChannelAsync(cancellationToken: cancellationToken), await PublishingChannelAsync(cancellationToken), step, store));
        await _lanes[0].DeclareAsync(cancellationToken);
        foreach (var lane in _lanes)
            await lane.ConsumeAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_consuming is not null)
            await _consuming.DisposeAsync();
        if (_publishing is not null)
            await _publishing.DisposeAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken) => await await Task.WhenAny(_lanes.Select(lane => lane.RunAsync(stoppingToken)));

    private Task<IChannel> PublishingChannelAsync(CancellationToken cancellation) => _publishing!.CreateChannelAsync(
        new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null), cancellation);

    /// <summary>One channel, one batch after the other, so that one acknowledgement settles a whole batch.</summary>
    private sealed class Lane(IChannel channel, IChannel publishing, Step<TIn, TOut> step, BaselineStore store) : AsyncDefaultBasicConsumer(channel)
    {
        private static readonly string Incoming = NameOf<TIn>();
        private static readonly string Outgoing = NameOf<TOut>();
        private readonly Channel<(ulong Tag, TIn Message)> _arrived = System.Threading.Channels.Channel.CreateUnbounded<(ulong, TIn)>();

        public async Task DeclareAsync(CancellationToken cancellation)
        {
            foreach (var exchange in (string[])[Incoming, Outgoing])
                await Channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: cancellation);
            await Channel.QueueDeclareAsync(
                step.Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }, cancellationToken: cancellation);
            await Channel.QueueBindAsync(step.Queue, Incoming, "", cancellationToken: cancellation);
        }

        public async Task ConsumeAsync(CancellationToken cancellation)
        {
            await Channel.BasicQosAsync(0, (ushort)(2 * Batches.Size), global: false, cancellation);
            await Channel.BasicConsumeAsync(step.Queue, autoAck: false, this, cancellation);
        }

        // The body is the client's own and is gone after this.
        public override async Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body,
            CancellationToken cancellationToken = default) =>
            await _arrived.Writer.WriteAsync((deliveryTag, JsonSerializer.Deserialize<TIn>(body.Span, BaselineStore.Json)!), cancellationToken);

        public async Task RunAsync(CancellationToken cancellation)
        {
            while (await _arrived.Reader.WaitToReadAsync(cancellation))
            {
                var messages = new List<TIn>(Batches.Size);
                var last = Take(messages, 0);
                if (messages.Count < Batches.Size)
                {
                    await Task.Delay(Batches.Linger, cancellation);
                    last = Take(messages, last);
                }
                var next = messages.ConvertAll(step.Next);
                await store.SaveAsync(step, messages, next, cancellation);
                await Task.WhenAll(next.Select(message => PublishAsync(message, cancellation)));
                await Channel.BasicAckAsync(last, multiple: true, cancellation);
            }
        }

        private ulong Take(List<TIn> messages, ulong last)
        {
            while (messages.Count < Batches.Size && _arrived.Reader.TryRead(out var arrived))
            {
                messages.Add(arrived.Message);
                last = arrived.Tag;
            }
            return last;
        }

        private Task PublishAsync(TOut message, CancellationToken cancellation) => publishing.BasicPublishAsync(
            Outgoing, "", mandatory: true, new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent },
            JsonSerializer.SerializeToUtf8Bytes(message, BaselineStore.Json), cancellation).AsTask();

        private static string NameOf<T>() => typeof(T).GetCustomAttribute<EntityNameAttribute>()!.EntityName;
    }
}
