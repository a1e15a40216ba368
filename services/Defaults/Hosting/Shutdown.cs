using ClaimsTransfer.Defaults.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// The order of a clean stop: subscriptions first, so that what is in hand is finished while everything it needs still stands; then the services' own
/// timers and servers; then the bus; the stores last. What does not finish within the shutdown timeout was not acknowledged, and comes again.
/// </summary>
internal sealed partial class Shutdown(WatchedBus bus, IStores stores, Installation installation, ILogger<Shutdown> log) : IHostedLifecycleService
{
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await bus.StopConsumingAsync().WaitAsync(installation.ShutdownTimeout / 2, cancellationToken);
        }
        catch (TimeoutException)
        {
            Log.NotFinished(log, (installation.ShutdownTimeout / 2).TotalSeconds);
        }
    }

    // Registered before any service's hosted service, it is stopped after all of them.
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await bus.DisposeAsync().AsTask().WaitAsync(cancellationToken);
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

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Warning, "What was in hand did not finish within {Seconds} s; it was not acknowledged and will be delivered again")]
        public static partial void NotFinished(ILogger logger, double seconds);
    }
}
