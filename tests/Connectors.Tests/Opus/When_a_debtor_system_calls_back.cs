using System.Net;
using ClaimsTransfer.Connectors.Tests.Sdk;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.KmdOpus.Callback;
using Microsoft.Extensions.Configuration;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Opus;

/// <summary>Who calls back is asked who it is, is believed for its own municipalities alone, and finds nothing else at the address that it calls.</summary>
public sealed class When_a_debtor_system_calls_back
{
    private const string Paid =
        """
        <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><d:DaekningAfskrivning xmlns:d="urn:claimstransfer:oir-profile:debitor:1"><d:Postering>
          <d:PosteringId>p-1</d:PosteringId><d:Art>DAEKNING</d:Art><d:EksternReference>DK-710100-1</d:EksternReference>
          <d:Beloeb>10.00</d:Beloeb><d:Valoerdato>2026-11-30</d:Valoerdato><d:Bogfoert>2026-11-30T12:00:00Z</d:Bogfoert>
        </d:Postering></d:DaekningAfskrivning></s:Body></s:Envelope>
        """;

    [Test]
    public async Task One_that_signs_in_is_believed_for_its_own_municipality()
    {
        await using var bench = await OpusBench.StartAsync();

        (await bench.BringAsync(Paid)).Status.ShouldBe(HttpStatusCode.OK);
        bench.Entries.ShouldHaveSingleItem().Municipality.ShouldBe("0101");
    }

    [Test]
    public async Task Nobody_else_is_let_in()
    {
        await using var bench = await OpusBench.StartAsync();
        var theirs = new DebtorCredentials(bench.TheirFolder);

        (await bench.BringAsync(Paid, by: null)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        theirs.Set("0101", new DebtorCredential("opus-0101", DebtorCallers.DrawPassword()));
        (await bench.BringAsync(Paid)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        theirs.Set("0101", new DebtorCredential("opus-9999", DebtorCallers.DrawPassword()));
        (await bench.BringAsync(Paid)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        bench.CallersRefused.ShouldBe([("nobody", "0101"), ("nobody", "0101"), ("nobody", "0101")]);
        bench.Entries.ShouldBeEmpty();
    }

    [Test]
    public async Task One_that_speaks_for_another_municipality_is_refused_and_counted()
    {
        await using var bench = await OpusBench.StartAsync();

        var (status, answer) = await bench.BringAsync(Paid, by: "0751", municipality: "0101");

        status.ShouldBe(HttpStatusCode.Forbidden);
        answer.ShouldContain("soap:Client");
        answer.ShouldContain("0101");
        bench.Entries.ShouldBeEmpty();
        bench.Refused.ShouldBeEmpty("what it said is not looked at");
        bench.CallersRefused.ShouldBe([("opus-0751", "0101")]);
    }

    [Test]
    public async Task One_that_is_dismissed_comes_in_no_more_and_comes_in_again_when_it_is_admitted()
    {
        await using var bench = await OpusBench.StartAsync();
        var callers = new DebtorCallers(bench.OurFolder, TimeProvider.System);
        var known = callers.All["opus-0101"];

        callers.Set("opus-0101", null);
        (await bench.BringAsync(Paid)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        callers.Set("opus-0101", known);
        (await bench.BringAsync(Paid)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task It_finds_nothing_else_there_and_the_callback_is_nowhere_else()
    {
        await using var bench = await OpusBench.StartAsync();
        bench.CallbackUrl.Port.ShouldNotBe(bench.Url.Port);

        (await bench.BringAsync(Paid, to: bench.Url)).Status.ShouldBe(HttpStatusCode.NotFound);
        using var client = new HttpClient();
        foreach (var path in (string[])["/sandbox/opus/0101", "/health/live", "/connectors/KmdOpus", "/"])
            (await client.GetAsync(new Uri(bench.CallbackUrl, path))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task A_stand_in_does_not_let_us_in_without_credentials_or_with_anothers_and_does_when_they_are_mended()
    {
        await using var bench = await OpusBench.StartAsync();
        var ours = new DebtorCredentials(bench.OurFolder);
        var right = ours.Of("0101")!;

        ours.Set("0101", null);
        (await bench.SubmitAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Submitted.NotLetIn>().Reason.ShouldContain("401");
        ours.Set("0101", ours.Of("0751"));
        (await bench.SubmitAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Submitted.NotLetIn>().Reason.ShouldContain("403");
        (await bench.FindAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Found.NotLetIn>();
        (await bench.Ledger.FindClaimAsync("0101", "CT-1", CancellationToken.None)).ShouldBeNull();

        ours.Set("0101", right);
        (await bench.SubmitAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Submitted.Pending>();
        await Eventually.TrueAsync(() => !bench.Receipts.IsEmpty);
    }

    [Test]
    public async Task Credentials_that_cannot_be_read_send_nothing_and_are_not_repeated()
    {
        await using var bench = await OpusBench.StartAsync();
        var file = Path.Combine(bench.OurFolder, "ours.json");

        await File.WriteAllTextAsync(file, "{ \"0101\": { \"user\": \"claims\", \"password\": Hemmeligt-1905 } }");
        var reason = (await bench.SubmitAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Submitted.NotLetIn>().Reason;
        reason.ShouldContain(file);
        reason.ShouldNotContain("Hemmeligt");

        if (!OperatingSystem.IsWindows())
        {
            await File.WriteAllTextAsync(file, "{}");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            (await bench.SubmitAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Submitted.NotLetIn>().Reason.ShouldContain("chmod 600");
        }
    }

    [TestCase("Connectors:KmdOpus:CallbackListen", "http://0.0.0.0:7443")]
    [TestCase("Connectors:KmdOpus:CallbackListen", "http://*:7443")]
    [TestCase("Connectors:KmdOpus:CallbackListen", "somewhere")]
    [TestCase("Connectors:KmdOpus:CallbackUrl", "http://claims.example.dk:7443")]
    public void An_address_that_others_reach_without_TLS_stops_the_start(string key, string value)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();

        Should.Throw<SettingsException>(() => CallbackListener.Check(settings, new Installation())).Message.ShouldContain(key);
        if (value.StartsWith("http:", StringComparison.Ordinal))
            Should.NotThrow(() => CallbackListener.Check(settings, new Installation { AllowPlainHttp = true }));
    }

    [TestCase("http://127.0.0.1:7443")]
    [TestCase("https://0.0.0.0:7443")]
    [TestCase("https://*:7443")]
    public void One_on_this_machine_or_with_TLS_does_not(string value) => Should.NotThrow(
        () => CallbackListener.Check(new ConfigurationBuilder().AddInMemoryCollection([new("Connectors:KmdOpus:CallbackListen", value)]).Build(), new Installation()));
}
