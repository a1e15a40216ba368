using ClaimsTransfer.Defaults.Local;
using Npgsql;

namespace ClaimsTransfer.Benchmarks.Sides;

/// <summary>A new RabbitMQ and a new PostgreSQL, both as durable as in production.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private readonly LocalRabbitMq _broker;
    private readonly LocalPostgres _store;

    private Servers(string folder, LocalRabbitMq broker, LocalPostgres store) => (Folder, _broker, _store) = (folder, broker, store);

    /// <summary>Of the round.</summary>
    public string Folder { get; }

    public string Broker => _broker.Uri;

    public string Store => _store.Url;

    public int BrokerPid => _broker.ProcessId;

    public int StorePid => _store.ProcessId;

    public static async Task<Servers> StartAsync(string folder, CancellationToken cancellation)
    {
        var broker = LocalRabbitMq.StartAsync(Path.Combine(folder, "rabbitmq"), cancellation: cancellation);
        var store = LocalPostgres.StartAsync(Path.Combine(folder, "postgres"), cancellation: cancellation);
        try
        {
            await Task.WhenAll(broker, store);
            return new Servers(folder, await broker, await store);
        }
        catch
        {
            if (broker.IsCompletedSuccessfully)
                await (await broker).DisposeAsync();
            if (store.IsCompletedSuccessfully)
                await (await store).DisposeAsync();
            throw;
        }
    }

    /// <summary>How many transactions the database has committed, reading ones included.</summary>
    public async Task<long> CommitsAsync(CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(Store));
        await using var command = source.CreateCommand("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Npgsql's own form of <c>postgres://user:password@host:port/database</c>.</summary>
    public static string ConnectionString(string url)
    {
        var uri = new Uri(url);
        var user = uri.UserInfo.Split(':');
        return new NpgsqlConnectionStringBuilder { Host = uri.Host, Port = uri.Port, Username = user[0], Password = user[1], Database = uri.AbsolutePath[1..] }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        await _store.DisposeAsync();
    }
}
