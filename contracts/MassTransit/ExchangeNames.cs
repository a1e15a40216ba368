using MassTransit;

namespace ClaimsTransfer.MassTransit;

/// <summary>
/// The names of the exchanges. A message of anybody else's is refused here, where it is published or its consumer configured: on the broker
/// nobody may declare its exchange.
/// </summary>
internal sealed class ExchangeNames : IEntityNameFormatter
{
    public string FormatEntityName<T>()
    {
        if (WireMessage.Names.TryGetValue(typeof(T), out var name))
            return name;
        // MassTransit asks for what a record implements too, and does not use it.
        return typeof(T).IsInterface
            ? typeof(T).Name
            : throw new ConfigurationException(
                $"{typeof(T)} is not a message between a publisher of claims and ClaimsTransfer. "
                + "Give your own messages a bus of their own: AddMassTransit<TBus>.");
    }
}
