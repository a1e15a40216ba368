using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClaimsTransfer.Cli.Broker;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace ClaimsTransfer.Journeys.Doors;

/// <summary>Over HTTPS, with the certificates that <c>claims broker certificates</c> makes.</summary>
public sealed class When_services_call_each_other_by_certificate
{
    private const string Door = "/routing/saga";
    private static readonly string[] Hosts = ["localhost", "127.0.0.1"];

    private TemporaryFolder _folder = null!;
    private DevelopmentCertificates _ours = null!;
    private RunningService _routing = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        Make(Folder("ours", new FakeTimeProvider(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(100))), 90, "payments");
        _ours = Folder("ours");
        Make(_ours, 90, "routing", "console", "operations", "vendor-prisme", "fbs", "sandbox");
        _routing = await RunningService.StartAsync("routing", null, "https://127.0.0.1:0", [
            new("CLAIMS_BROKER_CA", _ours.CaFile), new("CLAIMS_BROKER_CERTIFICATE", _ours.CertificateOf("routing")), new("CLAIMS_BROKER_KEY", _ours.KeyOf("routing")),
        ]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _routing.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("console", HttpStatusCode.OK)]
    [TestCase("operations", HttpStatusCode.OK)]
    [TestCase("vendor-prisme", HttpStatusCode.Unauthorized)]
    [TestCase("fbs", HttpStatusCode.Unauthorized)]
    [TestCase("sandbox", HttpStatusCode.Unauthorized)]
    public async Task The_name_in_the_certificate_says_who_it_is(string name, HttpStatusCode expected) => (await AskAsync(_ours, name)).ShouldBe(expected);

    [Test]
    public async Task Nobody_is_known_without_one_or_by_that_of_another_CA_or_by_one_that_has_expired()
    {
        (await AskAsync(null, "console")).ShouldBe(HttpStatusCode.Unauthorized);

        var foreign = Folder("foreign");
        Make(foreign, 90, "console");
        (await AskAsync(foreign, "console")).ShouldBe(HttpStatusCode.Unauthorized);

        (await AskAsync(_ours, "payments")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_vendor_asks_its_own_connector_by_its_own_certificate_and_no_other_vendor_does()
    {
        Make(_ours, 90, "vendor-kmdopus");
        await using var connector = await RunningService.StartAsync("prisme", null, "https://127.0.0.1:0", [
            new("CLAIMS_BROKER_CA", _ours.CaFile), new("CLAIMS_BROKER_CERTIFICATE", _ours.CertificateOf("vendor-prisme")), new("CLAIMS_BROKER_KEY", _ours.KeyOf("vendor-prisme")),
        ]);
        (await AskAsync(_ours, "vendor-prisme", new Uri(connector.Url, "/connectors/Prisme"))).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(_ours, "console", new Uri(connector.Url, "/connectors/Prisme"))).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(_ours, "vendor-kmdopus", new Uri(connector.Url, "/connectors/Prisme"))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_server_of_another_CA_is_not_talked_to()
    {
        var foreign = Folder("foreign-server");
        Make(foreign, 90, "console");
        using var client = new HttpClient(new ServiceHttp(InstallationWith(_ours, "console") with { BrokerCa = foreign.CaFile }, "console", TimeProvider.System).Handler());
        (await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync(new Uri(_routing.Url, Door)))).HttpRequestError.ShouldBe(HttpRequestError.SecureConnectionError);
    }

    [Test]
    public async Task A_renewed_certificate_is_shown_without_a_restart()
    {
        var before = await ShownAsync();
        foreach (var file in (string[])[_ours.CertificateOf("routing"), _ours.KeyOf("routing")])
            File.Delete(file);
        Make(_ours, 90, "routing");
        (await ShownAsync()).ShouldNotBe(before);
        (await AskAsync(_ours, "console")).ShouldBe(HttpStatusCode.OK);
    }

    private DevelopmentCertificates Folder(string name, TimeProvider? time = null) => new(Path.Combine(_folder.Path, name), time ?? TimeProvider.System, () => RandomNumberGenerator.GetBytes(16));

    private static void Make(DevelopmentCertificates folder, int days, params string[] users) =>
        folder.Make(users, Hosts, TimeSpan.FromDays(days), ((string[])["routing", "vendor-prisme"]).SelectMany(user => Hosts.Select(host => (user, host))).ToLookup(pair => pair.user, pair => pair.host, StringComparer.Ordinal));

    /// <summary>A data folder of its own, so that no token vouches for whom the certificate does not.</summary>
    private Installation InstallationWith(DevelopmentCertificates certificates, string name) => new()
    {
        Data = Path.Combine(_folder.Path, "nowhere"), BrokerCa = _ours.CaFile, BrokerCertificate = certificates.CertificateOf(name), BrokerKey = certificates.KeyOf(name),
    };

    private async Task<HttpStatusCode> AskAsync(DevelopmentCertificates? certificates, string name, Uri? address = null)
    {
        var installation = certificates is null ? InstallationWith(_ours, name) with { BrokerCertificate = "", BrokerKey = "" } : InstallationWith(certificates, name);
        using var client = new HttpClient(new ServiceHttp(installation, name, TimeProvider.System).Handler());
        using var response = await client.GetAsync(address ?? new Uri(_routing.Url, Door));
        return response.StatusCode;
    }

    private async Task<string> ShownAsync()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(_routing.Url.Host, _routing.Url.Port);
        await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("localhost");
        return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }
}
