using System.Collections.Concurrent;
using ClaimsTransfer.Defaults.Hosting;
using Microsoft.Data.SqlClient;
using Npgsql;

namespace ClaimsTransfer.Defaults.Storage;

/// <summary>The installation's engine, by <see cref="Installation.Store"/>. One store a schema, however often it is opened.</summary>
public sealed class Stores : IStores, IAsyncDisposable
{
    private const string SqlServer = "sqlserver:";
    private readonly Func<string, IStore> _open;
    private readonly Func<IStore, IStore> _around;
    private readonly NpgsqlDataSource? _postgres;
    private readonly bool _sqlServer;
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
        if (installation.IsEmbeddedStore)
        {
            _open = schema => new SqliteStore(installation.Data, schema, clock);
        }
        else if (address.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || address.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
        {
            var source = _postgres = PostgresStore.Source(address);
            _open = schema => new PostgresStore(source, schema, clock);
        }
        else if (address.StartsWith(SqlServer, StringComparison.OrdinalIgnoreCase))
        {
            var connectionString = SqlServerStore.ConnectionString(address[SqlServer.Length..]);
            _sqlServer = true;
            _open = schema => new SqlServerStore(connectionString, schema, clock);
        }
        else
        {
            // The value is not repeated: whatever it is, it may carry a password.
            throw new ArgumentException("The setting Store is not understood; embedded, postgres://user:password@host:5432/claims and sqlserver:Server=…;Database=… are good ones.");
        }
    }

    public IStore Open(string schema) => _stores.GetOrAdd(schema, name => new Lazy<IStore>(() => _around(_open(name)))).Value;

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
