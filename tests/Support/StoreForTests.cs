using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.Support;

/// <summary>Where the same store tests run.</summary>
public enum Engine { Sqlite, Postgres, SqlServer }

/// <summary>A new, empty installation's stores on a real engine.</summary>
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

    /// <summary>Where the files of <see cref="Engine.Sqlite"/> are.</summary>
    public string Folder => _folder.Path;

    public static async Task<StoreForTests> NewAsync(Engine engine) => new(await AddressAsync(engine));

    /// <summary>The address of a new, empty store.</summary>
    public static async Task<string> AddressAsync(Engine engine) => engine switch
    {
        Engine.Sqlite => "embedded",
        Engine.Postgres => await PostgresForTests.NewDatabaseAsync(),
        _ => await SqlServerForTests.NewDatabaseAsync(),
    };

    /// <summary>The same installation, as another process would open it.</summary>
    public Stores Again() => On(_address, _folder.Path);

    /// <summary>The stores of an installation; on SQLite each statement is also read as it would be sent to SQL Server.</summary>
    public static Stores On(string address, string data) => new(
        new Installation { Store = address, Data = data }, time: null, store => address == "embedded" ? new SqlServerTwin(store) : store);

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        _folder.Dispose();
    }
}
