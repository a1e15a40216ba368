using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>A consumer that comes back: whenever its session ends without having been told to, the next one is opened.</summary>
internal sealed partial class RabbitMqSubscription(
    QueueDefinition definition, Func<CancellationToken, Task<ConsumerSession>> open, Action<RabbitMqSubscription> forget, TimeProvider time, ILogger logger)
    : PausableSubscription(definition, time)
{
    private readonly QueueDefinition definition = definition;
    private readonly TimeProvider time = time;
    private volatile ConsumerSession? session;

    public string Queue => definition.Name;

    public override bool IsConsuming => session is { IsAlive: true };

    public long Unsettled => session?.Unsettled ?? 0;

    protected override Task Begin(CancellationToken stopping) => Task.Run(() => ConsumeUntilAsync(stopping), CancellationToken.None);

    protected override void Forget() => forget(this);

    private async Task ConsumeUntilAsync(CancellationToken stopping)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var next = await open(stopping);
                session = next;
                if (failures > 0)
                    Log.Back(logger, definition.Name);
                failures = 0;
                await next.RunAsync(stopping, Abandoned);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                Log.Away(logger, definition.Name, fault.GetType().Name, fault.Message);
            }
            finally
            {
                session = null;
            }
            if (!stopping.IsCancellationRequested)
                await Task.Delay(Backoff.After(Math.Min(++failures, 6)), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1050, LogLevel.Warning, "{Queue}: not consuming, {Fault}: {Text}")]
        public static partial void Away(ILogger logger, string queue, string fault, string text);

        [LoggerMessage(1051, LogLevel.Information, "{Queue}: consuming again")]
        public static partial void Back(ILogger logger, string queue);
    }
}
