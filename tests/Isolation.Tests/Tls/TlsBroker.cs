using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using ClaimsTransfer.Cli.Broker;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using ClaimsTransfer.LocalServers;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Time.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shouldly;

namespace ClaimsTransfer.Isolation.Tests.Tls;

/// <summary>
/// One RabbitMQ for the tests of this namespace that listens by TLS alone and wants a certificate of everybody, with those that
/// <c>claims broker certificates</c> makes. They were made two months ago, so that some of them have expired.
/// </summary>
[SetUpFixture]
public sealed class TlsBroker
{
    public const string Vendor = "vendor-prisme";
    public const string Expired = "vendor-expired";
    public const string ExpiresSoon = "vendor-soon";
    public const string Unknown = "nobody";

    private static readonly TimeSpan Within = TimeSpan.FromSeconds(30);
    private static string _folder = "";

    public static LocalRabbitMq Server { get; private set; } = null!;

    public static DevelopmentCertificates Ours { get; private set; } = null!;

    /// <summary>Of a CA that the broker knows nothing of, nor anybody else.</summary>
    public static DevelopmentCertificates Foreign { get; private set; } = null!;

    public static TimeProvider TwoMonthsAgo { get; } = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(-60));

    public static string Uri => Server.TlsUri!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = RabbitMqServer.NewFolder();
        Ours = Certificates("ours");
        Ours.Make([Vendor, Unknown], ["localhost", "127.0.0.1"], TimeSpan.FromDays(400));
        Ours.Make([Expired], ["localhost", "127.0.0.1"], TimeSpan.FromDays(30));
        Ours.Make([ExpiresSoon], ["localhost", "127.0.0.1"], TimeSpan.FromDays(67.5));
        Foreign = Certificates("foreign");
        Foreign.Make([Vendor], ["localhost", "127.0.0.1"], TimeSpan.FromDays(400));
        Server = await LocalRabbitMq.StartAsync(
            Path.Combine(_folder, "broker"), management: true, new LocalTls(Ours.CaFile, Ours.CertificateOf(DevelopmentCertificates.Server), Ours.KeyOf(DevelopmentCertificates.Server)));
        using var management = Management();
        foreach (var user in (string[])[Vendor, Expired, ExpiresSoon])
        {
            // Without a password there is no other way in than the certificate.
            (await management.PutAsJsonAsync($"api/users/{user}", new { password_hash = "", tags = "" })).EnsureSuccessStatusCode();
            (await management.PutAsJsonAsync($"api/permissions/%2F/{user}", new { configure = ".*", write = ".*", read = ".*" })).EnsureSuccessStatusCode();
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public static DevelopmentCertificates Certificates(string name) => new(Path.Combine(_folder, name), TwoMonthsAgo, () => RandomNumberGenerator.GetBytes(16));

    /// <summary>Somebody with this user's certificate, who trusts the broker's CA.</summary>
    public static Installation With(string user, DevelopmentCertificates? issuer = null, string? trusted = null) => new()
    {
        Broker = Uri,
        BrokerCa = trusted ?? Ours.CaFile,
        BrokerCertificate = (issuer ?? Ours).CertificateOf(user),
        BrokerKey = (issuer ?? Ours).KeyOf(user),
    };

    public static BrokerAccess Access(Installation installation, TimeProvider? time = null) => BrokerAccess.Of(installation, time ?? TimeProvider.System);

    /// <summary>The text by which a transport is refused at its first use.</summary>
    public static async Task<string> RefusalAsync(Installation installation, TimeProvider? time = null)
    {
        using var patience = new CancellationTokenSource(Within);
        return (await Should.ThrowAsync<BrokerRefusedException>(async () =>
        {
            await using var transport = Transports.Open(installation, "refused", time);
            await transport.DeclareAsync([], patience.Token);
        })).Message;
    }

    /// <summary>The broker with another certificate of its own, until the returned is disposed.</summary>
    public static async Task<IAsyncDisposable> WithServerCertificateAsync(IReadOnlyList<string> hosts, TimeSpan life)
    {
        await ReplaceServerCertificateAsync(hosts, life);
        return new Restored();
    }

    /// <summary>Adds a CA to those whose certificates the broker takes, until the returned is disposed.</summary>
    public static async Task<IAsyncDisposable> TrustingAsync(string pem)
    {
        await File.AppendAllTextAsync(Ours.CaFile, pem);
        await ReplaceServerCertificateAsync(["localhost", "127.0.0.1"], TimeSpan.FromDays(400));
        return new Untrusting(pem);
    }

    /// <summary>The management API, as the broker's first user.</summary>
    public static HttpClient Management()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(Ours.CaFile);
        var handler = new SocketsHttpHandler { UseProxy = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
        var client = new HttpClient(handler) { BaseAddress = new Uri($"{Server.ManagementUri}/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Server.User}:{Server.Password}")));
        return client;
    }

    /// <summary>The broker's connections of a name, once there is one that fits.</summary>
    public static async Task<IReadOnlyList<JsonElement>> ConnectionsAsync(string name, Func<JsonElement, bool> fits)
    {
        using var management = Management();
        using var patience = new CancellationTokenSource(Within);
        while (true)
        {
            var found = (await management.GetFromJsonAsync<JsonElement>("api/connections", patience.Token)).EnumerateArray()
                .Where(one => one.TryGetProperty("client_properties", out var properties) && properties.TryGetProperty("connection_name", out var told)
                    && told.GetString()!.StartsWith(name, StringComparison.Ordinal) && fits(one)).ToList();
            if (found.Count > 0)
                return found;
            await Task.Delay(100, patience.Token);
        }
    }

    private static async Task ReplaceServerCertificateAsync(IReadOnlyList<string> hosts, TimeSpan life)
    {
        File.Delete(Ours.CertificateOf(DevelopmentCertificates.Server));
        Ours.Make([], hosts, life);
        await Server.TakeCertificatesAsync();
        using var wanted = X509CertificateLoader.LoadCertificateFromFile(Ours.CertificateOf(DevelopmentCertificates.Server));
        using var patience = new CancellationTokenSource(Within);
        while (await PresentedAsync(patience.Token) != wanted.SerialNumber)
            await Task.Delay(100, patience.Token);
    }

    private static async Task<string> PresentedAsync(CancellationToken cancellation)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Server.TlsPort, cancellation);
        var serial = "";
        await using var secured = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, presented, _, _) =>
        {
            serial = ((X509Certificate2)presented!).SerialNumber;
            return false;
        });
        await Should.ThrowAsync<System.Security.Authentication.AuthenticationException>(() => secured.AuthenticateAsClientAsync("localhost"));
        return serial;
    }

    private sealed class Untrusting(string pem) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await File.WriteAllTextAsync(Ours.CaFile, (await File.ReadAllTextAsync(Ours.CaFile)).Replace(pem, "", StringComparison.Ordinal));
            await ReplaceServerCertificateAsync(["localhost", "127.0.0.1"], TimeSpan.FromDays(400));
        }
    }

    private sealed class Restored : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await ReplaceServerCertificateAsync(["localhost", "127.0.0.1"], TimeSpan.FromDays(400));
    }
}
