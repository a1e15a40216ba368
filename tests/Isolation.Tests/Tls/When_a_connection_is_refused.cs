using System.Net;
using System.Net.Sockets;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace ClaimsTransfer.Isolation.Tests.Tls;

/// <summary>Each by a text that says what is wrong, whose fault it is and what helps.</summary>
[TestFixture(Transports.MassTransit)]
[TestFixture(Transports.Native)]
[NonParallelizable]
public sealed class When_a_connection_is_refused(string transport)
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Plain_AMQP_is_told_to_speak_TLS()
    {
        var text = await RefusalAsync(new Installation { Broker = $"amqp://claims:secret@127.0.0.1:{TlsBroker.Server.TlsPort}/%2F" });

        text.ShouldContain("the broker speaks TLS at this port");
        text.ShouldContain($"amqps://claims:…@127.0.0.1:{TlsBroker.Server.TlsPort}");
        text.ShouldNotContain("secret");
    }

    [Test]
    public async Task TLS_where_plain_AMQP_is_spoken_is_told_so()
    {
        using var plain = new TcpListener(IPAddress.Loopback, 0);
        plain.Start();
        var answering = AnswerAsRabbitMqAsync(plain);

        (await RefusalAsync(TlsBroker.With(TlsBroker.Vendor) with { Broker = $"amqps://127.0.0.1:{((IPEndPoint)plain.LocalEndpoint).Port}/%2F" })).ShouldContain("the broker speaks no TLS at this port");

        plain.Stop();
        await answering;
    }

    [Test]
    public async Task A_broker_of_another_CA_is_not_trusted()
    {
        var text = await RefusalAsync(TlsBroker.With(TlsBroker.Vendor, trusted: TlsBroker.Foreign.CaFile));

        text.ShouldContain("was not issued by the CA in Claims:BrokerCa");
        text.ShouldContain(TlsBroker.Foreign.CaFile);
        text.ShouldContain("'CN=ClaimsTransfer development CA'");
    }

    [Test]
    public async Task Without_a_CA_of_ours_only_whom_the_machine_trusts_is_trusted() =>
        (await RefusalAsync(TlsBroker.With(TlsBroker.Vendor) with { BrokerCa = "" }))
            .ShouldSatisfyAllConditions(text => text.ShouldContain("whom this machine does not trust"), text => text.ShouldContain("Claims:BrokerCa=/etc/claims/tls/ca.pem"));

    [Test]
    public async Task A_certificate_of_another_CA_is_not_trusted_by_the_broker() =>
        (await RefusalAsync(TlsBroker.With(TlsBroker.Vendor, TlsBroker.Foreign)))
            .ShouldSatisfyAllConditions(
                text => text.ShouldContain($"the broker refuses our certificate '{TlsBroker.Vendor}' ({TlsBroker.Foreign.CertificateOf(TlsBroker.Vendor)})"),
                text => text.ShouldContain("it does not know its issuer"),
                text => text.ShouldContain("ssl_options.cacertfile"));

    [Test]
    public async Task Without_a_certificate_of_ours_it_is_asked_for() =>
        (await RefusalAsync(new Installation { Broker = TlsBroker.Server.Uri, BrokerCa = TlsBroker.Ours.CaFile }))
            .ShouldSatisfyAllConditions(text => text.ShouldContain("asks for a certificate of ours, and we have none"), text => text.ShouldContain("Claims:BrokerCertificate"));

    [Test]
    public async Task Our_own_expired_certificate_is_not_even_shown() =>
        (await RefusalAsync(TlsBroker.With(TlsBroker.Expired)))
            .ShouldSatisfyAllConditions(
                text => text.ShouldStartWith($"Our own certificate '{TlsBroker.Expired}'"),
                text => text.ShouldContain($"expired on {TlsBroker.TwoMonthsAgo.GetUtcNow().AddDays(30).UtcDateTime:yyyy-MM-dd}"),
                text => text.ShouldContain("claims broker certificates"));

    [Test]
    public async Task An_expired_certificate_shown_by_somebody_whose_clock_is_late_is_refused_by_the_broker()
    {
        var late = new FakeTimeProvider(TlsBroker.TwoMonthsAgo.GetUtcNow().AddDays(10));

        (await RefusalAsync(TlsBroker.With(TlsBroker.Expired), late))
            .ShouldSatisfyAllConditions(text => text.ShouldContain($"the broker refuses our certificate '{TlsBroker.Expired}'"), text => text.ShouldContain("by its clock it has expired"));
    }

    [Test]
    public async Task A_common_name_that_is_no_user_may_not_log_in() =>
        (await RefusalAsync(TlsBroker.With(TlsBroker.Unknown)))
            .ShouldSatisfyAllConditions(text => text.ShouldContain($"the broker has no user '{TlsBroker.Unknown}'"), text => text.ShouldContain("common name (CN)"));

    [Test]
    public async Task A_wrong_password_is_named_and_not_repeated() =>
        (await RefusalAsync(TlsBroker.With(TlsBroker.Vendor) with { Broker = TlsBroker.Uri.Replace("127.0.0.1", "claims:hemmeligt@127.0.0.1", StringComparison.Ordinal) }))
            .ShouldSatisfyAllConditions(text => text.ShouldContain("refuses the user 'claims' with this password"), text => text.ShouldNotContain("hemmeligt"));

    [Test]
    public async Task A_virtual_host_that_is_not_there_is_named() =>
        (await RefusalAsync(TlsBroker.With(TlsBroker.Vendor) with { Broker = TlsBroker.Uri.Replace("%2F", "elsewhere", StringComparison.Ordinal) }))
            .ShouldContain($"does not let '{TlsBroker.Vendor}' into the virtual host 'elsewhere'");

    [Test]
    public async Task A_broker_whose_certificate_has_expired_is_not_trusted()
    {
        await using var expired = await TlsBroker.WithServerCertificateAsync(["localhost", "127.0.0.1"], TimeSpan.FromDays(30));

        (await RefusalAsync(TlsBroker.With(TlsBroker.Vendor)))
            .ShouldContain($"The broker's certificate 'CN=localhost' expired on {TlsBroker.TwoMonthsAgo.GetUtcNow().AddDays(30).UtcDateTime:yyyy-MM-dd}");
    }

    [Test]
    public async Task A_broker_by_another_name_than_its_certificates_is_not_trusted()
    {
        await using var renamed = await TlsBroker.WithServerCertificateAsync(["rabbitmq.example", "10.1.2.3"], TimeSpan.FromDays(400));

        (await RefusalAsync(TlsBroker.With(TlsBroker.Vendor))).ShouldContain("is for 'rabbitmq.example', '10.1.2.3', not for '127.0.0.1'");
    }

    [TestCase("", "", "names no user, and there is no certificate that would")]
    [TestCase("/not/there.pem", "/not/there.key", "Claims:BrokerCertificate names '/not/there.pem', and there is no such file")]
    [TestCase("THE KEY", "THE KEY", "cannot be used as our certificate and its private key")]
    [TestCase("ANOTHER'S", "THE KEY", "cannot be used as our certificate and its private key")]
    public async Task Files_that_are_no_certificate_are_named(string certificate, string key, string reason)
    {
        string PathOf(string what) => what switch { "THE KEY" => TlsBroker.Ours.KeyOf(TlsBroker.Vendor), "ANOTHER'S" => TlsBroker.Ours.CertificateOf(TlsBroker.Unknown), _ => what };

        (await RefusalAsync(TlsBroker.With(TlsBroker.Vendor) with { BrokerCertificate = PathOf(certificate), BrokerKey = PathOf(key) })).ShouldContain(reason);
    }

    [Test]
    public async Task A_CA_file_that_is_none_is_named() =>
        (await RefusalAsync(TlsBroker.With(TlsBroker.Vendor, trusted: TlsBroker.Ours.KeyOf(TlsBroker.Vendor)))).ShouldContain("which holds no certificate in PEM");

    [Test]
    public async Task A_start_fails_at_once_with_the_text()
    {
        using var folder = new TemporaryFolder();
        var refused = TlsBroker.With(TlsBroker.Expired);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
        [
            new("CLAIMS_DATA", folder.Path), new("CLAIMS_LOG", "file"), new("CLAIMS_STORE", "embedded"), new("CLAIMS_TRANSPORT", transport), new("CLAIMS_BROKER", refused.Broker), new("CLAIMS_BROKER_CA", refused.BrokerCa),
            new("CLAIMS_BROKER_CERTIFICATE", refused.BrokerCertificate), new("CLAIMS_BROKER_KEY", refused.BrokerKey),
        ]);
        builder.AddDefaults("routing");
        using var host = builder.Build();
        using var patience = new CancellationTokenSource(Within);

        (await Should.ThrowAsync<Defaults.Messaging.RabbitMq.Access.BrokerRefusedException>(() => host.StartAsync(patience.Token))).Message.ShouldContain($"Our own certificate '{TlsBroker.Expired}'");
    }

    /// <summary>What RabbitMQ says on a plain listener: the start of a method frame to AMQP, and its own greeting, before it hangs up, to anything else. A second broker would take seconds to start.</summary>
    private static async Task AnswerAsRabbitMqAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                var greeting = new byte[8];
                await client.GetStream().ReadExactlyAsync(greeting);
                await client.GetStream().WriteAsync(greeting.AsSpan().StartsWith("AMQP"u8) ? new byte[] { 1, 0, 0 } : "AMQP\0\0\u0009\u0001"u8.ToArray());
            }
        }
        catch (Exception stopped) when (stopped is SocketException or InvalidOperationException && !listener.Server.IsBound)
        {
            // The test is over.
        }
    }

    private Task<string> RefusalAsync(Installation installation, TimeProvider? time = null) => TlsBroker.RefusalAsync(installation with { Transport = transport }, time);
}
