using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.LocalServers;

namespace ClaimsTransfer.Standalone.Processes;

/// <summary>Broker and store of the run: those of the settings, or servers of our own under the data folder.</summary>
internal sealed class BrokerAndStore : IAsyncDisposable
{
    private static readonly TimeSpan LookAtDisk = TimeSpan.FromSeconds(5);
    private LocalRabbitMq? _broker;
    private LocalPostgres? _store;
    private string _data = "";

    public required string Broker { get; init; }

    public required string Store { get; init; }

    public static async Task<BrokerAndStore> StartAsync(RunSettings settings, CancellationToken cancellation)
    {
        var data = settings.Data;
        await CheckAddressesAsync(settings);
        LocalRabbitMq? broker = null;
        LocalPostgres? store = null;
        try
        {
            OpenForServers(data);
            (broker, store) = await StartServersAsync(settings.Broker == "local" ? Path.Combine(data, "rabbitmq") : null, settings.Store == "local" ? Path.Combine(data, "postgres") : null, cancellation);
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(failure.Message, "Or name servers that run already: --broker amqps://user:password@host:5671/vhost --store postgres://user:password@host:5432/database");
        }

        return new BrokerAndStore
        {
            Broker = broker?.Uri ?? settings.Broker,
            Store = store?.Url ?? settings.Store,
            _broker = broker,
            _store = store,
            _data = data,
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

    /// <summary>On a disk that fills up both servers wait for room, and so does everything: that is said where the run is looked at.</summary>
    public async Task WatchDiskAsync(TimeProvider time, CancellationToken stopping)
    {
        // Whether there is room with somebody else's servers is theirs to know.
        if (_broker is null && _store is null)
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
        var isFull = false;
        using var timer = new PeriodicTimer(LookAtDisk, time);
        do
        {
            var free = DiskSpace.FreeMegabytes(_data);
            if (free < DiskSpace.LimitMegabytes == isFull)
                continue;
            isFull = !isFull;
            await Console.Error.WriteLineAsync(isFull
                ? $"Only {free} MB are free where {_data} lies: nothing is taken in below {DiskSpace.LimitMegabytes} MB. Nothing is lost; it goes on as soon as there is room."
                : $"There is room again where {_data} lies: it goes on.");
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_store is not null)
            await _store.DisposeAsync();
    }

    /// <summary>Every service would refuse what is wrong with them, each in its own log; it is said here once.</summary>
    private static async Task CheckAddressesAsync(RunSettings settings)
    {
        static string Address(string given) => given == "local" ? "embedded" : given;
        var installation = InstallationSettings.Read(new ConfigurationBuilder().AddEnvironmentVariables()
            .AddInMemoryCollection([new("CLAIMS_BROKER", Address(settings.Broker)), new("CLAIMS_STORE", Address(settings.Store)), new("CLAIMS_DATA", settings.Data)]).Build());
        try
        {
            await new Stores(installation).DisposeAsync();
        }
        catch (ArgumentException fault)
        {
            throw new CommandFailure($"--store: {fault.Message}", "All settings: deploy/SETTINGS.md", ExitCodes.Usage);
        }
    }

    /// <summary>Neither is started where something keeps the other from starting.</summary>
    private static async Task<(LocalRabbitMq? Broker, LocalPostgres? Store)> StartServersAsync(string? brokerFolder, string? storeFolder, CancellationToken cancellation)
    {
        if (brokerFolder is not null)
            await LocalRabbitMq.CheckAsync(brokerFolder, cancellation);
        if (storeFolder is not null)
            await LocalPostgres.CheckAsync(storeFolder, cancellation);
        // One after the other's beginning, side by side: each takes its seconds.
        var broker = brokerFolder is null ? null : LocalRabbitMq.StartAsync(brokerFolder, cancellation: cancellation);
        var store = storeFolder is null ? null : LocalPostgres.StartAsync(storeFolder, cancellation: cancellation);
        try
        {
            await Task.WhenAll([broker ?? Task.CompletedTask, store ?? Task.CompletedTask]);
            return (broker?.Result, store?.Result);
        }
        catch
        {
            // Whatever went wrong with one, the other is not left running.
            if (broker is { IsCompletedSuccessfully: true })
                await broker.Result.DisposeAsync();
            if (store is { IsCompletedSuccessfully: true })
                await store.Result.DisposeAsync();
            throw;
        }
    }

    /// <summary>The servers run under accounts of their own when we are root; they have to get through the data folder to their own folders in it.</summary>
    private static void OpenForServers(string data)
    {
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(data, File.GetUnixFileMode(data) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }
}
