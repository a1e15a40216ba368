using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>FBS's side of the queue <c>fbs</c>.</summary>
internal sealed class FbsListener(FbsRecord record, ITransport transport, TimeProvider time, ILogger<FbsListener> log) : IHostedService
{
    private ISubscription? subscription;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await record.OpenAsync(cancellationToken);
        var consumer = new BatchConsumer(Topology.FbsQueue, record.TakeAsync, time, log);
        subscription = await transport.SubscribeAsync(Topology.Fbs, consumer.HandleAsync, cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (subscription is not null)
            await subscription.DisposeAsync();
    }
}
