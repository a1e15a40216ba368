using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Sealing;

namespace ClaimsTransfer.Cli.Vendors;

/// <summary>The broker's users, by its management API, as a user with the tag <c>administrator</c>.</summary>
internal sealed class ManagedUsers : IDisposable
{
    private readonly HttpClient _client;
    private readonly Uri _address;

    private ManagedUsers(Uri address, string user, string password)
    {
        _address = address;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
    }

    /// <summary>Null: the embedded broker, which has no users.</summary>
    /// <exception cref="CommandFailure">The broker is a server, and nothing says where its users are managed.</exception>
    public static ManagedUsers? Of(Installation installation)
    {
        if (installation.BrokerManagement.Length == 0)
        {
            return installation.IsEmbeddedBroker
                ? null
                : throw new CommandFailure(
                    "Where the broker's users are managed is not known, so nothing was done.",
                    "Give the URL of its management plugin, with a user that has the tag administrator: CLAIMS_BROKER_MANAGEMENT=https://operations:SECRET@rabbitmq.example:15671", ExitCodes.Usage);
        }

        var management = new Uri(installation.BrokerManagement);
        var login = (management.UserInfo.Length > 0 || installation.IsEmbeddedBroker ? management : new Uri(installation.Broker)).UserInfo.Split(':', 2);
        if (login is not [{ Length: > 0 } user, { Length: > 0 } password])
        {
            throw new CommandFailure(
                "Nothing says as whom the broker's users are managed, so nothing was done.",
                "Give user and password with the URL: CLAIMS_BROKER_MANAGEMENT=https://operations:SECRET@rabbitmq.example:15671", ExitCodes.Usage);
        }

        return new ManagedUsers(new Uri($"{management.GetLeftPart(UriPartial.Scheme)}{management.Authority}{management.AbsolutePath.TrimEnd('/')}/"), Uri.UnescapeDataString(user), Uri.UnescapeDataString(password));
    }

    /// <summary>Null: there is no such user.</summary>
    public async Task<RevokedUser?> FindAsync(string name, CancellationToken cancellation)
    {
        var user = Uri.EscapeDataString(name);
        if (await GetAsync($"api/users/{user}", cancellation) is not { } found)
            return null;
        var permissions = await ListAsync($"api/users/{user}/permissions", cancellation);
        var topics = await ListAsync($"api/users/{user}/topic-permissions", cancellation);
        var limits = await ListAsync($"api/user-limits/{user}", cancellation);
        return new RevokedUser(
            name, string.IsNullOrEmpty(Text(found, "password_hash")), Tags(found),
            [.. permissions.Select(one => new UserPermission(Text(one, "vhost"), Text(one, "configure"), Text(one, "write"), Text(one, "read")))],
            [.. topics.Select(one => new UserTopicPermission(Text(one, "vhost"), Text(one, "exchange"), Text(one, "write"), Text(one, "read")))],
            limits.SelectMany(one => one.GetProperty("value").EnumerateObject()).ToDictionary(limit => limit.Name, limit => limit.Value.GetInt64(), StringComparer.Ordinal));
    }

    /// <summary>Without its user nobody can log in by its name, with a password or with a certificate; the broker closes what it has open.</summary>
    public async Task DeleteAsync(string name, TimeProvider time, CancellationToken cancellation)
    {
        await DoAsync(HttpMethod.Delete, $"api/users/{Uri.EscapeDataString(name)}", null, cancellation);
        var began = time.GetTimestamp();
        while (true)
        {
            var open = await ConnectionsAsync(name, cancellation);
            if (open.Count == 0)
                return;
            if (time.GetElapsedTime(began) > TimeSpan.FromSeconds(30))
                throw new CommandFailure($"{open.Count} connections of {name} are still open at the broker.", "It can open no new ones. The same command again closes these; rabbitmqctl list_connections user name shows them.");
            foreach (var connection in open)
                await DoAsync(HttpMethod.Delete, $"api/connections/{Uri.EscapeDataString(connection)}", null, cancellation);

            // What the management plugin tells of connections is some seconds old.
            await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellation);
        }
    }

    /// <summary>The names of a user's connections.</summary>
    public async Task<IReadOnlyList<string>> ConnectionsAsync(string name, CancellationToken cancellation) =>
        [.. (await ListAsync("api/connections?columns=name,user", cancellation)).Where(one => Text(one, "user") == name).Select(one => Text(one, "name"))];

    /// <summary>As it was; its limits first and its password last, so that it is never there with more than it may.</summary>
    /// <param name="password">Null: it logs in by certificate.</param>
    public async Task RestoreAsync(RevokedUser user, string? password, CancellationToken cancellation)
    {
        var name = Uri.EscapeDataString(user.Name);
        // A user without a password cannot log in with one; a certificate needs the permissions that are not there yet.
        await DoAsync(HttpMethod.Put, $"api/users/{name}", new { password_hash = "", tags = string.Join(',', user.Tags) }, cancellation);
        foreach (var (limit, value) in user.Limits)
            await DoAsync(HttpMethod.Put, $"api/user-limits/{name}/{Uri.EscapeDataString(limit)}", new { value }, cancellation);
        foreach (var topic in user.TopicPermissions)
            await DoAsync(HttpMethod.Put, $"api/topic-permissions/{Uri.EscapeDataString(topic.Vhost)}/{name}", new { exchange = topic.Exchange, write = topic.Write, read = topic.Read }, cancellation);
        foreach (var permission in user.Permissions)
        {
            await DoAsync(
                HttpMethod.Put, $"api/permissions/{Uri.EscapeDataString(permission.Vhost)}/{name}",
                new { configure = permission.Configure, write = permission.Write, read = permission.Read }, cancellation);
        }

        if (password is not null)
            await DoAsync(HttpMethod.Put, $"api/users/{name}", new { password, tags = string.Join(',', user.Tags) }, cancellation);
    }

    public void Dispose() => _client.Dispose();

    private static string Text(JsonElement of, string field) => of.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>A list, or before 3.10 one text with commas.</summary>
    private static string[] Tags(JsonElement user) => user.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array
        ? [.. tags.EnumerateArray().Select(tag => tag.GetString()!)]
        : Text(user, "tags").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private async Task<IReadOnlyList<JsonElement>> ListAsync(string path, CancellationToken cancellation) =>
        await GetAsync(path, cancellation) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : [];

    private async Task<JsonElement?> GetAsync(string path, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, cancellation);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
    }

    private async Task DoAsync(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        using var response = await SendAsync(method, path, body, cancellation);
    }

    /// <summary>What is not there is no failure: whoever takes away finds it gone.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            response = await _client.SendAsync(request, cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new CommandFailure(
                $"The broker's management at {_address} could not be reached ({failure.GetType().Name}).", "Does the management plugin run there (rabbitmq-plugins enable rabbitmq_management), and is CLAIMS_BROKER_MANAGEMENT its URL?");
        }

        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotFound)
            return response;
        var status = response.StatusCode;
        response.Dispose();
        throw status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            ? new CommandFailure(
                $"The broker's management at {_address} does not let this user manage users ({(int)status}).", "The user in CLAIMS_BROKER_MANAGEMENT needs the tag administrator: rabbitmqctl set_user_tags USER administrator")
            : new CommandFailure($"The broker's management at {_address} answered {method} {path} with {(int)status}.", "Its log says why. The command may be repeated: what is done already stays done.");
    }
}
