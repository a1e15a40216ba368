using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Defaults.Senders;

/// <summary>
/// What a service consumes. Where vendors are outside, each has a queue of its own with a turn of its own, bound by its municipalities' keys as the file in force has them: a vendor
/// that floods waits behind itself, and one that a municipality has left is not listened to for it any more.
/// </summary>
/// <param name="service">The service's queue; the vendors' are consumed alike, with half of its concurrency.</param>
/// <param name="handlerOf">The handler for each queue, by name.</param>
public sealed class Intake(ITransport transport, IMunicipalities municipalities, QueueDefinition service, Func<string, BatchHandler> handlerOf)
{
    private long? _followed;

    public async Task StartAsync(CancellationToken cancellation)
    {
        if (!transport.SeparatesVendors)
        {
            await transport.SubscribeAsync(service, handlerOf(service.Name), cancellation);
            return;
        }

        foreach (var queue in Topology.Intake(service, municipalities.All))
        {
            var ofVendor = Topology.IsVendorQueue(queue.Name);
            await transport.SubscribeAsync(ofVendor ? queue with { Concurrency = Math.Max(1, service.Concurrency / 2) } : queue, handlerOf(queue.Name), cancellation);
        }

        await FollowAsync(cancellation);
    }

    /// <summary>At the start, and after each change of the municipalities; what fails is tried again at the next call.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        var version = municipalities.Version;
        if (!transport.SeparatesVendors || version == _followed)
            return;
        var all = municipalities.All;
        var theirs = from queue in Topology.Intake(service, all)
                     from binding in queue.Bindings
                     where Topology.IsVendorQueue(queue.Name)
                     select new QueueBinding(queue.Name, binding);
        await transport.RebindAsync([.. theirs], [.. Topology.NotTheirs(service, all), .. WaysOfVendors(all)], cancellation);
        _followed = version;
    }

    /// <summary>Routing alone, which gives the instructions, takes from a vendor the way to the queues that it has left; only the broker's definitions make those ways.</summary>
    private IEnumerable<QueueBinding> WaysOfVendors(IReadOnlyCollection<Municipality> all) =>
        service.Name == Topology.RoutingQueue && transport.User == BrokerUsers.Routing ? Topology.NotTheirs(all) : [];
}
