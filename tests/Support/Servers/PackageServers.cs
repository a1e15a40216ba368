using System.Diagnostics;
using ClaimsTransfer.LocalServers;

namespace ClaimsTransfer.Support;

/// <summary>Debian's servers as child processes, each in a temporary folder that goes with it.</summary>
internal static class PackageServers
{
    private const string PostgresFolders = "claims-postgres-";

    public static async Task<TestServer> RabbitMqAsync(bool management)
    {
        var folder = LocalRabbitMq.NewFolder("claims-rabbitmq-");
        var server = await LocalRabbitMq.StartAsync(Path.Combine(folder, "broker"), management);
        var api = server.ManagementUri?.Replace("http://", $"http://{server.User}:{server.Password}@", StringComparison.Ordinal);
        return new TestServer(server.Uri, api, Ours: true) { End = () => EndAsync(server, folder) };
    }

    public static async Task<IOwnBroker> OwnRabbitMqAsync()
    {
        var folder = LocalRabbitMq.NewFolder("claims-rabbitmq-");
        return new OwnBroker(await LocalRabbitMq.StartAsync(Path.Combine(folder, "broker")), folder);
    }

    public static async Task<TestServer> PostgresAsync()
    {
        SweepLeftovers();
        var folder = LocalRabbitMq.NewFolder(PostgresFolders);
        var server = await LocalPostgres.StartAsync(Path.Combine(folder, "store"), new LocalPostgresOptions(Fsync: false, MaxConnections: 500));
        return new TestServer(server.Url, Ours: true) { End = () => EndAsync(server, folder) };
    }

    private static async Task EndAsync(IAsyncDisposable server, string folder)
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A run that was cut off leaves its folder; its server went with it.</summary>
    private static void SweepLeftovers()
    {
        var longAgo = TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromMinutes(15);
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), $"{PostgresFolders}*"))
        {
            if (Directory.GetLastWriteTimeUtc(folder) >= longAgo || File.Exists(Path.Combine(folder, "store", "data", "postmaster.pid")))
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

    private sealed class OwnBroker(LocalRabbitMq server, string folder) : IOwnBroker
    {
    
        public string Uri => server.Uri;

        public Task StopAsync() => server.StopAsync();

        public Task KillAsync() => server.KillAsync();

        public Task RestartAsync() => server.RestartAsync();

        public Task ControlAsync(params string[] arguments) => RabbitMqControl.RunAsync(server, arguments);

        public async ValueTask DisposeAsync() => await EndAsync(server, folder);
    }
}
