using Microsoft.Data.SqlClient;

namespace ClaimsTransfer.Support;

/// <summary>Databases on the assembly's SQL Server, a new one for each who asks; where there is no SQL Server the test is skipped and says so, unless it has to be there.</summary>
public static class SqlServerForTests
{
    private const string Scheme = "sqlserver:";
    private static readonly OneForAll<TestServer> Server = new(TestServers.SqlServerAsync);
    private static readonly List<string> Made = [];

    /// <returns>The address of a new, empty database.</returns>
    public static async Task<string> NewDatabaseAsync()
    {
        try
        {
            var server = await Server.GetAsync();
            var name = $"test_{Guid.NewGuid():N}";
            await ExecuteAsync(server, $"CREATE DATABASE {name}");
            lock (Made)
                Made.Add(name);
            return $"{Scheme}{new SqlConnectionStringBuilder(server.Address[Scheme.Length..]) { InitialCatalog = name }.ConnectionString}";
        }
        catch (NoServerException none) when (!ContainerServers.AreRequired)
        {
            throw new IgnoreException(none.Message, none);
        }
    }

    internal static async Task StopAsync()
    {
        if (Made.Count > 0 && await Server.GetAsync() is { Ours: false } server)
        {
            SqlConnection.ClearAllPools();
            foreach (var name in Made)
                await ExecuteAsync(server, $"DROP DATABASE {name}");
        }

        Made.Clear();
        await Server.EndAsync();
    }

    /// <summary>One after the other, whichever assembly asks: some servers refuse to make two databases at once.</summary>
    private static async Task ExecuteAsync(TestServer server, string statement)
    {
        await using var alone = await AloneAsync(Path.Combine(Path.GetTempPath(), "claims-sqlserver.lock"));
        await using var connection = new SqlConnection(new SqlConnectionStringBuilder(server.Address[Scheme.Length..]) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new SqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<FileStream> AloneAsync(string path)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            }
            catch (IOException) when (!patience.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
            }
        }
    }
}
