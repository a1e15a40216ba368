using System.Globalization;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using ClaimsTransfer.Defaults.Storage;
using Microsoft.Extensions.Configuration;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>A setting is missing or wrong; the message names the key, the value and a good example.</summary>
public sealed class SettingsException(string message) : Exception(message);

/// <summary>Reads <see cref="Installation"/> and reports everything that is wrong with it at once.</summary>
public static class InstallationSettings
{
    private static readonly (string Key, string Variable)[] Known =
    [
        (nameof(Installation.Broker), "CLAIMS_BROKER"),
        (nameof(Installation.Transport), "CLAIMS_TRANSPORT"),
        (nameof(Installation.BrokerManagement), "CLAIMS_BROKER_MANAGEMENT"),
        (nameof(Installation.BrokerCa), "CLAIMS_BROKER_CA"),
        (nameof(Installation.BrokerCertificate), "CLAIMS_BROKER_CERTIFICATE"),
        (nameof(Installation.BrokerKey), "CLAIMS_BROKER_KEY"),
        (nameof(Installation.AllowPlainBroker), "CLAIMS_ALLOW_PLAIN_BROKER"),
        (nameof(Installation.AllowPlainHttp), "CLAIMS_ALLOW_PLAIN_HTTP"),
        (nameof(Installation.AllowOlderBroker), "CLAIMS_ALLOW_OLDER_BROKER"),
        (nameof(Installation.Store), "CLAIMS_STORE"),
        (nameof(Installation.StoreCa), "CLAIMS_STORE_CA"),
        (nameof(Installation.AllowPlainStore), "CLAIMS_ALLOW_PLAIN_STORE"),
        (nameof(Installation.Data), "CLAIMS_DATA"),
        (nameof(Installation.Municipalities), "CLAIMS_MUNICIPALITIES"),
        (nameof(Installation.Sandbox), "CLAIMS_SANDBOX"),
        (nameof(Installation.MasterKey), "CLAIMS_MASTER_KEY"),
        (nameof(Installation.MasterKeyFile), "CLAIMS_MASTER_KEY_FILE"),
        (nameof(Installation.Keys), "CLAIMS_KEYS"),
        (nameof(Installation.Credentials), "CLAIMS_CREDENTIALS"),
        (nameof(Installation.Hosts), "CLAIMS_HOSTS"),
        (nameof(Installation.Instance), "CLAIMS_INSTANCE"),
        (nameof(Installation.Log), "CLAIMS_LOG"),
        (nameof(Installation.Traces), "CLAIMS_TRACES"),
        (nameof(Installation.ShutdownTimeout), "CLAIMS_SHUTDOWN_TIMEOUT"),
    ];

    /// <summary>The environment variable of each property, for the list of settings.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } = Known.ToDictionary(known => known.Key, known => known.Variable);

    public static Installation Read(IConfiguration configuration)
    {
        var faults = new List<string>();
        string? Value(string key) => configuration[Variables[key]] ?? configuration[$"Claims:{key}"];

        faults.AddRange(
            from child in configuration.GetSection("Claims").GetChildren()
            where !Variables.Keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
            select $"Claims:{child.Key} is no setting of this product. Known: {string.Join(", ", Variables.Keys)}.");

        var defaults = new Installation();
        var installation = new Installation
        {
            Broker = Value(nameof(Installation.Broker)) ?? defaults.Broker,
            Transport = Value(nameof(Installation.Transport)) ?? defaults.Transport,
            BrokerManagement = Value(nameof(Installation.BrokerManagement)) ?? "",
            BrokerCa = Value(nameof(Installation.BrokerCa)) ?? "",
            BrokerCertificate = Value(nameof(Installation.BrokerCertificate)) ?? "",
            BrokerKey = Value(nameof(Installation.BrokerKey)) ?? "",
            AllowPlainBroker = Flag(nameof(Installation.AllowPlainBroker), Value(nameof(Installation.AllowPlainBroker)), faults),
            AllowPlainHttp = Flag(nameof(Installation.AllowPlainHttp), Value(nameof(Installation.AllowPlainHttp)), faults),
            AllowOlderBroker = Flag(nameof(Installation.AllowOlderBroker), Value(nameof(Installation.AllowOlderBroker)), faults),
            Store = Value(nameof(Installation.Store)) ?? defaults.Store,
            StoreCa = Value(nameof(Installation.StoreCa)) ?? "",
            AllowPlainStore = Flag(nameof(Installation.AllowPlainStore), Value(nameof(Installation.AllowPlainStore)), faults),
            Data = Value(nameof(Installation.Data)) ?? defaults.Data,
            Municipalities = Value(nameof(Installation.Municipalities)) ?? "",
            Sandbox = Value(nameof(Installation.Sandbox)) ?? "",
            MasterKey = Value(nameof(Installation.MasterKey)) ?? "",
            MasterKeyFile = Value(nameof(Installation.MasterKeyFile)) ?? "",
            Keys = Value(nameof(Installation.Keys)) ?? "",
            Credentials = Value(nameof(Installation.Credentials)) ?? "",
            Hosts = Value(nameof(Installation.Hosts)) ?? "",
            Instance = Value(nameof(Installation.Instance)) ?? defaults.Instance,
            Log = Value(nameof(Installation.Log)) ?? defaults.Log,
            Traces = Value(nameof(Installation.Traces)) ?? "",
            ShutdownTimeout = Duration(Value(nameof(Installation.ShutdownTimeout)), defaults.ShutdownTimeout, faults),
        };
        Check(installation, faults);
        return faults.Count == 0
            ? installation
            : throw new SettingsException($"The settings cannot be used:\n- {string.Join("\n- ", faults)}\nAll settings: deploy/SETTINGS.md");
    }

