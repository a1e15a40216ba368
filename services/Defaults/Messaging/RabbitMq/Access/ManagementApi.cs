using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;

/// <summary>
/// The broker's management plugin, over https with the same CA. It takes no certificates for a login: user and password are those of its own URL, else those of the
/// broker's.
/// </summary>
internal sealed class ManagementApi : IDisposable
{
    private readonly HttpClient client;
    private readonly BrokerAccess access;
    private readonly string shown;
    private readonly string user;
    private volatile BrokerTrust? asked;

    public ManagementApi(BrokerAccess access, string url)
    {
        this.access = access;
        var address = new Uri(url);
        shown = Hosting.Installation.Redacted(url);
        var given = address.UserInfo.Split(':', 2) is [{ Length: > 0 } name, var secret] ? (User: Uri.UnescapeDataString(name), Password: Uri.UnescapeDataString(secret)) : access.Password;
        var login = given ?? throw new BrokerRefusedException(
            $"{shown}: RabbitMQ's management takes no certificates for a login, and Claims:Broker has no password. Give it a user of its own: Claims:BrokerManagement=https://user:password@host:15671");
        user = login.User;
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        handler.SslOptions.EnabledSslProtocols = BrokerProbe.Versions;
        handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            (asked = access.TrustIn(address.DnsSafeHost)).Accepts(sender, certificate, chain, errors);
        client = new HttpClient(handler)
        {
            BaseAddress = new Uri($"{address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/')}/"),
            Timeout = TimeSpan.FromSeconds(20),
            MaxResponseContentBufferSize = Reading.Bound.AnswerBytes,
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password}")));
    }

    /// <summary>Every queue of the virtual host.</summary>
    public async Task<IReadOnlyList<JsonElement>> QueuesAsync(string query, CancellationToken cancellation) =>
        [.. (await GetAsync($"api/queues/{Uri.EscapeDataString(access.VirtualHost)}{query}", "monitoring", cancellation)).EnumerateArray()];

    /// <summary>All that was made on the broker, of every virtual host, as it exports it.</summary>
    public Task<JsonElement> DefinitionsAsync(CancellationToken cancellation) => GetAsync("api/definitions", "administrator", cancellation);

    private async Task<JsonElement> GetAsync(string path, string tag, CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), cancellation);
            using var listed = Reading.BoundedJson.Document(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellation), Reading.Bound.AnswerBytes);
            return listed.RootElement.Clone();
        }
        catch (HttpRequestException) when (asked?.Fault is { } untrusted)
        {
            throw new BrokerRefusedException($"{shown}: {untrusted}");
        }
        catch (HttpRequestException refused) when (refused.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new BrokerRefusedException(
                $"{shown}: the management refuses the user '{user}' ({(int)refused.StatusCode}). It needs the tag '{tag}' and the right password, in Claims:BrokerManagement or Claims:Broker.", refused);
        }
    }

    public void Dispose() => client.Dispose();
}
