using ClaimsTransfer.Defaults.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;

/// <summary>
/// Where the broker is, by whom it is trusted and as whom it knows us. The files of certificates are read again for every connection, so that a renewed one needs
/// no restart.
/// </summary>
public sealed class BrokerAccess
{
    private const int TlsPort = 5671;
    private const int ManagementTlsPort = 15671;

    /// <summary>So long before a certificate ends its renewal is asked for.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    private readonly Uri uri;
    private readonly string authority;
    private readonly string certificate;
    private readonly string key;
    private readonly TimeProvider time;
    private volatile string? commonName;
    private volatile BrokerTrust? accepted;

    private BrokerAccess(string address, string authority, string certificate, string key, TimeProvider time)
    {
        uri = new Uri(address);
        (this.authority, this.certificate, this.key, this.time) = (authority, certificate, key, time);
    }

    public bool IsTls => uri.Scheme == "amqps";

    /// <summary>By SASL EXTERNAL: no password is in it.</summary>
    public bool LogsInByCertificate => IsTls && uri.UserInfo.Length == 0;

    /// <summary>The name the broker knows this connection by, and holds a publication's <c>user_id</c> against: of the URL, else of the certificate.</summary>
    public string User => LogsInByCertificate ? commonName ?? NameOfCertificate() : new ConnectionFactory { Uri = uri }.UserName;

    public string VirtualHost => new ConnectionFactory { Uri = uri }.VirtualHost;

    internal string Host => uri.DnsSafeHost;

    internal int Port => uri.Port > 0 ? uri.Port : IsTls ? TlsPort : 5672;

    /// <summary>For texts: without a password.</summary>
    internal string Shown => Installation.Redacted(uri.OriginalString);

    internal string AsTls => Shown.Replace("amqp://", "amqps://", StringComparison.Ordinal);

    /// <summary>With nothing but an address: whom the machine trusts is trusted.</summary>
    public static BrokerAccess To(string uri, TimeProvider? time = null) => new(uri, "", "", "", time ?? TimeProvider.System);

    /// <summary>As the settings have it.</summary>
    public static BrokerAccess Of(Installation installation, TimeProvider time) =>
        new(installation.Broker, installation.BrokerCa, installation.BrokerCertificate, installation.BrokerKey, time);

    /// <summary>The same address by TLS, where this one is without it and on another machine; null: nothing crosses a network in the clear.</summary>
    public static string? InsteadOfPlain(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var plain) && plain.Scheme is "amqp" or "http" && !plain.IsLoopback
            ? $"{plain.Scheme}s://{plain.Host}:{(plain.Scheme == "amqp" ? TlsPort : ManagementTlsPort)}{plain.AbsolutePath.TrimEnd('/')}"
            : null;

    /// <summary>Whether the client takes the address: found out at the start, and not at the first connection.</summary>
    public static bool IsUnderstood(string address)
    {
        try
        {
            _ = new ConnectionFactory { Uri = new Uri(address) };
            return true;
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException)
        {
            return false;
        }
    }

    /// <exception cref="BrokerRefusedException">Waiting would not help; its text says what would.</exception>
    /// <exception cref="BrokerUnreachableException">The broker is away.</exception>
    public Task<IConnection> ConnectAsync(string name, CancellationToken cancellation)
    {
        var login = LogIn();
        return ConnectAsync(
            () =>
            {
                var factory = new ConnectionFactory();
                Apply(login, factory);
                return factory.CreateConnectionAsync(name, cancellation);
            },
            () => login, cancellation);
    }

    /// <summary>The same by a connection that is made elsewhere; what became of it is told in the same words.</summary>
    /// <param name="loggedIn">The login that was applied last.</param>
    internal async Task<IConnection> ConnectAsync(Func<Task<IConnection>> make, Func<BrokerLogin> loggedIn, CancellationToken cancellation)
    {
        try
        {
            var connection = await LetInAsync(make, cancellation);
            accepted = loggedIn().Trust;
            return connection;
        }
        catch (BrokerUnreachableException failure) when (!cancellation.IsCancellationRequested)
        {
            var (trust, identity) = loggedIn();
            if (await new BrokerRefusal(this, trust, identity).OfAsync(failure, cancellation) is { } refusal)
                throw refusal;
            throw;
        }
    }

    /// <summary>Reads the files of certificates as they are now.</summary>
    /// <exception cref="BrokerRefusedException">Our own certificate is not there, or not in time.</exception>
    internal BrokerLogin LogIn()
    {
        var identity = Identity();
        if (identity is not null)
            RequireInTime(identity);
        return new BrokerLogin(Trust(), identity);
    }

    internal void Apply(BrokerLogin login, ConnectionFactory factory)
    {
        factory.Uri = uri;
        factory.AutomaticRecoveryEnabled = false;
        factory.TopologyRecoveryEnabled = false;
        factory.RequestedHeartbeat = TimeSpan.FromSeconds(15);
        factory.RequestedConnectionTimeout = TimeSpan.FromSeconds(10);
        factory.ContinuationTimeout = TimeSpan.FromSeconds(30);
        // As much as any broker lets through. The client's own limit is less than that of RabbitMQ before 4.0, and ends the connection: one message would stop
        // every queue of the process.
        factory.MaxInboundMessageBodySize = 512 * 1024 * 1024;
        if (!IsTls)
            return;
        factory.Ssl = new SslOption
        {
            Enabled = true,
            ServerName = Host,
            Version = BrokerProbe.Versions,
            CertificateValidationCallback = login.Trust.Accepts,
            CertificateSelectionCallback = (_, _, _, _, _) => login.Identity?.Certificate!,
        };
        if (LogsInByCertificate)
            factory.AuthMechanisms = [new ExternalMechanismFactory()];
    }