    private static void Check(Installation installation, List<string> faults)
    {
        void Fault(string key, string value, string reason, string example) =>
            faults.Add($"Claims:{key} (environment {Variables[key]}) is '{value}': {reason}. Good: {example}");

        if (!installation.IsEmbeddedBroker && !IsUrl(installation.Broker, "amqp", "amqps"))
            Fault(nameof(Installation.Broker), Installation.Redacted(installation.Broker), "neither 'embedded' nor an AMQP URL", "amqps://claims:secret@rabbitmq.example:5671/claims");
        if (!installation.IsNativeTransport && !string.Equals(installation.Transport, Installation.MassTransit, StringComparison.OrdinalIgnoreCase))
            Fault(nameof(Installation.Transport), installation.Transport, "neither MassTransit nor Native", "MassTransit");
        CheckTls(installation, Fault);
        if (installation.StoreCa.Length > 0 && !File.Exists(installation.StoreCa))
            Fault(nameof(Installation.StoreCa), installation.StoreCa, "there is no such file", "/etc/claims/tls/store-ca.pem");
        else if (Stores.ProblemOf(installation) is { } problem)
            Fault(nameof(Installation.Store), Installation.Redacted(installation.Store), problem,
                "postgres://claims:secret@db.example:5432/claims or sqlserver:Server=db.example;Database=claims;User Id=claims;Password=secret;Encrypt=true");
        if (installation.Data.Length == 0 || installation.Data.Contains('\0', StringComparison.Ordinal) || File.Exists(installation.Data))
            Fault(nameof(Installation.Data), installation.Data, "not a folder that can be made or used", "/var/lib/claims");
        if (installation.Municipalities.Length > 0 && !File.Exists(installation.Municipalities))
            Fault(nameof(Installation.Municipalities), installation.Municipalities, "there is no such file", "/etc/claims/municipalities.yaml");
        if (installation.BrokerManagement.Length > 0 && !IsUrl(installation.BrokerManagement, "http", "https"))
            Fault(nameof(Installation.BrokerManagement), Installation.Redacted(installation.BrokerManagement), "not an http URL", "https://rabbitmq.example:15671");
        if (installation.Sandbox.Length > 0 && !IsUrl(installation.Sandbox, "http", "https"))
            Fault(nameof(Installation.Sandbox), Installation.Redacted(installation.Sandbox), "not an http URL", "http://127.0.0.1:5080");
        if (installation.IsTooPlain(installation.Sandbox))
            Fault(nameof(Installation.Sandbox), Installation.Redacted(installation.Sandbox), "on another machine and without TLS", "http://127.0.0.1:5080; or Claims:AllowPlainHttp=true, where something else secures the way");
        if (installation.MasterKey.Length > 0 && !IsKey(installation.MasterKey))
            Fault(nameof(Installation.MasterKey), "…", "not 32 bytes in base64", "the output of: openssl rand -base64 32");
        if (installation.MasterKeyFile.Length > 0 && !File.Exists(installation.MasterKeyFile))
            Fault(nameof(Installation.MasterKeyFile), installation.MasterKeyFile, "there is no such file", "/run/secrets/claims-master-key");
        if (File.Exists(installation.Keys))
            Fault(nameof(Installation.Keys), installation.Keys, "a file, not a folder", "/var/lib/claims/keys");
        if (installation.Instance.Length is 0 or > 40 || !installation.Instance.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'))
            Fault(nameof(Installation.Instance), installation.Instance, "not 1 to 40 letters, digits, hyphens and dots", "2");
        if (installation.Log is not ("console" or "file" or "both"))
            Fault(nameof(Installation.Log), installation.Log, "not one of console, file, both", "file");
        if (installation.Traces is not ("" or "file"))
            Fault(nameof(Installation.Traces), installation.Traces, "neither empty nor 'file'", "file");
    }

    /// <summary>A setting of TLS that would have no effect is a fault too: who wrote it believes the connection is secured.</summary>
    private static void CheckTls(Installation installation, Action<string, string, string, string> fault)
    {
        foreach (var (key, file) in (ReadOnlySpan<(string, string)>)
            [(nameof(Installation.BrokerCa), installation.BrokerCa), (nameof(Installation.BrokerCertificate), installation.BrokerCertificate), (nameof(Installation.BrokerKey), installation.BrokerKey)])
        {
            if (file.Length == 0)
                continue;
            if (!File.Exists(file))
                fault(key, file, "there is no such file", $"/etc/claims/tls/{key switch { nameof(Installation.BrokerCa) => "ca.pem", nameof(Installation.BrokerKey) => "ingest.key", _ => "ingest.pem" }}");
            else if (IsUrl(installation.Broker, "amqp"))
                fault(key, file, "without effect, because Claims:Broker is without TLS", "amqps:// in Claims:Broker");
        }
        if (installation.BrokerKey.Length > 0 && installation.BrokerCertificate.Length == 0)
            fault(nameof(Installation.BrokerKey), installation.BrokerKey, "a key without its certificate", "Claims:BrokerCertificate=/etc/claims/tls/ingest.pem beside it");

        if (IsUrl(installation.Broker, "amqp", "amqps") && !BrokerAccess.IsUnderstood(installation.Broker))
        {
            fault(nameof(Installation.Broker), Installation.Redacted(installation.Broker), "not an AMQP URL that RabbitMQ's client understands", "amqps://claims:secret@rabbitmq.example:5671/claims");
            return;
        }

        var byCertificate = IsUrl(installation.Broker, "amqps") && new Uri(installation.Broker).UserInfo.Length == 0;
        if (byCertificate && installation.BrokerCertificate.Length == 0)
            fault(nameof(Installation.Broker), Installation.Redacted(installation.Broker), "without a user, and no certificate says who we are", "Claims:BrokerCertificate=/etc/claims/tls/ingest.pem, or amqps://claims:secret@rabbitmq.example:5671/claims");
        if (byCertificate && IsUrl(installation.BrokerManagement, "http", "https") && new Uri(installation.BrokerManagement).UserInfo.Length == 0)
            fault(nameof(Installation.BrokerManagement), installation.BrokerManagement, "without a user: RabbitMQ's management takes no certificates for a login", "https://monitor:secret@rabbitmq.example:15671");

        if (installation.AllowPlainBroker)
            return;
        foreach (var (key, url) in (ReadOnlySpan<(string, string)>)[(nameof(Installation.Broker), installation.Broker), (nameof(Installation.BrokerManagement), installation.BrokerManagement)])
        {
            if (IsUrl(url, "amqp", "http") && BrokerAccess.InsteadOfPlain(url) is { } secured)
                fault(key, Installation.Redacted(url), "on another machine and without TLS, so that passwords and names of citizens cross the network in the clear",
                    $"{secured}; or Claims:AllowPlainBroker=true, where something else secures the way");
        }
    }

    private static bool Flag(string key, string? value, List<string> faults)
    {
        if (value is null or "" || bool.TryParse(value, out _))
            return string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
        faults.Add($"Claims:{key} (environment {Variables[key]}) is '{value}': neither true nor false. Good: false");
        return false;
    }

    private static TimeSpan Duration(string? value, TimeSpan otherwise, List<string> faults)
    {
        if (value is null)
            return otherwise;
        if (TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var duration) && duration > TimeSpan.Zero && duration < TimeSpan.FromMinutes(10))
            return duration;
        faults.Add($"Claims:ShutdownTimeout (environment CLAIMS_SHUTDOWN_TIMEOUT) is '{value}': not a time between 0 and 10 minutes. Good: 00:00:25");
        return otherwise;
    }

    private static bool IsUrl(string value, params ReadOnlySpan<string> schemes) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme) && Installation.IsReadable(value, uri);

    private static bool IsKey(string value)
    {
        Span<byte> bytes = stackalloc byte[64];
        return Convert.TryFromBase64String(value.Trim(), bytes, out var length) && length == 32;
    }
}
