using ClaimsTransfer.Defaults.Reading;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Messaging.Embedded;

/// <summary>Takes batches from one queue and hands them to the handler, a bounded number at a time. Nothing is taken ahead of a free place.</summary>
internal sealed partial class EmbeddedSubscription(EmbeddedTransport transport, EmbeddedQueue queue, QueueDefinition definition, BatchHandler handler, TimeProvider time, ILogger logger)
    : PausableSubscription(definition, time)
{
    private readonly QueueDefinition definition = definition;
    private readonly TimeProvider time = time;

    public override bool IsConsuming => !IsPaused;

    protected override Task Begin(CancellationToken stopping) =>
        Task.WhenAll(Enumerable.Range(0, Math.Max(1, definition.Concurrency)).Select(_ => Task.Run(() => TakeUntilAsync(stopping), CancellationToken.None)));

    protected override void Forget() => transport.Forget(this);

    private async Task TakeUntilAsync(CancellationToken stop)
    {
        var share = Bound.HeldBytes / Math.Max(1, definition.Concurrency);
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await HandleAsync(await queue.TakeAsync(Math.Max(1, definition.BatchSize), share, definition.Linger, stop));
                failures = 0;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                Log.GaveBack(logger, queue.Name, fault.GetType().Name, PersonalData.Mask(fault.Message, 500));
                await WaitAsync(Backoff.After(++failures), stop);
            }
        }
    }

    private async Task HandleAsync(List<StoredMessage> batch)
    {
        try
        {
            var deliveries = batch.ConvertAll(message => message.ToDelivery());
            await transport.SettleAsync(queue, batch, deliveries, await handler(deliveries, Abandoned));
        }
        catch
        {
            await transport.GiveBackAsync(queue, batch);
            throw;
        }
    }

    private async Task WaitAsync(TimeSpan delay, CancellationToken stop) =>
        await Task.Delay(delay, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static partial class Log
    {
        [LoggerMessage(1010, LogLevel.Warning, "{Queue}: a batch failed with {Fault} and is given back to the queue: {Text}")]
        public static partial void GaveBack(ILogger logger, string queue, string fault, string text);
    }
}
