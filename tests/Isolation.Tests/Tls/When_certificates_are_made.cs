using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClaimsTransfer.Cli;
using ClaimsTransfer.Cli.Broker;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace ClaimsTransfer.Isolation.Tests.Tls;

[NonParallelizable]
public sealed class When_certificates_are_made
{
    private static readonly string[] Users = ["ingest", "routing", "payments", "console", "fbs", "sandbox", "operations", "vendor-kmdopus", "vendor-prisme", "vendor-oesindsigt"];
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private static readonly string[] Called = ["ingest", "routing", "payments", "console"];
    private static readonly string[] Hosts = ["localhost", "127.0.0.1"];
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task There_is_a_CA_one_for_the_broker_and_one_for_every_service_and_vendor()
    {
        var (code, text) = await CommandAsync("--to", _folder.Path, "--host", "rabbitmq.example", "--host", "10.0.0.5");

        code.ShouldBe(0, text);
        Directory.EnumerateFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(Users.Concat(["ca", "server"]).SelectMany(name => (string[])[$"{name}.key", $"{name}.pem"]).Order(StringComparer.Ordinal));
        using var ca = Read("ca");
        foreach (var name in Users.Append("server"))
        {
            using var certificate = Read(name);
            ShouldComeFrom(ca, certificate);
            certificate.SubjectName.Name.ShouldBe(name == "server" ? "CN=rabbitmq.example" : $"CN={name}");
            Uses(certificate).ShouldBe(name == "server" ? [ServerAuthentication] : Called.Contains(name) ? [ClientAuthentication, ServerAuthentication] : [ClientAuthentication]);
            (certificate.NotAfter - TimeProvider.System.GetLocalNow().DateTime).TotalDays.ShouldBeInRange(89, 91);
        }
        using var server = Read("server");
        Named(server).ShouldBe(["rabbitmq.example", "localhost", "10.0.0.5", "127.0.0.1"]);
        using var routing = Read("routing");
        Named(routing).ShouldBe(["rabbitmq.example", "localhost", "10.0.0.5", "127.0.0.1"]);
        Users.Append("server").Select(Serial).Distinct().Count().ShouldBe(Users.Length + 1);
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    public async Task Keys_are_for_their_owner_only()
    {
        await CommandAsync("--to", _folder.Path, "--names", "ingest");

        foreach (var name in (string[])["ca", "server", "ingest"])
        {
            File.GetUnixFileMode(Path.Combine(_folder.Path, $"{name}.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var key = File.ReadAllText(PathOf($"{name}.key"));
            key[PemEncoding.Find(key).Label].ShouldBe("PRIVATE KEY");
            File.ReadAllText(PathOf($"{name}.pem")).ShouldNotContain("PRIVATE");
        }
    }

    [Test]
    public async Task The_lines_that_use_them_are_printed()
    {
        var (_, text) = await CommandAsync("--to", _folder.Path, "--names", "vendor-prisme");

        foreach (var line in (string[])
            [
                "listeners.tcp = none", "ssl_options.verify = verify_peer", "ssl_options.fail_if_no_peer_cert = true", "auth_mechanisms.1 = EXTERNAL", "ssl_cert_login_from = common_name",
                "rabbitmq_auth_mechanism_ssl", $"ssl_options.cacertfile = {_folder.Path}/ca.pem", "CLAIMS_BROKER=amqps://localhost:5671/", $"CLAIMS_BROKER_CERTIFICATE={_folder.Path}/vendor-prisme.pem",
            ])
            text.ShouldContain(line);
    }

    [Test]
    public async Task Only_the_vendors_of_the_municipalities_given_have_one()
    {
        var file = Path.Combine(_folder.Path, "municipalities.yaml");
        var shipped = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "municipalities.yaml"));
        // The file's head and its first municipality.
        await File.WriteAllLinesAsync(file, shipped.TakeWhile((line, index) => !IsEntry(line) || shipped.Take(index).Count(IsEntry) < 1));
        var vendor = $"vendor-{Defaults.Municipalities.MunicipalityFile.Load(file).OrThrow().All.ShouldHaveSingleItem().Vendor}".ToLowerInvariant();

        await CommandAsync("--to", Path.Combine(_folder.Path, "made"), "--municipalities", file);

        Directory.EnumerateFiles(Path.Combine(_folder.Path, "made"), "vendor-*.pem").Select(Path.GetFileNameWithoutExtension).ShouldBe([vendor]);
    }

    [Test]
    public async Task A_vendors_connector_that_is_called_has_its_own_host_and_no_others()
    {
        await CommandAsync("--to", _folder.Path, "--names", "vendor-prisme,vendor-kmdopus", "--host", "claims.example", "--host-of", "vendor-prisme=connector.example");

        using var called = Read("vendor-prisme");
        Named(called).ShouldBe(["connector.example"]);
        Uses(called).ShouldBe([ClientAuthentication, ServerAuthentication]);
        using var other = Read("vendor-kmdopus");
        Uses(other).ShouldBe([ClientAuthentication]);
    }

    [TestCase("--host-of", "connector.example", "is not a user and its host")]
    [TestCase("--names", "Ingest", "'Ingest' is no user's name")]
    [TestCase("--names", "ingest,ca", "'ca' is no user's name")]
    [TestCase("--days", "0", "not between 1 and 825")]
    [TestCase("--host", "not a host", "neither a host's name nor an address")]
    public async Task What_makes_no_sense_is_refused(string option, string value, string reason)
    {
        var (code, text) = await CommandAsync("--to", _folder.Path, option, value);

        code.ShouldBe(2);
        text.ShouldContain(reason);
        Directory.EnumerateFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    [Test]
    public void A_second_run_renews_what_has_less_than_a_third_of_its_life_left_and_keeps_the_rest()
    {
        Make(0, 90, "ingest").Select(one => one.How).ShouldBe(["made", "made", "made"]);
        Make(40, 90, "routing").Select(one => (one.Name, one.How)).ShouldBe([("ca", "kept"), ("server", "kept"), ("routing", "made")]);
        var before = (Ca: File.ReadAllBytes(PathOf("ca.key")), Ingest: Serial("ingest"), Routing: Serial("routing"));

        Make(59, 90, "ingest", "routing").ShouldAllBe(one => one.How == "kept");
        Make(61, 90, "ingest", "routing").Select(one => one.How).ShouldBe(["kept", "renewed", "renewed", "kept"]);

        File.ReadAllBytes(PathOf("ca.key")).ShouldBe(before.Ca);
        Serial("ingest").ShouldNotBe(before.Ingest);
        Serial("routing").ShouldBe(before.Routing);
        using var ca = Read("ca");
        using var renewed = Read("ingest");
        ShouldComeFrom(ca, renewed);
        renewed.NotAfter.ToUniversalTime().ShouldBe(Start.AddDays(61 + 90).UtcDateTime);
    }

    [Test]
    public void Another_host_or_another_CA_renews_too()
    {
        Make(0, 90, "ingest");
        Certificates(1).Make(["ingest"], [.. Hosts, "rabbitmq.example"], TimeSpan.FromDays(90)).Select(one => one.How).ShouldBe(["kept", "renewed", "kept"]);

        File.Delete(PathOf("ca.pem"));
        File.Delete(PathOf("ca.key"));

        Make(2, 90, "ingest").Select(one => one.How).ShouldBe(["made", "renewed", "renewed"]);
    }

    [Test]
    public void Nothing_outlives_its_CA_and_an_expired_CA_issues_nothing()
    {
        Make(0, 90, "ingest");
        using var ca = Read("ca");
        var days = (int)(ca.NotAfter.ToUniversalTime() - Start.UtcDateTime).TotalDays;

        Make(days - 10, 90, "ingest");
        using var last = Read("ingest");
        last.NotAfter.ShouldBe(ca.NotAfter);
        Should.Throw<Cli.Running.CommandFailure>(() => Make(days + 1, 90, "ingest")).Message.ShouldContain("expired on");
    }

    private IReadOnlyList<FolderCertificate> Make(int daysAfterStart, int life, params string[] users) => Certificates(daysAfterStart).Make(users, Hosts, TimeSpan.FromDays(life));

    private DevelopmentCertificates Certificates(int daysAfterStart) => new(_folder.Path, new FakeTimeProvider(Start.AddDays(daysAfterStart)), () => RandomNumberGenerator.GetBytes(16));

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    private X509Certificate2 Read(string name) => X509Certificate2.CreateFromPemFile(PathOf($"{name}.pem"), PathOf($"{name}.key"));

    private string Serial(string name)
    {
        using var certificate = Read(name);
        return certificate.SerialNumber;
    }

    private static void ShouldComeFrom(X509Certificate2 ca, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(ca);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = certificate.NotBefore.AddHours(1);
        chain.Build(certificate).ShouldBeTrue(string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation)));
    }

    private static IEnumerable<string> Uses(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(use => use.Value!);

    private static IEnumerable<string> Named(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        return [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())];
    }

    private static bool IsEntry(string line) => line.TrimStart().StartsWith("- code:", StringComparison.Ordinal) || line.StartsWith("- ", StringComparison.Ordinal);

    private static async Task<(int Code, string Text)> CommandAsync(params string[] arguments)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var text = new StringWriter();
        Console.SetOut(text);
        Console.SetError(text);
        try
        {
            return (await CommandLine.RunAsync(["broker", "certificates", .. arguments]), text.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}
