using ClaimsTransfer.LocalServers;
using Dapper;
using Npgsql;

namespace ClaimsTransfer.Benchmarks.Sides;

/// <summary>One statement of a round, as the database counts it.</summary>
internal sealed record Statement
{
    public required string Text { get; init; }
    public long Calls { get; init; }
    public long Rows { get; init; }
    public double Milliseconds { get; init; }
}

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

    /// <summary>Completes when one of them has ended by itself, which neither should.</summary>
    public Task Ended => Task.WhenAny(_broker.Ended, _store.Ended);

    public static async Task<Servers> StartAsync(string folder, bool countStatements, CancellationToken cancellation)
    {
        var broker = LocalRabbitMq.StartAsync(Path.Combine(folder, "rabbitmq"), cancellation: cancellation);
        var store = LocalPostgres.StartAsync(
            Path.Combine(folder, "postgres"), new LocalPostgresOptions { Settings = countStatements ? ["shared_preload_libraries=pg_stat_statements"] : [] }, cancellation);
        try
        {
            await Task.WhenAll(broker, store);
            var servers = new Servers(folder, await broker, await store);
            if (countStatements)
                await servers.ExecuteAsync("CREATE EXTENSION pg_stat_statements", cancellation);
            return servers;
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

    /// <summary>How many transactions have written. By their ids: the database's own statistics lag behind.</summary>
    public Task<long> CommitsAsync(CancellationToken cancellation) => CountAsync("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint", cancellation);

    public async Task<long> CountAsync(string statement, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(Store));
        await using var command = source.CreateCommand(statement);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public Task ForgetStatementsAsync(CancellationToken cancellation) => ExecuteAsync("SELECT pg_stat_statements_reset()", cancellation);

    /// <summary>Since they were forgotten, those that took the most time first.</summary>
    public async Task<IReadOnlyList<Statement>> StatementsAsync(CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(Store));
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return
        [
            .. await connection.QueryAsync<Statement>(
                "SELECT query AS Text, calls AS Calls, rows AS Rows, total_exec_time AS Milliseconds FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 40"),
        ];
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

    private async Task ExecuteAsync(string statement, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(Store));
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
