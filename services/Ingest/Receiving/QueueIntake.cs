using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Ingest.Recording;
using Microsoft.Extensions.Hosting;

namespace ClaimsTransfer.Ingest.Receiving;

/// <summary>Takes FBS's messages from the broker: plain JSON on four exchanges, as any client in any language sends it.</summary>
internal sealed class QueueIntake(ITransport transport, BatchConsumers consumers, IngestHandler handler, MessageSealer sealer, IngestOptions options, Installation installation) : IHostedService
{
    /// <summary>Batches handled at the same time count their lines on rows of their own, so that they do not wait for each other.</summary>
    private const int Counters = 8;

    /// <summary>A message that kills its consumer again and again goes to the error queue from here, sealed: at 50 the broker would move it to the dead queue as it is.</summary>
    private const int AttemptsAtMost = 40;

    private const int LongestUser = 100;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var queue = Topology.Ingest with
        {
            BatchSize = options.BatchSize,
            Linger = options.Linger,
            Concurrency = options.Concurrency,
        };
        var handle = consumers.For(queue.Name, HandleAsync);
        // What FBS sends carries CPR numbers in the clear; what lies on the error queue must not.
        await transport.SubscribeAsync(
            queue,
            async (batch, cancellation) =>
            {
                var worn = batch.Where(delivery => delivery.Attempts >= AttemptsAtMost).Select(delivery => new DeadLetter(
                    delivery, new PermanentException($"Delivered {delivery.Attempts} times, and never handled."))).ToList();
                var dead = await handle(worn.Count == 0 ? batch : [.. batch.Where(delivery => delivery.Attempts < AttemptsAtMost)], cancellation);
                return [.. worn.Concat(dead).Select(letter => letter with { KeptBody = sealer.Seal(letter.Delivery.Body) })];
            },
            cancellationToken);
    }

    // The subscription is stopped with the transport, before anything it needs.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What came past the four exchanges, straight to the queue, has the name its sender gave it or none: then its body says what it is.</summary>
    internal static string? KindOf(Delivery delivery) => Topology.Ingest.Bindings.Any(binding => binding.Exchange == delivery.Name) ? delivery.Name : null;

    private Task HandleAsync(IReadOnlyList<Delivery> batch, CancellationToken cancellation)
    {
        var counter = (batch[0].Body.Length + batch.Count) % Counters;
        return handler.HandleAsync(
            [.. batch.Select(delivery => handler.Reader.Read(new Incoming(sealer.Open(delivery.Body), KindOf(delivery), delivery.TraceParent)) with { Sender = delivery.Sender is { } user ? PersonalData.Cut(user, LongestUser) : null })],
            new Intake($"queue/{installation.Instance}/{counter}", IsRedelivered: true), cancellation);
    }
}
