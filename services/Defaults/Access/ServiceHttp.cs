using System.Net.Http.Headers;
using System.Net.Security;
using ClaimsTransfer.Defaults.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Defaults.Access;

/// <summary>How a service or command calls services of the installation: on this machine with a <see cref="ServiceToken"/>, elsewhere by its certificate.</summary>
/// <param name="name">Who calls, for the other side's log.</param>
public sealed class ServiceHttp(Installation installation, string name, TimeProvider time)
{
    private readonly ServiceToken _tokens = new(installation, time);
    private readonly Certificates _certificates = new(installation, time);

    /// <summary>A handler for one client; what it reads of the installation's files is read again for each.</summary>
    public HttpMessageHandler Handler()
    {
        var sockets = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) };
        sockets.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => _certificates.Own!;
        if (_certificates.ServerPolicy is { } ours)
            sockets.SslOptions.CertificateChainPolicy = ours;
        return new Signing(sockets, _tokens, name);
    }

    private sealed class Signing(HttpMessageHandler inner, ServiceToken tokens, string name) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // Who has signed in as a person or sender means to be that. A token goes to this machine alone: elsewhere it would be of no use to us, and of some to others.
            if (request.Headers.Authorization is null && request.RequestUri is { } address && Installation.IsHere(address) && tokens.TryIssue(name) is { } token)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return base.SendAsync(request, cancellationToken);
        }
    }
}

public static class ServiceHttpExtensions
{
    /// <summary>Makes a client one that calls services of the installation.</summary>
    public static IHttpClientBuilder AsService(this IHttpClientBuilder client) =>
        client.ConfigurePrimaryHttpMessageHandler(services => services.GetRequiredService<ServiceHttp>().Handler());
}
