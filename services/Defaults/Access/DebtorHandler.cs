using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Defaults.Access;

/// <summary>
/// Calls a debtor system, or FBS, with the credentials for it as they are now. A connection that shows a certificate is not shared with whoever shows another, or none: one server
/// may serve many municipalities.
/// </summary>
/// <param name="always">Whom every request is to; null: the request says it (<see cref="DebtorHttp.SignInAt"/>).</param>
internal sealed class DebtorHandler(DebtorCredentials credentials, string? always) : HttpMessageHandler
{
    private readonly ConcurrentDictionary<(string Files, DateTime Written), Lazy<HttpMessageInvoker>> _connections = new();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var who = always ?? (request.Options.TryGetValue(DebtorHttp.Whom, out var named) ? named : null);
        var credential = who is null ? null : credentials.Of(who);
        request.Headers.Authorization = credential switch
        {
            { Token: { } token } => new AuthenticationHeaderValue("Bearer", token),
            { User: { } user } => new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{credential.Password}"))),
            _ => null,
        };
        return ConnectionsOf(credential).SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var one in _connections.Values.Where(one => one.IsValueCreated))
                one.Value.Dispose();
        }
        base.Dispose(disposing);
    }

    private HttpMessageInvoker ConnectionsOf(DebtorCredential? credential)
    {
        string[] files = [.. ((string?[])[credential?.Certificate, credential?.Key, credential?.Ca]).OfType<string>()];
        // One that is renewed is another. One that could not be read is read again: a right that was given since changes no time of the file.
        var written = files.Select(File.GetLastWriteTimeUtc).DefaultIfEmpty().Max();
        return _connections.GetOrAdd((string.Join('\n', files), written), _ => new Lazy<HttpMessageInvoker>(() => Invoker(credential), LazyThreadSafetyMode.PublicationOnly)).Value;
    }

    private static HttpMessageInvoker Invoker(DebtorCredential? credential)
    {
        var ssl = new SslClientAuthenticationOptions();
        try
        {
            if (credential?.Certificate is { } file)
            {
                var certificate = BrokerIdentity.Load(file, credential.Key ?? file).Certificate;
                ssl.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
            }
            if (credential?.Ca is { } authority)
            {
                ssl.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
                ssl.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(authority);
            }
        }
        catch (Exception unread) when (unread is BrokerRefusedException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CredentialsException($"The certificate for a debtor system ({credential!.Certificate ?? credential.Ca}) cannot be read ({unread.GetType().Name}).", unread);
        }

        return new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2), SslOptions = ssl });
    }
}

public static class DebtorHttp
{
    internal static readonly HttpRequestOptionsKey<string> Whom = new("debtor-system");

    /// <summary>
    /// Makes a client one that signs in at debtor systems, and follows no redirect. A request says at whose with <see cref="SignInAt"/>. What cannot be signed in, because the credentials
    /// cannot be read, is not sent: <see cref="CredentialsException"/>.
    /// </summary>
    /// <param name="always">The only one that the client calls, such as <see cref="DebtorCredentials.Fbs"/>.</param>
    /// <param name="credentials">Null: the installation's.</param>
    public static IHttpClientBuilder AsDebtorClient(this IHttpClientBuilder client, string? always = null, Func<IServiceProvider, DebtorCredentials>? credentials = null) =>
        client.ConfigurePrimaryHttpMessageHandler(services => new DebtorHandler(credentials?.Invoke(services) ?? services.GetRequiredService<DebtorCredentials>(), always));

    /// <param name="municipality">Whose debtor system it is.</param>
    public static HttpRequestMessage SignInAt(this HttpRequestMessage request, string municipality)
    {
        request.Options.Set(Whom, municipality);
        return request;
    }
}
