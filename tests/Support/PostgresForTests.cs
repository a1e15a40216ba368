using Npgsql;

namespace ClaimsTransfer.Support;

/// <summary>Databases on the assembly's PostgreSQL, a new one for each who asks.</summary>
public static class PostgresForTests
{
    private static readonly OneForAll<TestServer> Server = new(TestServers.PostgresAsync);
    private static readonly List<string> Made = [];

    /// <returns>The address of a new, empty database.</returns>
    public static async Task<string> NewDatabaseAsync()
    {
        var server = await Server.GetAsync();
        var name = $"test_{Guid.NewGuid():N}";
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
        lock (Made)
            Made.Add(name);
        return new UriBuilder(server.Address) { Path = name }.Uri.AbsoluteUri;
    }

    internal static async Task StopAsync()
    {
        if (Made.Count > 0 && await Server.GetAsync() is { Ours: false } server)
        {
            foreach (var name in Made)
                await ExecuteAsync(server, $"DROP DATABASE {name} WITH (FORCE)");
        }

        Made.Clear();
        await Server.EndAsync();
    }

    private static async Task ExecuteAsync(TestServer server, string statement)
    {
        var address = new Uri(server.Address);
        var user = address.UserInfo.Split(':');
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = address.Host, Port = address.Port, Database = address.AbsolutePath[1..], Pooling = false,
            Username = Uri.UnescapeDataString(user[0]), Password = Uri.UnescapeDataString(user[1]),
        };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }
}
