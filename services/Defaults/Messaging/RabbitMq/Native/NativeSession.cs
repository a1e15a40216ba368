using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.Native;

/// <summary>A consumer on a channel of its own.</summary>
internal sealed class NativeSession : ConsumerSession
{
    private NativeSession(IChannel channel, Consumption consumption)
        : base(consumption) => Channel = channel;

    protected override IChannel Channel { get; }

    public static async Task<ConsumerSession> OpenAsync(IConnection connection, Consumption consumption, CancellationToken cancellation)
    {
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(false, false, null, consumerDispatchConcurrency: 1), cancellation);
        var session = new NativeSession(channel, consumption);
        try
        {
            await channel.BasicQosAsync(0, consumption.Prefetch.Count, global: false, cancellation);
            session.ConsumerTag = await channel.BasicConsumeAsync(consumption.Queue.Name, autoAck: false, new Consumer(session), cancellation);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    protected override ValueTask CloseAsync() => Channel.DisposeAsync();

    private sealed class Consumer(NativeSession session) : AsyncDefaultBasicConsumer(session.Channel)
    {
        public override Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties,
            ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
        {
            if (session.MayTake(body.Length))
                session.Take(deliveryTag, exchange, routingKey, redelivered, properties, body.ToArray());
            return Task.CompletedTask;
        }

        /// <summary>The broker cancels consumers of a queue that is deleted or loses its leader; the connection stays open and looks healthy.</summary>
        public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default) => session.LoseAsync();

        public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason) => session.LoseAsync();
    }
}
