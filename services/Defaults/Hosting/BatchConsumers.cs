using ClaimsTransfer.Defaults.Messaging;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// Puts the failure policy (<see cref="BatchConsumer"/>) around a service's handlers; a dead-lettered message of a claim is told to Routing, and what is no message's fault to
/// <see cref="OwnFaults"/>.
/// </summary>
public sealed class BatchConsumers(ITransport transport, OwnFaults faults, TimeProvider time, ILogger<BatchConsumer> log)
{
    public BatchHandler For(string queue, Func<IReadOnlyList<Delivery>, CancellationToken, Task> handler) =>
        new BatchConsumer(queue, handler, time, log, notices: transport, met: faults.Met).HandleAsync;
}
