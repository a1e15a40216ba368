using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using ClaimsTransfer.Cli.Broker;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Journeys.Doors;

/// <summary>Over HTTPS, with certificates of the installation's CA: the common name is the sender's, once it is registered.</summary>
public sealed class When_a_sender_comes_by_certificate
{
    private static readonly string[] Hosts = ["localhost", "127.0.0.1"];

    private TemporaryFolder _folder = null!;
    private DevelopmentCertificates _ours = null!;
    private RunningService _ingest = null!;
    private int _fee;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _ours = Make("ours", "ingest", "operations", "fbs", "library-system", "vendor-prisme");
        _ingest = await RunningService.StartAsync("ingest", null, "https://127.0.0.1:0", [
            new("CLAIMS_BROKER_CA", _ours.CaFile), new("CLAIMS_BROKER_CERTIFICATE", _ours.CertificateOf("ingest")), new("CLAIMS_BROKER_KEY", _ours.KeyOf("ingest")),
        ]);
        (await OperateAsync("", new { name = "fbs", agencies = new[] { "DK-710100" }, hasKey = false })).ShouldBe(HttpStatusCode.OK);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _ingest.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task It_sends_for_its_agencies_and_opens_no_other_door()
    {
        (await SendAsync(_ours, "fbs")).ShouldBe(HttpStatusCode.Accepted);
        (await SendAsync(_ours, "fbs", "DK-775100")).ShouldBe(HttpStatusCode.UnprocessableEntity);
        using var client = Client(_ours, "fbs");
        (await client.GetAsync("/ingest/senders")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [TestCase("library-system", Description = "Of our CA, and nobody has registered it.")]
    [TestCase("vendor-prisme")]
    public async Task Another_name_of_our_CA_is_no_sender(string name) => (await SendAsync(_ours, name)).ShouldBe(HttpStatusCode.Unauthorized);

    [Test]
    public async Task The_same_name_of_another_CA_is_no_sender() => (await SendAsync(Make("foreign", "fbs"), "fbs")).ShouldBe(HttpStatusCode.Unauthorized);

    [Test]
    public async Task A_token_that_is_shown_beside_a_certificate_of_ours_has_to_hold()
    {
        (await SendAsync(_ours, "operations")).ShouldBe(HttpStatusCode.Accepted);
        foreach (var token in (string[])["eyJhbGciOiJub25lIn0.eyJzdWIiOiJmYnMifQ.", "0123456789", "a.b.c", "aaaa.bbbb.cccc", "e30.e30.x"])
            (await SendAsync(_ours, "operations", token: token)).ShouldBe(HttpStatusCode.Unauthorized, token);
    }

    [Test]
    public async Task A_revoked_one_is_refused_and_comes_back_when_it_is_added()
    {
        var body = new { name = "library-system", agencies = new[] { "*" }, hasKey = false };
        (await OperateAsync("", body)).ShouldBe(HttpStatusCode.OK);
        (await SendAsync(_ours, "library-system")).ShouldBe(HttpStatusCode.Accepted);
        (await OperateAsync("/library-system/revoke", new { why = "for the test" })).ShouldBe(HttpStatusCode.OK);
        (await SendAsync(_ours, "library-system")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    private DevelopmentCertificates Make(string folder, params string[] users)
    {
        var made = new DevelopmentCertificates(Path.Combine(_folder.Path, folder), TimeProvider.System, () => RandomNumberGenerator.GetBytes(16));
        made.Make(users, Hosts, TimeSpan.FromDays(90), Hosts.Select(host => ("ingest", host)).ToLookup(pair => pair.Item1, pair => pair.host, StringComparer.Ordinal));
        return made;
    }

    /// <summary>A data folder of its own, so that no token vouches for whom the certificate does not.</summary>
    private HttpClient Client(DevelopmentCertificates certificates, string name)
    {
        var installation = new Installation
        {
            Data = Path.Combine(_folder.Path, "nowhere"), BrokerCa = _ours.CaFile, BrokerCertificate = certificates.CertificateOf(name), BrokerKey = certificates.KeyOf(name),
        };
        return new HttpClient(new ServiceHttp(installation, name, TimeProvider.System).Handler()) { BaseAddress = _ingest.Url };
    }

    private async Task<HttpStatusCode> OperateAsync(string below, object body)
    {
        using var client = Client(_ours, "operations");
        using var response = await client.PostAsJsonAsync($"/ingest/senders{below}", body);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> SendAsync(DevelopmentCertificates certificates, string name, string agency = "DK-710100", string? token = null)
    {
        using var client = Client(certificates, name);
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.PostAsJsonAsync("/claims", new
        {
            messageId = Guid.NewGuid(), occurredAt = "2026-11-22T06:54:00Z", agency, feeId = Interlocked.Increment(ref _fee), version = 1, type = "fee", reason = "Gebyr", amountOre = 7000,
            currency = "DKK", createdOn = "2026-10-22", borrower = new { cpr = "0101011234" },
        });
        return response.StatusCode;
    }
}
