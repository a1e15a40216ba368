using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>How our exchanges and queues are made on RabbitMQ 3.10 to 4.x.</summary>
internal static class BrokerTopology
{
    /// <summary>
    /// Error, dead and unrouted queues keep what they have, whatever happens: no time to live, no length limit, no dead-letter exchange. RabbitMQ 4 would
    /// drop a message looked at 20 times, so their delivery limit is out of reach. Those behind a vendor's queues refuse what is beyond
    /// <see cref="VendorQueues.Policy"/>.
    /// </summary>
    public static Dictionary<string, object?> Keeping { get; } = new(StringComparer.Ordinal)
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = 1_000_000,
    };

    public static Dictionary<string, object?> ExchangeArguments { get; } = new(StringComparer.Ordinal) { ["alternate-exchange"] = Topology.Unrouted };

    /// <summary>
    /// A message whose consumers die again and again is moved, at least once, to its dead queue; reject-publish is what that strategy asks for. A vendor's intake is bounded: what
    /// is beyond is not confirmed to the vendor, and takes no room from others.
    /// </summary>
    public static Dictionary<string, object?> Working(string queue)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = Topology.DeliveryLimit,
            ["x-dead-letter-exchange"] = Topology.DeadLetterExchange,
            ["x-dead-letter-routing-key"] = Topology.DeadQueue(queue),
            ["x-dead-letter-strategy"] = "at-least-once",
            ["x-overflow"] = "reject-publish",
        };
        if (Topology.IsVendorQueue(queue))
            arguments["x-max-length"] = Topology.VendorIntakeLimit;
        return arguments;
    }

    public static string TypeOf(string exchange) => Topology.KindOf(exchange) switch
    {
        ExchangeKind.Direct => ExchangeType.Direct,
        ExchangeKind.Topic => ExchangeType.Topic,
        _ => ExchangeType.Fanout,
    };

    /// <summary>The exchanges that are no message's; only they have no alternate.</summary>
    public static bool IsLastResort(string exchange) => exchange is Topology.Unrouted or Topology.DeadLetterExchange;

    /// <summary>A queue with the two beside it.</summary>
    public static IEnumerable<(string Queue, Dictionary<string, object?> Arguments)> QueuesOf(string queue) =>
        [(Topology.ErrorQueue(queue), Keeping), (Topology.DeadQueue(queue), Keeping), (queue, Working(queue))];

    /// <summary>What leads to a queue and to the two beside it past every message's exchange.</summary>
    public static IEnumerable<QueueBinding> WaysTo(string queue) =>
    [
        new(Topology.DeadQueue(queue), new Binding(Topology.DeadLetterExchange, Topology.DeadQueue(queue))),
        .. QueuesOf(queue).Select(one => new QueueBinding(one.Queue, new Binding(Topology.QueuesExchange, one.Queue))),
    ];

    public static IReadOnlyList<QueueBinding> WaysToUnrouted { get; } =
        [new(Topology.Unrouted, new Binding(Topology.Unrouted)), new(Topology.Unrouted, new Binding(Topology.QueuesExchange, Topology.Unrouted))];

    /// <summary>As it must be; the broker closes the channel where it is otherwise.</summary>
    public static Task MakeExchangeAsync(IChannel channel, string exchange, CancellationToken cancellation) => channel.ExchangeDeclareAsync(
        exchange, TypeOf(exchange), durable: true, autoDelete: false, IsLastResort(exchange) ? null : ExchangeArguments, cancellationToken: cancellation);

    public static async Task DeclareExchangeAsync(IChannel channel, string exchange, CancellationToken cancellation)
    {
        try
        {
            await MakeExchangeAsync(channel, exchange, cancellation);
        }
        catch (OperationInterruptedException refused) when (refused.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            throw new BrokerNotReadyException(
                $"The exchange '{exchange}' exists otherwise than it must be, which is {TypeOf(exchange)}, durable, with the alternate exchange '{Topology.Unrouted}': {refused.ShutdownReason.ReplyText}. "
                + "An earlier version made it so: stop all services, delete the exchange (what stands on queues stays there), and start again; 'claims doctor' shows all of them.", refused);
        }
    }

    public static async Task DeclareQueueAsync(IChannel channel, string queue, Dictionary<string, object?> arguments, CancellationToken cancellation)
    {
        try
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellation);
        }
        catch (OperationInterruptedException refused) when (refused.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            throw new BrokerNotReadyException(
                $"The queue '{queue}' exists with other properties than it must have, so messages in it would not be safe: {refused.ShutdownReason.ReplyText}. " +
                "Empty and delete it, then start again; 'claims doctor' shows all of them.", refused);
        }
    }
}
