using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Messaging.Embedded;

/// <summary>Takes batches from one queue and hands them to the handler, a bounded number at a time. Nothing is taken ahead of a free place.</summary>
internal sealed partial class EmbeddedSubscription(EmbeddedBus bus, EmbeddedQueue queue, QueueDefinition definition, BatchHandler handler, TimeProvider time, ILogger logger)
    : ISubscription
{
    private readonly SemaphoreSlim turn = new(1);
    private readonly CancellationTokenSource abandon = new();
    private CancellationTokenSource? taking;
    private Task running = Task.CompletedTask;

    public bool IsConsuming => taking is not null;

    public async Task ResumeAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (taking is not null)
                return;
            taking = new CancellationTokenSource();
            var stop = taking.Token;
            running = Task.WhenAll(Enumerable.Range(0, Math.Max(1, definition.Concurrency)).Select(_ => Task.Run(() => TakeUntilAsync(stop), CancellationToken.None)));
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task PauseAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (taking is not null)
            {
                await taking.CancelAsync();
                taking.Dispose();
                taking = null;
            }
            await running.WaitAsync(cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Finishes what is in hand; what will not finish within the grace is abandoned and stays on the queue.</summary>
    public async ValueTask DisposeAsync()
    {
        using var grace = new CancellationTokenSource(definition.Grace, time);
        await using (grace.Token.Register(abandon.Cancel))
            await PauseAsync(CancellationToken.None);
        bus.Forget(this);
    }

    private async Task TakeUntilAsync(CancellationToken stop)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await HandleAsync(await queue.TakeAsync(Math.Max(1, definition.BatchSize), definition.Linger, stop));
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
            await bus.SettleAsync(queue, batch, deliveries, await handler(deliveries, abandon.Token));
        }
        catch
        {
            await bus.GiveBackAsync(queue, batch);
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
