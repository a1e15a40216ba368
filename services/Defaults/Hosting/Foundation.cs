using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// Before anything starts: every queue is declared, so that nothing published vanishes. The order of a clean stop: subscriptions first, so that what is in hand is
/// finished while everything it needs still stands; then the services' own timers and servers; then the transport; the stores last. What does not finish within the
/// shutdown timeout was not acknowledged, and comes again.
/// </summary>
internal sealed partial class Foundation(
    WatchedTransport transport, DeclaredQueues queues, IStores stores, IMunicipalities municipalities, Installation installation, TimeProvider time, ILogger<Foundation> log) : IHostedLifecycleService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(500);
        while (true)
        {
            try
            {
                await queues.DeclareAsync(municipalities.All, cancellationToken);
                return;
            }
            catch (TransientException failure)
            {
                // A service may be started before its broker is.
                Log.BrokerNotThere(log, failure.Message, pause.TotalSeconds);
                await Task.Delay(pause, time, cancellationToken);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            }
        }
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await transport.StopConsumingAsync().WaitAsync(installation.ShutdownTimeout / 2, cancellationToken);
        }
        catch (TimeoutException)
        {
            Log.NotFinished(log, (installation.ShutdownTimeout / 2).TotalSeconds);
        }
    }

    // Registered before any service's hosted service, it is stopped after all of them.
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await transport.DisposeAsync().AsTask().WaitAsync(cancellationToken);
        switch (stores)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync().AsTask().WaitAsync(cancellationToken);
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Warning, "What was in hand did not finish within {Seconds} s; it was not acknowledged and will be delivered again")]
        public static partial void NotFinished(ILogger logger, double seconds);

        [LoggerMessage(1002, LogLevel.Warning, "The broker is not there yet ({Cause}); trying again in {Seconds} s")]
        public static partial void BrokerNotThere(ILogger logger, string cause, double seconds);
    }
}
