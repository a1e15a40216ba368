using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>Everything that stands on a broker of ours, for whoever makes it beforehand; the services make the same where they may.</summary>
/// <param name="Exchanges">With type and arguments; all are durable.</param>
/// <param name="Queues">With arguments; all are durable.</param>
public sealed record BrokerLayout(
    IReadOnlyList<(string Name, string Type, IReadOnlyDictionary<string, object?> Arguments)> Exchanges,
    IReadOnlyList<(string Name, IReadOnlyDictionary<string, object?> Arguments)> Queues,
    IReadOnlyList<QueueBinding> Bindings)
{
    private static readonly Dictionary<string, object?> None = new(StringComparer.Ordinal);

    public static BrokerLayout Of(IReadOnlyCollection<Municipality> municipalities)
    {
        var queues = Topology.Queues(municipalities, separatesVendors: true);
        var exchanges = queues.SelectMany(queue => queue.Bindings).Select(binding => binding.Exchange)
            .Concat(Enum.GetValues<Vendor>().Select(Topology.QueuesExchangeOf)).Concat(Topology.Replies)
            .Concat([Topology.QueuesExchange, Topology.Unrouted, Topology.DeadLetterExchange]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return new BrokerLayout(
            [.. exchanges.Select(name => (name, BrokerTopology.TypeOf(name), (IReadOnlyDictionary<string, object?>)(BrokerTopology.IsLastResort(name) ? None : BrokerTopology.ExchangeArguments)))],
            [
                (Topology.Unrouted, BrokerTopology.Keeping),
                .. queues.SelectMany(queue => BrokerTopology.QueuesOf(queue.Name)).Select(queue => (queue.Queue, (IReadOnlyDictionary<string, object?>)queue.Arguments)),
            ],
            [
                .. BrokerTopology.WaysToUnrouted,
                .. queues.SelectMany(queue => BrokerTopology.WaysTo(queue.Name)),
                .. queues.SelectMany(queue => queue.Bindings.Select(binding => new QueueBinding(queue.Name, binding))),
                .. from municipality in municipalities
                   from queue in Topology.OwnQueues(municipality.Code)
                   select new QueueBinding(queue, new Binding(Topology.QueuesExchangeOf(municipality.Vendor), queue)),
            ]);
    }
}