    /// <summary>What will need somebody before long, or already does, though connections may still come about: for the log and for <c>claims doctor</c>.</summary>
    public IReadOnlyList<string> Warnings()
    {
        var warnings = new List<string>();
        if (InsteadOfPlain(uri.OriginalString) is { } secured)
            warnings.Add($"The broker on another machine is spoken to without TLS: passwords and names of citizens cross the network in the clear. Good: {secured}");
        if (accepted?.Until is { } until && until - time.GetUtcNow() < Soon)
            warnings.Add($"The broker's own certificate expires on {BrokerTrust.At(until)}, {Left(until)}. Renew it on the broker.");
        try
        {
            using var identity = Identity();
            if (identity is not null && identity.Until - time.GetUtcNow() < Soon)
                warnings.Add($"Our certificate '{identity.User}' ({identity.File}) expires on {BrokerTrust.At(identity.Until)}, {Left(identity.Until)}. {HowToRenew(identity)}");
            if (identity is not null && ReadableByAll(key.Length > 0 ? key : certificate) is { } file)
                warnings.Add($"Every account of this machine can read the private key '{file}': chmod 0400, owner the account of the service.");
        }
        catch (Exception fault) when (fault is BrokerRefusedException or IOException or UnauthorizedAccessException)
        {
            warnings.Add(fault.Message);
        }
        return warnings;
    }

    /// <summary>How the connection is secured and by whom it logs in, in a few words.</summary>
    public string Summary()
    {
        using var identity = Identity();
        return (IsTls, identity) switch
        {
            (false, _) => $"without TLS as '{User}'",
            (true, null) => $"by TLS as '{User}' with a password",
            (true, _) => $"by TLS as '{User}' {(LogsInByCertificate ? "by a certificate" : "with a password and a certificate")} that is good until {BrokerTrust.At(identity.Until)}",
        };
    }

    /// <summary>Of a broker that is away, as far as anybody can tell.</summary>
    public string WhyAway(BrokerUnreachableException failure)
    {
        var cause = BrokerProbe.All(failure).Skip(1).FirstOrDefault(fault => fault is not AggregateException && fault.InnerException is null)?.Message ?? failure.Message;
        return IsTls ? cause : $"{cause}. A broker that takes TLS only does not listen here: amqps://{uri.Host}:{TlsPort}{uri.AbsolutePath.TrimEnd('/')}";
    }

    internal BrokerTrust Trust() => new(IsTls ? authority : "", Host, time);

    /// <summary>User and password, for an interface of the broker that takes nothing else.</summary>
    internal (string User, string Password)? Password => uri.UserInfo.Length > 0 || !IsTls ? new ConnectionFactory { Uri = uri } is var factory ? (factory.UserName, factory.Password) : null : null;

    internal BrokerTrust TrustIn(string host) => new(authority, host, time);

    /// <summary>The client does not wait for the broker to let us into the virtual host; a channel does.</summary>
    private static async Task<IConnection> LetInAsync(Func<Task<IConnection>> make, CancellationToken cancellation)
    {
        var connection = await make();
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
            return connection;
        }
        catch (Exception refused)
        {
            await connection.DisposeAsync();
            if (refused is OperationInterruptedException)
                throw new BrokerUnreachableException(refused);
            throw;
        }
    }

    private BrokerIdentity? Identity()
    {
        if (!IsTls)
            return null;
        if (certificate.Length == 0)
        {
            return LogsInByCertificate
                ? throw new BrokerRefusedException(
                    $"{Shown} names no user, and there is no certificate that would. Name it: Claims:BrokerCertificate=/etc/claims/tls/ingest.pem (CLAIMS_BROKER_CERTIFICATE) and Claims:BrokerKey, or write amqps://user:password@host:5671/vhost.")
                : null;
        }
        var identity = BrokerIdentity.Load(certificate, key);
        commonName = identity.User;
        return identity;
    }

    private string NameOfCertificate()
    {
        using var identity = Identity();
        return identity!.User;
    }

    private void RequireInTime(BrokerIdentity identity)
    {
        var now = time.GetUtcNow();
        if (identity.Until < now)
            throw new BrokerRefusedException($"Our own certificate '{identity.User}' ({identity.File}) expired on {BrokerTrust.At(identity.Until)}. {HowToRenew(identity)}");
        if (identity.From > now)
            throw new BrokerRefusedException($"Our own certificate '{identity.User}' ({identity.File}) is good only from {BrokerTrust.At(identity.From)}, and it is {BrokerTrust.At(now)} here. Look at the clock.");
    }

    private static string HowToRenew(BrokerIdentity identity) =>
        $"Have a new one issued for CN={identity.User} and put it in the files' place; no restart is needed. For development: claims broker certificates --to DIR";

    private string Left(DateTimeOffset until) => (until - time.GetUtcNow()).TotalDays is var days && days < 0 ? "which is past" : $"in {days:F0} days";

    private static string? ReadableByAll(string file) =>
        !OperatingSystem.IsWindows() && File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead) ? file : null;
}

/// <summary>What one connection is made with: whom it trusts, and who we are.</summary>
internal sealed record BrokerLogin(BrokerTrust Trust, BrokerIdentity? Identity);
