using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ClaimsTransfer.LocalServers;
using ClaimsTransfer.Support;

namespace ClaimsTransfer.Isolation.Tests.Keys;

/// <summary>A broker of its own whose users the tests take away: with the management plugin, and a user for the vendor as the generated definitions would make it.</summary>
internal sealed class ManagedBroker : IAsyncDisposable
{
    public const string VendorUser = "vendor-kmdopus";
    public const string VendorPassword = "secret-of-the-test";

    private readonly string _folder;
    private readonly LocalRabbitMq _broker;
    private readonly HttpClient _http;

    private ManagedBroker(string folder, LocalRabbitMq broker)
    {
        (_folder, _broker) = (folder, broker);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"{broker.ManagementUri}/") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{broker.User}:{broker.Password}")));
    }

    /// <summary>As the installation's services log in.</summary>
    public string Uri => _broker.Uri;

    /// <summary>As <c>CLAIMS_BROKER_MANAGEMENT</c> has it.</summary>
    public string Management => _broker.ManagementUri!.Replace("http://", $"http://{_broker.User}:{_broker.Password}@", StringComparison.Ordinal);

    public static async Task<ManagedBroker> StartAsync()
    {
        var folder = RabbitMqServer.NewFolder();
        return new ManagedBroker(folder, await LocalRabbitMq.StartAsync(Path.Combine(folder, "broker"), management: true));
    }

    public string UriOf(string user, string password) => $"amqp://{user}:{password}@127.0.0.1:{_broker.Port}/%2F";

    public async Task MakeVendorAsync()
    {
        await PutAsync($"api/users/{VendorUser}", new { password = VendorPassword, tags = "" });
        await PutAsync($"api/user-limits/{VendorUser}/max-connections", new { value = 20 });
        await PutAsync($"api/topic-permissions/%2F/{VendorUser}", new { exchange = "amq.topic", write = "^(0101|0751)$", read = "^$" });
        await PutAsync($"api/permissions/%2F/{VendorUser}", new { configure = ".*", write = ".*", read = ".*" });
    }

    /// <summary>Everything that the vendor's user may, as the broker tells it; null: there is no such user.</summary>
    public async Task<string?> AllowedAsync()
    {
        using var user = await _http.GetAsync($"api/users/{VendorUser}");
        if (user.StatusCode == System.Net.HttpStatusCode.NotFound)
            return null;
        var parts = await Task.WhenAll(((string[])[$"api/users/{VendorUser}/permissions", $"api/users/{VendorUser}/topic-permissions", $"api/user-limits/{VendorUser}"]).Select(_http.GetStringAsync));
        return string.Join('\n', parts);
    }

    public async Task<int> ConnectionsAsync() => (await _http.GetFromJsonAsync<JsonElement>("api/connections?columns=name,user"))
        .EnumerateArray().Count(connection => connection.TryGetProperty("user", out var user) && user.GetString() == VendorUser);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task PutAsync(string path, object body)
    {
        using var response = await _http.PutAsJsonAsync(path, body);
        response.EnsureSuccessStatusCode();
    }
}
