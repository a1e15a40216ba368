using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>How our exchanges and queues are made on RabbitMQ 3.10 to 4.x.</summary>
internal static class BrokerTopology
{
    /// <summary>
    /// Error, dead and unrouted queues keep what they have, whatever happens: no time to live, no length limit, no dead-letter exchange. RabbitMQ 4 would
    /// drop a message looked at 20 times, so their delivery limit is out of reach.
    /// </summary>
    public static Dictionary<string, object?> Keeping { get; } = new(StringComparer.Ordinal)
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = 1_000_000,
    };

    public static Dictionary<string, object?> ExchangeArguments { get; } = new(StringComparer.Ordinal) { ["alternate-exchange"] = Topology.Unrouted };

    /// <summary>A message whose consumers die again and again is moved, at least once, to its dead queue; reject-publish is what that strategy asks for.</summary>
    public static Dictionary<string, object?> Working(string queue) => new(StringComparer.Ordinal)
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = Topology.DeliveryLimit,
        ["x-dead-letter-exchange"] = Topology.DeadLetterExchange,
        ["x-dead-letter-routing-key"] = Topology.DeadQueue(queue),
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };

    public static async Task DeclareCommonAsync(IChannel channel, CancellationToken cancellation)
    {
        await channel.ExchangeDeclareAsync(Topology.Unrouted, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellation);
        await channel.ExchangeDeclareAsync(Topology.DeadLetterExchange, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: cancellation);
        await QueueAsync(channel, Topology.Unrouted, Keeping, cancellation);
        await channel.QueueBindAsync(Topology.Unrouted, Topology.Unrouted, "", cancellationToken: cancellation);
    }

    public static Task DeclareExchangeAsync(IChannel channel, string exchange, CancellationToken cancellation) => channel.ExchangeDeclareAsync(
        exchange, Topology.IsDirect(exchange) ? ExchangeType.Direct : ExchangeType.Fanout, durable: true, autoDelete: false, ExchangeArguments,
        cancellationToken: cancellation);

    public static async Task DeclareAsync(IChannel channel, QueueDefinition queue, CancellationToken cancellation)
    {
        await QueueAsync(channel, Topology.ErrorQueue(queue.Name), Keeping, cancellation);
        await QueueAsync(channel, Topology.DeadQueue(queue.Name), Keeping, cancellation);
        await channel.QueueBindAsync(Topology.DeadQueue(queue.Name), Topology.DeadLetterExchange, Topology.DeadQueue(queue.Name), cancellationToken: cancellation);
        await QueueAsync(channel, queue.Name, Working(queue.Name), cancellation);
        foreach (var binding in queue.Bindings)
        {
            await DeclareExchangeAsync(channel, binding.Exchange, cancellation);
            await channel.QueueBindAsync(queue.Name, binding.Exchange, binding.RoutingKey, cancellationToken: cancellation);
        }
    }

    private static async Task QueueAsync(IChannel channel, string queue, Dictionary<string, object?> arguments, CancellationToken cancellation)
    {
        try
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellation);
        }
        catch (OperationInterruptedException refused) when (refused.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            throw new InvalidOperationException(
                $"The queue '{queue}' exists with other properties than it must have, so messages in it would not be safe: {refused.ShutdownReason.ReplyText}. " +
                "Empty and delete it, then start again; 'claims doctor' shows all of them.", refused);
        }
    }
}
