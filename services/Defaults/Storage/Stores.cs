using System.Collections.Concurrent;
using System.Data.Common;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using Microsoft.Data.SqlClient;
using Npgsql;

namespace ClaimsTransfer.Defaults.Storage;

/// <summary>The installation's engine, by <see cref="Installation.Store"/>. One store a schema, however often it is opened.</summary>
public sealed class Stores : IStores, IAsyncDisposable
{
    private const string SqlServer = "sqlserver:";
    private readonly Func<string, SqlStore> _open;
    private readonly Func<IStore, IStore> _around;
    private readonly NpgsqlDataSource? _postgres;
    private readonly bool _sqlServer;
    private readonly ConcurrentDictionary<string, SqlStore> _own = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<IStore>> _stores = new(StringComparer.Ordinal);

    public Stores(Installation installation, TimeProvider? time = null)
        : this(installation, time, store => store)
    {
    }

    /// <param name="around">What every store is put into: for tests that look at what is sent.</param>
    internal Stores(Installation installation, TimeProvider? time, Func<IStore, IStore> around)
    {
        _around = around;
        var clock = time ?? TimeProvider.System;
        var address = installation.Store;
        // The value is not repeated: whatever it is, it may carry a password.
        if (ProblemOf(installation) is { } problem)
            throw new ArgumentException($"The setting Store is {problem}. embedded, postgres://user:password@host:5432/claims and sqlserver:Server=…;Database=… are good ones.");
        if (installation.IsEmbeddedStore)
        {
            _open = schema => new SqliteStore(installation.Data, schema, clock);
        }
        else if (address.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || address.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
        {
            var source = _postgres = PostgresStore.Source(installation);
            _open = schema => new PostgresStore(source, schema, clock);
        }
        else
        {
            var connectionString = SqlServerStore.ConnectionString(address[SqlServer.Length..], installation.AllowPlainStore);
            _sqlServer = true;
            _open = schema => new SqlServerStore(connectionString, schema, clock);
        }
    }

    /// <summary>What is wrong with the store's address, without anything of it: whatever it is, it may carry a password. Null: nothing.</summary>
    public static string? ProblemOf(Installation installation)
    {
        try
        {
            if (installation.Store.StartsWith(SqlServer, StringComparison.OrdinalIgnoreCase))
                SqlServerStore.ConnectionString(installation.Store[SqlServer.Length..], installation.AllowPlainStore);
            else if (installation.Store.StartsWith("postgres", StringComparison.OrdinalIgnoreCase))
                PostgresStore.Settings(installation);
            else if (!installation.IsEmbeddedStore)
                return "neither 'embedded' nor a store's URL";
            return null;
        }
        catch (ArgumentException wrong)
        {
            return wrong.Message;
        }
    }

    public IStore Open(string schema) => _stores.GetOrAdd(schema, name => new Lazy<IStore>(() => _around(_own[name] = _open(name)))).Value;

    public async Task ProbeAsync(CancellationToken cancellation)
    {
        foreach (var store in _own.Values)
        {
            try
            {
                await store.ProbeAsync(cancellation);
            }
            catch (DbException failure)
            {
                throw new TransientException($"The store of {store.Schema} takes nothing: {failure.Message}", failure);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values.Where(s => s.IsValueCreated))
            await store.Value.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        if (_sqlServer)
            SqlConnection.ClearAllPools();
    }
}
