using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using ClaimsTransfer.LocalServers;

namespace ClaimsTransfer.Standalone.Processes;

/// <summary>Broker and store of the run: those of the settings, or servers of our own under the data folder.</summary>
internal sealed class BrokerAndStore : IAsyncDisposable
{
    private LocalRabbitMq? _broker;
    private LocalPostgres? _store;

    public required string Broker { get; init; }

    public required string Store { get; init; }

    public static async Task<BrokerAndStore> StartAsync(RunSettings settings, CancellationToken cancellation)
    {
        var data = settings.Data;
        // Every service would refuse it, each in its own log; it is said here once.
        if (BrokerAccess.InsteadOfPlain(settings.Broker) is { } secured && !string.Equals(Environment.GetEnvironmentVariable("CLAIMS_ALLOW_PLAIN_BROKER"), "true", StringComparison.OrdinalIgnoreCase))
            throw new CommandFailure($"--broker: passwords and names of citizens would cross the network in the clear.", $"Good: {secured}, or CLAIMS_ALLOW_PLAIN_BROKER=true where something else secures the way.", ExitCodes.Usage);
        OpenForServers(data);
        // One after the other's beginning, side by side: each takes its seconds.
        var broker = settings.Broker == "local" ? LocalRabbitMq.StartAsync(Path.Combine(data, "rabbitmq"), cancellation: cancellation) : null;
        var store = settings.Store == "local" ? LocalPostgres.StartAsync(Path.Combine(data, "postgres"), cancellation: cancellation) : null;
        try
        {
            await Task.WhenAll([broker ?? Task.CompletedTask, store ?? Task.CompletedTask]);
        }
        catch (Exception failure)
        {
            // Whatever went wrong with one, the other is not left running.
            if (broker is { IsCompletedSuccessfully: true })
                await broker.Result.DisposeAsync();
            if (store is { IsCompletedSuccessfully: true })
                await store.Result.DisposeAsync();
            if (failure is not InvalidOperationException)
                throw;
            throw new CommandFailure(failure.Message, "Or name servers that run already: --broker amqps://user:password@host:5671/vhost --store postgres://user:password@host:5432/database");
        }
        return new BrokerAndStore
        {
            Broker = broker is null ? settings.Broker : broker.Result.Uri,
            Store = store is null ? settings.Store : store.Result.Url,
            _broker = broker?.Result,
            _store = store?.Result,
        };
    }

    /// <summary>Fails when one of them ends that was not told to: nothing can be taken in or kept without it, and waiting would look like working.</summary>
    public async Task WatchAsync(CancellationToken stopping)
    {
        var never = Task.Delay(Timeout.InfiniteTimeSpan, stopping);
        var (broker, store) = (_broker?.Ended ?? never, _store?.Ended ?? never);
        var ended = await Task.WhenAny(broker, store, never);
        if (ended != never && !stopping.IsCancellationRequested)
            throw new CommandFailure(
                $"The local {(ended == broker ? "RabbitMQ" : "PostgreSQL")} ended by itself.", "Its log is in its folder under the data folder. Nothing is lost: the same --data given again goes on where it stopped.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_store is not null)
            await _store.DisposeAsync();
    }

    /// <summary>The servers run under accounts of their own when we are root; they have to get through the data folder to their own folders in it.</summary>
    private static void OpenForServers(string data)
    {
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(data, File.GetUnixFileMode(data) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }
}
