using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Storage;
using Microsoft.Data.SqlClient;
using NUnit.Framework;

namespace ClaimsTransfer.Support;

/// <summary>Where the same store tests run.</summary>
public enum Engine { Sqlite, Postgres, SqlServer }

/// <summary>A new, empty installation's stores on a real engine; SQL Server where <c>CLAIMS_SQLSERVER</c> gives a connection string, else the test is skipped and says so.</summary>
public sealed class StoreForTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _address;
    private readonly Stores _stores;

    private StoreForTests(string address)
    {
        _address = address;
        _stores = Again();
    }

    public IStores Stores => _stores;

    public static async Task<StoreForTests> NewAsync(Engine engine) => new(engine switch
    {
        Engine.Sqlite => "embedded",
        Engine.Postgres => await PostgresForTests.NewDatabaseAsync(),
        _ => await NewSqlServerDatabaseAsync(),
    });

    /// <summary>The same installation, as another process would open it.</summary>
    public Stores Again() => new(new Installation { Store = _address, Data = _folder.Path });

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<string> NewSqlServerDatabaseAsync()
    {
        if (Environment.GetEnvironmentVariable("CLAIMS_SQLSERVER") is not { Length: > 0 } given)
            throw new IgnoreException("CLAIMS_SQLSERVER is not set: the SQL Server dialect is not tested in this run.");
        var settings = new SqlConnectionStringBuilder(given.StartsWith("sqlserver:", StringComparison.Ordinal) ? given["sqlserver:".Length..] : given);
        var name = $"test_{Guid.NewGuid():N}";
        await using var connection = new SqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var create = new SqlCommand($"CREATE DATABASE {name}", connection);
        await create.ExecuteNonQueryAsync();
        settings.InitialCatalog = name;
        return $"sqlserver:{settings.ConnectionString}";
    }
}
