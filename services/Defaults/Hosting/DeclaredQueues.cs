using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>Every queue stands before anybody publishes to it: at the start, and before a municipality that is new comes into force.</summary>
internal sealed class DeclaredQueues(WatchedTransport transport, Installation installation, TimeProvider time)
{
    public async Task DeclareAsync(IReadOnlyCollection<Municipality> municipalities, CancellationToken cancellation)
    {
        var queues = Topology.Queues(municipalities, transport.SeparatesVendors);
        await transport.DeclareAsync(queues, cancellation);
        // A policy, or another hand, may have made of a queue what would lose messages.
        if (!installation.IsEmbeddedBroker)
            await new BrokerCheck(BrokerAccess.Of(installation, time), allowsOlder: installation.AllowOlderBroker).RequireSafeAsync(queues, cancellation);
    }
}
