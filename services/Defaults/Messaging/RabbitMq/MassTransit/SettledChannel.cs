using MassTransit.Middleware;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.MassTransit;

/// <summary>
/// The channel as MassTransit's endpoint may use it. It consumes from our queue, whatever the endpoint is called. It declares and binds nothing: queues and exchanges are made by
/// <see cref="BrokerDeclarations"/>, with our arguments, and a user needs no right to make any of MassTransit's. And it acknowledges nothing: a delivery is settled with its batch.
/// </summary>
/// <param name="mayTake">Asked of each delivery by its size, before MassTransit has it.</param>
/// <param name="consuming">Told the consumer's tag.</param>
internal sealed class SettledChannel(ChannelContext context, string queue, Func<int, bool> mayTake, Action<string> consuming)
    : ProxyPipeContext(context), ChannelContext
{
    private readonly ChannelContext context = context;

    public IChannel Channel => context.Channel;

    public ConnectionContext ConnectionContext => context.ConnectionContext;

    public async Task<string> BasicConsume(
        string queue_, bool noAck, bool exclusive, IDictionary<string, object> arguments, IAsyncBasicConsumer consumer, string consumerTag, CancellationToken cancellationToken)
    {
        var tag = await context.BasicConsume(queue, noAck: false, exclusive, arguments, new Weighing(consumer, mayTake), consumerTag, cancellationToken);
        consuming(tag);
        return tag;
    }

    public ValueTask BasicAck(ulong deliveryTag, bool multiple, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public Task BasicNack(ulong deliveryTag, bool multiple, bool requeue, CancellationToken cancellationToken) =>
        context.BasicNack(deliveryTag, multiple, requeue, cancellationToken);

    public Task BasicQos(uint prefetchSize, ushort prefetchCount, bool global, CancellationToken cancellationToken) =>
        context.BasicQos(prefetchSize, prefetchCount, global, cancellationToken);

    public Task BasicCancel(string consumerTag, CancellationToken cancellationToken) => context.BasicCancel(consumerTag, cancellationToken);

    public Task BasicPublishAsync(
        string exchange, string routingKey, bool mandatory, BasicProperties basicProperties, byte[] body, bool awaitAck, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The consuming bus publishes nothing.");

    public Task ExchangeBind(string destination, string source, string routingKey, IDictionary<string, object> arguments, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ExchangeDeclare(string exchange, string type, bool durable, bool autoDelete, IDictionary<string, object> arguments, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task ExchangeDeclarePassive(string exchange, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task QueueBind(string queue_, string exchange, string routingKey, IDictionary<string, object> arguments, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<QueueDeclareOk> QueueDeclare(
        string queue_, bool durable, bool exclusive, bool autoDelete, IDictionary<string, object> arguments, CancellationToken cancellationToken) => Declared;

    public Task<QueueDeclareOk> QueueDeclarePassive(string queue_, CancellationToken cancellationToken) => Declared;

    public Task<uint> QueuePurge(string queue_, CancellationToken cancellationToken) => throw new NotSupportedException("No queue of ours is ever emptied so.");

    public void NotifyFaulted(Exception exception, Uri inputAddress) => context.NotifyFaulted(exception, inputAddress);

    private Task<QueueDeclareOk> Declared => Task.FromResult(new QueueDeclareOk(queue, 0, 0));

    private sealed class Weighing(IAsyncBasicConsumer inner, Func<int, bool> mayTake) : IAsyncBasicConsumer
    {
        public IChannel? Channel => inner.Channel;

        public Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default) =>
            inner.HandleBasicCancelAsync(consumerTag, cancellationToken);

        public Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default) =>
            inner.HandleBasicCancelOkAsync(consumerTag, cancellationToken);

        public Task HandleBasicConsumeOkAsync(string consumerTag, CancellationToken cancellationToken = default) =>
            inner.HandleBasicConsumeOkAsync(consumerTag, cancellationToken);

        public Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties,
            ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default) =>
            mayTake(body.Length)
                ? inner.HandleBasicDeliverAsync(consumerTag, deliveryTag, redelivered, exchange, routingKey, properties, body, cancellationToken)
                : Task.CompletedTask;

        public Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason) => inner.HandleChannelShutdownAsync(channel, reason);
    }
}
