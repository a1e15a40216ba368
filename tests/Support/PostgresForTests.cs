using ClaimsTransfer.Defaults.Local;
using Npgsql;

namespace ClaimsTransfer.Support;

/// <summary>
/// A real PostgreSQL for a test assembly, started when the first test asks and stopped with the process: the one that <c>CLAIMS_POSTGRES</c> names, or one of
/// Debian's in a folder of its own. Each fixture takes a database of its own.
/// </summary>
public static class PostgresForTests
{
    private const string Prefix = "claims-postgres-";
    private static readonly string Folder = Path.Combine(Path.GetTempPath(), $"{Prefix}{Guid.NewGuid():N}");
    private static readonly Lazy<Task<string>> Server = new(StartAsync);
    private static LocalPostgres? _server;

    /// <returns>The address of a new, empty database.</returns>
    public static async Task<string> NewDatabaseAsync()
    {
        var server = new Uri(await Server.Value);
        var name = $"test_{Guid.NewGuid():N}";
        var user = server.UserInfo.Split(':');
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = server.Host, Port = server.Port, Username = Uri.UnescapeDataString(user[0]), Password = Uri.UnescapeDataString(user[1]), Database = server.AbsolutePath[1..], Pooling = false,
        };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await create.ExecuteNonQueryAsync();
        return new UriBuilder(server) { Path = name }.Uri.AbsoluteUri;
    }

    /// <summary>For the test assembly's end; the test host is often gone before a handler of the process's end has run.</summary>
    public static async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _server, null) is not { } server)
            return;
        await server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("CLAIMS_POSTGRES") is { Length: > 0 } given)
            return given;
        SweepLeftovers();
        var server = await LocalPostgres.StartAsync(Folder, new LocalPostgresOptions(Fsync: false));
        _server = server;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => StopAsync().GetAwaiter().GetResult();
        return server.Url;
    }

    /// <summary>A run that was cut off leaves its folder; its server went with it.</summary>
    private static void SweepLeftovers()
    {
        var longAgo = TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromMinutes(15);
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), $"{Prefix}*"))
        {
            if (Directory.GetLastWriteTimeUtc(folder) >= longAgo || File.Exists(Path.Combine(folder, "data", "postmaster.pid")))
                continue;
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException failure)
            {
                // Another assembly sweeps at the same time.
                TestContext.Progress.WriteLine($"{folder} is left to others: {failure.Message}");
            }
        }
    }
}

/// <summary>Stops the assembly's PostgreSQL after its last test: derive a <c>[SetUpFixture]</c> outside of any namespace.</summary>
public abstract class StopsPostgres
{
    [OneTimeTearDown]
    public Task Stop() => PostgresForTests.StopAsync();
}
