using System.Net;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// The settings every service shares, from <c>appsettings.json</c> section <c>Claims</c> or the environment (<c>CLAIMS_BROKER</c> …); read and checked by
/// <see cref="InstallationSettings"/>. Secrets come by environment or by file, never from the repository. All settings: <c>deploy/SETTINGS.md</c>.
/// </summary>
public sealed record Installation
{
    internal const string MassTransit = "MassTransit";
    internal const string Native = "Native";
    private const int LongestWord = 12;

    /// <summary>
    /// <c>embedded</c> (in-process, durable in the data folder), <c>amqps://host:5671/vhost</c> (we are who <see cref="BrokerCertificate"/> says) or
    /// <c>amqp(s)://user:password@host:port/vhost</c>.
    /// </summary>
    public string Broker { get; init; } = "embedded";

    /// <summary>What carries messages where the broker is RabbitMQ: <c>MassTransit</c>, or <c>Native</c>, RabbitMQ's own client alone.</summary>
    public string Transport { get; init; } = MassTransit;

    /// <summary>PEM of the CA that the broker's certificate must come from; empty: whom the machine trusts.</summary>
    public string BrokerCa { get; init; } = "";

    /// <summary>PEM of our certificate, whose common name is our user at the broker; read again for every connection.</summary>
    public string BrokerCertificate { get; init; } = "";

    /// <summary>PEM of its private key; empty: it stands in the same file.</summary>
    public string BrokerKey { get; init; } = "";

    /// <summary>Whether a broker on another machine may be spoken to without TLS.</summary>
    public bool AllowPlainBroker { get; init; }

    /// <summary>Whether services may run under users of their own on a RabbitMQ that does not keep what vendors put on its exchanges wholly apart.</summary>
    public bool AllowOlderBroker { get; init; }

    /// <summary>Base URL of the broker's management plugin, with a user and password of its own or the broker's; empty: new dead-letter queues of others are not found.</summary>
    public string BrokerManagement { get; init; } = "";

    /// <summary>Whether debtor systems, FBS and the callbacks may be spoken to without TLS on another machine.</summary>
    public bool AllowPlainHttp { get; init; }

    /// <summary><c>embedded</c> (SQLite in the data folder), <c>postgres://user:password@host:port/database</c> or <c>sqlserver:CONNECTION STRING</c>.</summary>
    public string Store { get; init; } = "embedded";

    /// <summary>PEM of the CA that PostgreSQL's certificate must come from; empty: whom the machine trusts.</summary>
    public string StoreCa { get; init; } = "";

    /// <summary>Whether a store on another machine may be spoken to without TLS, or without its certificate being checked.</summary>
    public bool AllowPlainStore { get; init; }

    /// <summary>The data folder: embedded broker and store, keys, logs, endpoints.json.</summary>
    public string Data { get; init; } = "data";

    /// <summary>Path of <c>municipalities.yaml</c>; empty: <c>DATA/municipalities.yaml</c> once a change was applied there, else the one shipped in <c>deploy</c>.</summary>
    public string Municipalities { get; init; } = "";

    /// <summary>Base URL of the sandbox, used where a municipality names no endpoint; empty: no sandbox.</summary>
    public string Sandbox { get; init; } = "";

    /// <summary>The master key, 32 bytes in base64; empty: <see cref="MasterKeyFile"/>, else (embedded only) one made on first use at <c>DATA/keys/master.key</c>.</summary>
    public string MasterKey { get; init; } = "";

    public string MasterKeyFile { get; init; } = "";

    /// <summary>The folder of the municipalities' sealing keys, shared by all services of the installation; empty: <c>DATA/keys</c>.</summary>
    public string Keys { get; init; } = "";

    /// <summary>The folder of the credentials towards debtor systems and FBS, and of who may call back; empty: <c>DATA/credentials</c>.</summary>
    public string Credentials { get; init; } = "";

    /// <summary>Names, separated by commas, by which services of this process are reached, beside this machine's own and those it is told to listen at.</summary>
    public string Hosts { get; init; } = "";

    /// <summary>Which instance of its service this process is, for names in logs and consumers: "1", "2" ….</summary>
    public string Instance { get; init; } = "1";

    /// <summary>Where the log goes: <c>console</c>, <c>file</c> (DATA/logs/SERVICE.log) or <c>both</c>; JSON lines everywhere.</summary>
    public string Log { get; init; } = "console";

    /// <summary><c>file</c> writes every span to DATA/traces/SERVICE.ndjson, for where no collector runs; empty: only OTLP, when its endpoint is set.</summary>
    public string Traces { get; init; } = "";

    /// <summary>How long a stop waits for what is in hand before it is given back to the broker.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(25);

    public string KeyFolder => Keys.Length > 0 ? Keys : Path.Combine(Data, "keys");

    public string CredentialFolder => Credentials.Length > 0 ? Credentials : Path.Combine(Data, "credentials");

    public bool IsEmbeddedBroker => string.Equals(Broker, "embedded", StringComparison.OrdinalIgnoreCase);

    public bool IsNativeTransport => string.Equals(Transport, Native, StringComparison.OrdinalIgnoreCase);

    public bool IsEmbeddedStore => string.Equals(Store, "embedded", StringComparison.OrdinalIgnoreCase);

    /// <summary>Keeps secrets out of whatever prints a record.</summary>
    public override string ToString() => $"broker {Redacted(Broker)}, store {Redacted(Store)}, data {Data}, instance {Instance}";

    /// <summary>
    /// An address as messages and logs may show it: without its password and query. Of what cannot be read as an address, only a word is shown: a part of a password may stand
    /// anywhere in it.
    /// </summary>
    public static string Redacted(string value)
    {
        if (value.StartsWith("sqlserver:", StringComparison.OrdinalIgnoreCase))
            return "sqlserver:…";
        if (Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Host.Length > 0)
        {
            if (!IsReadable(value, uri))
                return $"{uri.Scheme}://…";
            var user = uri.UserInfo.Split(':', 2) switch { [""] => "", [var name, _] => $"{name}:…@", _ => "…@" };
            return user.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0 ? $"{uri.Scheme}://{user}{uri.Authority}{uri.AbsolutePath}" : value;
        }

        return value.Length <= LongestWord && value.All(char.IsAsciiLetter) ? value : "…";
    }

    /// <summary>A password with a slash or a number sign in it ends the host too early, and its @ stands where none belongs: what follows the host is part of it then.</summary>
    internal static bool IsReadable(string value, Uri uri) => uri.Host.Length > 0 && value.Count(letter => letter == '@') == (uri.UserInfo.Length > 0 ? 1 : 0);

    /// <summary>Whether it lies on this machine: what is said there crosses no network.</summary>
    public static bool IsHere(Uri address) => address.IsLoopback || (IPAddress.TryParse(address.DnsSafeHost, out var ip) && IPAddress.IsLoopback(ip));

    /// <summary>Whether what is said there would cross a network in the clear, and no setting allows it.</summary>
    public bool IsTooPlain(string address) =>
        !AllowPlainHttp && Uri.TryCreate(address, UriKind.Absolute, out var plain) && plain.Scheme == Uri.UriSchemeHttp && !IsHere(plain);
}
