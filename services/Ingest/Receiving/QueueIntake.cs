using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Ingest.Recording;
using ClaimsTransfer.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Ingest.Receiving;

/// <summary>Takes FBS's messages from the broker: plain JSON on four exchanges, as any client in any language sends it.</summary>
internal sealed class QueueIntake(IBus bus, IngestHandler handler, IngestOptions options, Installation installation, TimeProvider time, ILogger<QueueIntake> log) : IHostedService
{
    /// <summary>Batches handled at the same time count their lines on rows of their own, so that they do not wait for each other.</summary>
    private const int Counters = 8;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var queue = new QueueDefinition(Topology.IngestQueue,
        [
            new Binding(MessageNames.SubmitClaim), new Binding(MessageNames.AdjustClaim), new Binding(MessageNames.CancelClaim), new Binding(MessageNames.ChangeLiableParty),
        ])
        {
            BatchSize = options.BatchSize,
            Linger = options.Linger,
            Concurrency = options.Concurrency,
        };
        var consumer = new BatchConsumer(queue.Name, HandleAsync, time, log);
        await bus.SubscribeAsync(queue, consumer.HandleAsync, cancellationToken);
    }

    // The subscription is stopped with the bus, before anything it needs.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Task HandleAsync(IReadOnlyList<Delivery> batch, CancellationToken cancellation)
    {
        var counter = (batch[0].Body.Length + batch.Count) % Counters;
        return handler.HandleAsync(
            [.. batch.Select(delivery => new Incoming(delivery.Body, delivery.Name, delivery.TraceParent))],
            new Intake($"queue/{installation.Instance}/{counter}", IsRedelivered: true), cancellation);
    }
}
