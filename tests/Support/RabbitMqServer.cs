using System.Net.Http.Headers;
using System.Text;
using ClaimsTransfer.LocalServers;

namespace ClaimsTransfer.Support;

/// <summary>
/// RabbitMQ for a test assembly. What only publishes and consumes shares a server, on a virtual host of the assembly's own where the server's HTTP API is known;
/// what stops, kills or reconfigures it has one of its own.
/// </summary>
public static class RabbitMqServer
{
    private static readonly OneForAll<Shared> TheShared = new(ShareAsync);
    private static readonly OneForAll<IOwnBroker> TheOwn = new(TestServers.OwnRabbitMqAsync);

    public static async Task<string> UriAsync() => (await TheShared.GetAsync()).Uri;

    /// <summary>A server of this assembly's own, for tests that stop, kill and start it.</summary>
    public static Task<IOwnBroker> OwnAsync() => TheOwn.GetAsync();

    /// <summary>A temporary folder that the server's own account can reach.</summary>
    public static string NewFolder() => LocalRabbitMq.NewFolder("claims-rabbitmq-");

    internal static async Task StopAsync()
    {
        await TheShared.EndAsync();
        await TheOwn.EndAsync();
    }

    private static async Task<Shared> ShareAsync()
    {
        var server = await TestServers.RabbitMqAsync();
        if (server.Management is null)
            return new Shared(server, server.Address, null);
        var host = new VirtualHost(new Uri(server.Management), $"{typeof(RabbitMqServer).Assembly.GetName().Name}-{Guid.NewGuid():N}");
        await host.MakeAsync(new Uri(server.Address).UserInfo.Split(':')[0]);
        return new Shared(server, new UriBuilder(server.Address) { Path = host.Name }.Uri.AbsoluteUri, host);
    }

    private sealed record Shared(TestServer Server, string Uri, VirtualHost? Host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (Host is not null)
                await Host.RemoveAsync();
            await Server.DisposeAsync();
        }
    }

    private sealed record VirtualHost(Uri Management, string Name)
    {
        public async Task MakeAsync(string user)
        {
            await SendAsync(HttpMethod.Put, $"vhosts/{Name}", "{}");
            await SendAsync(HttpMethod.Put, $"permissions/{Name}/{user}", """{"configure":".*","write":".*","read":".*"}""");
        }

        public Task RemoveAsync() => SendAsync(HttpMethod.Delete, $"vhosts/{Name}", null);

        private async Task SendAsync(HttpMethod method, string path, string? body)
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            using var request = new HttpRequestMessage(method, new Uri(Management, $"/api/{path}"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(Management.UserInfo))));
            if (body is not null)
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
        }
    }
}
