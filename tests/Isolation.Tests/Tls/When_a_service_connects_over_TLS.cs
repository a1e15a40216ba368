using System.Collections.Concurrent;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ClaimsTransfer.Cli.Broker;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ClaimsTransfer.Isolation.Tests.Tls;

[TestFixture(Transports.MassTransit)]
[TestFixture(Transports.Native)]
[NonParallelizable]
public sealed class When_a_service_connects_over_TLS(string kind)
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Its_user_is_the_common_name_of_its_certificate_and_messages_flow()
    {
        await using var transport = Open(TlsBroker.With(TlsBroker.Vendor), "flowing");
        var seen = await FlowAsync(transport, "tls-flowing");

        seen.ShouldBe("""{"feeId":1}""");
        transport.User.ShouldBe(TlsBroker.Vendor);
        var connection = (await TlsBroker.ConnectionsAsync("claims-transfer flowing", one => one.TryGetProperty("auth_mechanism", out _)))[0];
        connection.GetProperty("user").GetString().ShouldBe(TlsBroker.Vendor);
        connection.GetProperty("auth_mechanism").GetString().ShouldBe("EXTERNAL");
        connection.GetProperty("ssl").GetBoolean().ShouldBeTrue();
        connection.GetProperty("ssl_protocol").GetString().ShouldBeOneOf("tlsv1.3", "tlsv1.2");
    }

    [Test]
    public async Task A_password_in_the_URL_goes_before_the_certificate_as_who_we_are()
    {
        var access = TlsBroker.Access(TlsBroker.With(TlsBroker.Vendor) with { Broker = TlsBroker.Server.Uri });

        await using var connection = await access.ConnectAsync("by-password", CancellationToken.None);

        access.User.ShouldBe(TlsBroker.Server.User);
        var told = (await TlsBroker.ConnectionsAsync("by-password", one => one.TryGetProperty("auth_mechanism", out _)))[0];
        told.GetProperty("user").GetString().ShouldBe(TlsBroker.Server.User);
        told.GetProperty("auth_mechanism").GetString().ShouldBe("PLAIN");
        told.GetProperty("ssl").GetBoolean().ShouldBeTrue();
    }

    [Test]
    public async Task A_renewed_certificate_is_used_from_the_next_connection_on_without_a_restart()
    {
        var own = TlsBroker.Certificates("renewed");
        var mine = TlsBroker.With(TlsBroker.Vendor, own);
        CopyFromOurs(mine);
        await using var transport = Open(mine, "renewed");
        var received = new ConcurrentQueue<Delivery>();
        QueueDefinition queue = new("tls-renewed", [new("tls-renewed")]);
        await using var subscription = await transport.SubscribeAsync(queue, Take(received), CancellationToken.None);

        File.Delete(TlsBroker.Ours.CertificateOf(TlsBroker.Vendor));
        TlsBroker.Ours.Make([TlsBroker.Vendor], ["localhost", "127.0.0.1"], TimeSpan.FromDays(500));
        CopyFromOurs(mine);
        using var renewed = X509CertificateLoader.LoadCertificateFromFile(mine.BrokerCertificate);
        // The broker closes those that it has counted: what it does not list yet would stay open.
        await TlsBroker.ConnectionsAsync("claims-transfer renewed, consuming", HasCertificate);
        using (var management = TlsBroker.Management())
            await CloseThroughTheBrokerAsync(management);

        var used = (await TlsBroker.ConnectionsAsync("claims-transfer renewed, consuming", one => HasCertificate(one) && Validity(one).Contains($"{renewed.NotAfter.ToUniversalTime():yyyy-MM-dd}", StringComparison.Ordinal)))[0];
        used.GetProperty("user").GetString().ShouldBe(TlsBroker.Vendor);
        await transport.PublishAsync([Message("tls-renewed")], CancellationToken.None);
        await EventuallyAsync(() => !received.IsEmpty);
        transport.IsHealthy.ShouldBeTrue();
    }

    [Test]
    public async Task A_broker_that_comes_back_with_an_expired_certificate_is_not_spoken_to()
    {
        await using var transport = Open(TlsBroker.With(TlsBroker.Vendor), "returning");
        var received = new ConcurrentQueue<Delivery>();
        QueueDefinition queue = new($"tls-returning-{kind}", [new($"tls-returning-{kind}")]);
        await using var subscription = await transport.SubscribeAsync(queue, Take(received), CancellationToken.None);
        await transport.PublishAsync([Message(queue.Name)], CancellationToken.None);
        await EventuallyAsync(() => received.Count == 1);

        // Itself over TLS, and so connected before.
        using var management = TlsBroker.Management();
        (await management.GetAsync("api/overview")).EnsureSuccessStatusCode();
        await TlsBroker.ConnectionsAsync("claims-transfer returning, consuming", HasCertificate);

        Task publishing;
        await using (await TlsBroker.WithServerCertificateAsync(["localhost", "127.0.0.1"], TimeSpan.FromDays(30)))
        {
            await CloseThroughTheBrokerAsync(management);
            await EventuallyAsync(() => !transport.IsHealthy && !subscription.IsConsuming);
            publishing = transport.PublishAsync([Message(queue.Name)], CancellationToken.None);
            (await TlsBroker.RefusalAsync(TlsBroker.With(TlsBroker.Vendor) with { Transport = kind })).ShouldContain("expired on");
            transport.IsHealthy.ShouldBeFalse();
            subscription.IsConsuming.ShouldBeFalse();
            publishing.IsCompletedSuccessfully.ShouldBeFalse("it was told to a broker that nobody vouches for");
        }

        await publishing;
        await EventuallyAsync(() => received.Count == 2 && transport.IsHealthy && subscription.IsConsuming);
    }

    [Test]
    public async Task A_certificate_of_an_intermediate_CA_is_taken_where_the_broker_holds_the_intermediate()
    {
        var own = TlsBroker.Certificates("intermediate");
        var mine = TlsBroker.With(TlsBroker.Vendor, own);
        Directory.CreateDirectory(Path.GetDirectoryName(mine.BrokerKey)!);
        using var ca = X509Certificate2.CreateFromPemFile(TlsBroker.Ours.CaFile, TlsBroker.Ours.KeyOf(DevelopmentCertificates.Ca));
        var (from, until) = (new DateTimeOffset(ca.NotBefore.ToUniversalTime()), new DateTimeOffset(ca.NotAfter.ToUniversalTime()));
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Middle", middleKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        using var middle = request.Create(ca, from, until, [1, 2, 3]);
        using var signing = middle.CopyWithPrivateKey(middleKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = new CertificateRequest($"CN={TlsBroker.Vendor}", key, HashAlgorithmName.SHA256);
        using var issued = leaf.Create(signing, from, until, [4, 5, 6]);
        await File.WriteAllTextAsync(mine.BrokerCertificate, issued.ExportCertificatePem());
        await File.WriteAllTextAsync(mine.BrokerKey, key.ExportPkcs8PrivateKeyPem());

        (await TlsBroker.RefusalAsync(mine)).ShouldContain("it does not know its issuer 'CN=Middle'");
        await using var trusting = await TlsBroker.TrustingAsync(middle.ExportCertificatePem() + "\n");

        await using var connection = await TlsBroker.Access(mine).ConnectAsync("intermediate", CancellationToken.None);
        connection.IsOpen.ShouldBeTrue();
    }

    [Test]
    public async Task The_management_is_asked_by_https_with_the_same_CA()
    {
        var url = new UriBuilder(TlsBroker.Server.ManagementUri!) { UserName = TlsBroker.Server.User, Password = TlsBroker.Server.Password }.Uri.ToString();
        await using var transport = Open(TlsBroker.With(TlsBroker.Vendor), "managing", url);
        await transport.DeclareAsync([new QueueDefinition("tls-managed", [])], CancellationToken.None);

        await EventuallyAsync(async () => (await transport.FindAsync([], CancellationToken.None)).Contains("tls-managed_error"));

        await using var distrusting = Open(TlsBroker.With(TlsBroker.Vendor, trusted: TlsBroker.Foreign.CaFile), "distrusting", url);
        (await Should.ThrowAsync<BrokerRefusedException>(() => distrusting.FindAsync([], CancellationToken.None))).Message.ShouldContain("was not issued by the CA in Claims:BrokerCa");
        var wrong = new UriBuilder(TlsBroker.Server.ManagementUri!) { UserName = "monitor", Password = "wrong" }.Uri.ToString();
        await using var unknown = Open(TlsBroker.With(TlsBroker.Vendor), "unknown", wrong);
        (await Should.ThrowAsync<BrokerRefusedException>(() => unknown.FindAsync([], CancellationToken.None))).Message
            .ShouldSatisfyAllConditions(text => text.ShouldContain("refuses the user 'monitor'"), text => text.ShouldNotContain("wrong@"));
    }

    [Test]
    public async Task A_certificate_that_ends_within_two_weeks_is_warned_of()
    {
        var log = new Lines();
        await using var transport = Open(TlsBroker.With(TlsBroker.ExpiresSoon), "soon", loggers: log);

        await EventuallyAsync(() => !log.Warnings.IsEmpty);

        var warning = log.Warnings.ShouldHaveSingleItem();
        warning.ShouldContain($"Our certificate '{TlsBroker.ExpiresSoon}'");
        warning.ShouldContain("in 7 days");
        warning.ShouldContain("no restart is needed");
        TlsBroker.Access(TlsBroker.With(TlsBroker.Vendor)).Warnings().ShouldBeEmpty();
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    public void A_key_that_everybody_can_read_is_warned_of()
    {
        var careless = TlsBroker.Certificates("careless");
        careless.Make([TlsBroker.Vendor], ["localhost"], TimeSpan.FromDays(400));
        File.SetUnixFileMode(careless.KeyOf(TlsBroker.Vendor), (UnixFileMode)0b110_100_100);

        TlsBroker.Access(TlsBroker.With(TlsBroker.Vendor, careless)).Warnings().ShouldHaveSingleItem().ShouldContain($"can read the private key '{careless.KeyOf(TlsBroker.Vendor)}'");
    }

    private RabbitMqTransport Open(Installation installation, string name, string management = "", ILoggerFactory? loggers = null) =>
        Transports.Open(installation with { Transport = kind, BrokerManagement = management }, name, loggers: loggers);

    private static async Task<string> FlowAsync(RabbitMqTransport transport, string name)
    {
        var received = new ConcurrentQueue<Delivery>();
        await using var subscription = await transport.SubscribeAsync(new QueueDefinition(name, [new(name)]), Take(received), CancellationToken.None);
        await transport.PublishAsync([Message(name)], CancellationToken.None);
        await EventuallyAsync(() => !received.IsEmpty);
        return System.Text.Encoding.UTF8.GetString(received.First().Body.Span);
    }

    private static OutgoingMessage Message(string name) => new(name, Guid.NewGuid(), """{"feeId":1}"""u8.ToArray());

    private static BatchHandler Take(ConcurrentQueue<Delivery> received) => (batch, _) =>
    {
        foreach (var delivery in batch)
            received.Enqueue(delivery);
        return Task.FromResult<IReadOnlyList<DeadLetter>>([]);
    };

    private static void CopyFromOurs(Installation to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to.BrokerKey)!);
        File.Copy(TlsBroker.Ours.KeyOf(TlsBroker.Vendor), to.BrokerKey, overwrite: true);
        File.Copy(TlsBroker.Ours.CertificateOf(TlsBroker.Vendor), to.BrokerCertificate, overwrite: true);
    }

    private static async Task CloseThroughTheBrokerAsync(HttpClient management) =>
        (await management.DeleteAsync($"api/connections/username/{TlsBroker.Vendor}")).EnsureSuccessStatusCode();

    private static bool HasCertificate(JsonElement connection) => connection.TryGetProperty("peer_cert_validity", out _);

    private static string Validity(JsonElement connection) => connection.GetProperty("peer_cert_validity").GetString()!;

    private static Task EventuallyAsync(Func<bool> holds) => EventuallyAsync(() => Task.FromResult(holds()));

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Within);
        while (!await holds())
            await Task.Delay(50, patience.Token);
    }

    /// <summary>What is logged as a warning.</summary>
    private sealed class Lines : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Warnings { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Warnings.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
