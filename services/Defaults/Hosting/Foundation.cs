using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// Before anything starts: every queue is declared, so that nothing published vanishes, and the store can be connected to. The order of a clean stop: subscriptions
/// first, so that what is in hand is finished while everything it needs still stands; then the services' own timers and servers; then the transport; the stores last.
/// What does not finish within the shutdown timeout was not acknowledged, and comes again.
/// </summary>
internal sealed partial class Foundation(
    WatchedTransport transport, DeclaredQueues queues, IStores stores, StoreIsReady store, IMunicipalities municipalities, Installation installation, TimeProvider time,
    ILogger<Foundation> log) : IHostedLifecycleService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await UntilThereAsync("broker", stopping => queues.DeclareAsync(municipalities.All, stopping), cancellationToken);
        if (!installation.IsEmbeddedStore)
            await UntilThereAsync("store", store.ConnectAsync, cancellationToken);
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

    /// <summary>A service may be started before its broker and its store are.</summary>
    private async Task UntilThereAsync(string what, Func<CancellationToken, Task> use, CancellationToken cancellation)
    {
        var pause = TimeSpan.FromMilliseconds(500);
        while (true)
        {
            try
            {
                await use(cancellation);
                return;
            }
            catch (TransientException failure)
            {
                Log.NotThere(log, what, PersonalData.Mask(failure.Message, 300), pause.TotalSeconds);
                await Task.Delay(pause, time, cancellation);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Warning, "What was in hand did not finish within {Seconds} s; it was not acknowledged and will be delivered again")]
        public static partial void NotFinished(ILogger logger, double seconds);

        [LoggerMessage(1002, LogLevel.Warning, "The {What} is not there yet ({Cause}); trying again in {Seconds} s")]
        public static partial void NotThere(ILogger logger, string what, string cause, double seconds);
    }
}
