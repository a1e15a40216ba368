using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Access;

/// <summary>Both ways at once, on a real server: what we show a debtor system, and how one is known that shows us the same.</summary>
[TestFixture]
public sealed class When_a_certificate_says_who_calls
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private TemporaryFolder _folder = null!;
    private WebApplication _server = null!;
    private DebtorCredentials _shown = null!;
    private DebtorCallers _known = null!;
    private ServiceProvider _clients = null!;

    [SetUp]
    public async Task Start()
    {
        _folder = new TemporaryFolder();
        (_shown, _known) = (new DebtorCredentials(_folder.Path), new DebtorCallers(_folder.Path, TimeProvider.System));
        using var own = Make("server", Now.AddDays(1), out _);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("https://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ServerCertificate = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        }));
        builder.Services.AddDebtorDoor("door", _ => _known, context => context.Request.Query["of"]);
        _server = builder.Build();
        _server.MapGet("/", (HttpContext context) => context.User.Identity!.Name).RequireAuthorization("door");
        await _server.StartAsync();
        _clients = new ServiceCollection().AddHttpClient("debtor").AsDebtorClient(credentials: _ => _shown).Services.BuildServiceProvider();
    }

    [TearDown]
    public async Task Stop()
    {
        await _clients.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task It_is_shown_for_its_own_municipality_alone_on_connections_of_its_own()
    {
        using var certificate = Show("0101", "opus", Now.AddDays(1));
        _known.Set("opus", new DebtorCaller(["0101"], CertificateSha256: DebtorCallers.FingerprintOf(certificate)));

        (await AskAsync("0101", of: "0101")).ShouldBe((HttpStatusCode.OK, "opus"));
        (await AskAsync("0751", of: "0101")).Status.ShouldBe(HttpStatusCode.Unauthorized, "a connection that showed another's certificate is not used");
        (await AskAsync("0101", of: "0751")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task One_that_is_nobodys_or_whose_time_is_over_is_not_known()
    {
        using var unknown = Show("0101", "opus", Now.AddDays(1));
        (await AskAsync("0101", of: "0101")).Status.ShouldBe(HttpStatusCode.Unauthorized);

        using var over = Show("0101", "opus", Now.AddSeconds(-1));
        _known.Set("opus", new DebtorCaller(["0101"], CertificateSha256: DebtorCallers.FingerprintOf(over)));
        (await AskAsync("0101", of: "0101")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_file_that_could_not_be_read_is_read_again_though_its_time_has_not_changed()
    {
        using var certificate = Show("0101", "opus", Now.AddDays(1));
        _known.Set("opus", new DebtorCaller(["0101"], CertificateSha256: DebtorCallers.FingerprintOf(certificate)));
        var (good, written) = (await File.ReadAllTextAsync(PathOf("opus")), File.GetLastWriteTimeUtc(PathOf("opus")));
        await WriteAsync("");
        await Should.ThrowAsync<CredentialsException>(() => AskAsync("0101", of: "0101"));

        await WriteAsync(good);

        (await AskAsync("0101", of: "0101")).ShouldBe((HttpStatusCode.OK, "opus"));

        async Task WriteAsync(string text)
        {
            await File.WriteAllTextAsync(PathOf("opus"), text);
            File.SetLastWriteTimeUtc(PathOf("opus"), written);
        }
    }

    [Test]
    public async Task A_server_whose_certificate_is_of_nobody_we_trust_is_shown_nothing()
    {
        _shown.Set("0101", new DebtorCredential(User: "claims", Password: "Hemmeligt-1905"));

        var refused = await Should.ThrowAsync<HttpRequestException>(() => AskAsync("0101", of: "0101"));

        refused.HttpRequestError.ShouldBe(HttpRequestError.SecureConnectionError);
        refused.ToString().ShouldNotContain("Hemmeligt");
    }

    private async Task<(HttpStatusCode Status, string Text)> AskAsync(string municipality, string of)
    {
        if (_shown.Of(municipality) is null)
            _shown.Set(municipality, new DebtorCredential(Ca: PathOf("server")));
        using var client = _clients.GetRequiredService<IHttpClientFactory>().CreateClient("debtor");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_server.Urls.First()}/?of={of}").SignInAt(municipality);
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private X509Certificate2 Show(string municipality, string name, DateTimeOffset until)
    {
        var certificate = Make(name, until, out var file);
        _shown.Set(municipality, new DebtorCredential(Certificate: file, Ca: PathOf("server")));
        return certificate;
    }

    private string PathOf(string name) => Path.Combine(_folder.Path, $"{name}.pem");

    private X509Certificate2 Make(string name, DateTimeOffset until, out string file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: name == "server", hasPathLengthConstraint: false, 0, critical: true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(Now.AddDays(-2), until);
        file = PathOf(name);
        File.WriteAllText(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        return certificate;
    }
}
