using System.CommandLine;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Cli.Broker;

/// <summary>
/// <c>claims broker certificates --to DIR</c>: a CA, the broker's certificate and one for every service and vendor, for development and tests. In production an
/// installation uses its own CA, with the same common names.
/// </summary>
public static partial class CertificatesCommand
{
    private static readonly string[] Services = [BrokerUsers.Ingest, BrokerUsers.Routing, BrokerUsers.Payments, BrokerUsers.Console, BrokerUsers.Fbs, BrokerUsers.Sandbox, BrokerUsers.Operations];
    /// <summary>Those that are called over HTTP by the others.</summary>
    private static readonly string[] Called = [BrokerUsers.Ingest, BrokerUsers.Routing, BrokerUsers.Payments, BrokerUsers.Console];

    private static readonly string[] AlwaysHosts = ["localhost", "127.0.0.1"];

    public static Command Create()
    {
        var to = new Option<string>("--to") { Description = "The folder; given again, what is good for a third of its life yet is kept.", Required = true, HelpName = "DIR" };
        var municipalities = new Option<string?>("--municipalities") { Description = "Certificates for the vendors of this municipalities.yaml; for every vendor when absent.", HelpName = "FILE" };
        var hosts = new Option<string[]>("--host") { Description = "A name or address the broker and our services are reached by, beside localhost and 127.0.0.1; may be repeated.", HelpName = "NAME" };
        var hostsOf = new Option<string[]>("--host-of") { Description = "A name or address that a vendor's connector is reached by: vendor-prisme=connector.example; may be repeated.", HelpName = "USER=NAME" };
        var days = new Option<int>("--days") { Description = "How long they are good.", DefaultValueFactory = _ => 90 };
        var names = new Option<string?>("--names") { Description = "Only for these users, ingest,vendor-prisme.", HelpName = "LIST" };
        var command = new Command("certificates", "Make the certificates a broker over TLS needs, for development and tests: a CA, the broker's, and one for each service and vendor.")
        {
            to, municipalities, hosts, hostsOf, days, names,
        };
        command.SetAction(parsed =>
        {
            var folder = Path.GetFullPath(parsed.GetRequiredValue(to));
            if (parsed.GetValue(days) is < 1 or > 825)
                throw new CommandFailure($"--days {parsed.GetValue(days)}: not between 1 and 825.", "Good: --days 90, and the same command again every month.", ExitCodes.Usage);
            var users = parsed.GetValue(names) is { } list ? Named(list) : [.. Services, .. Vendors(parsed.GetValue(municipalities))];
            IReadOnlyList<string> reached = [.. (parsed.GetValue(hosts) ?? []).Select(Host).Concat(AlwaysHosts).Distinct(StringComparer.OrdinalIgnoreCase)];
            var called = Called.SelectMany(service => reached.Select(host => (User: service, Host: host))).Concat((parsed.GetValue(hostsOf) ?? []).Select(HostOf))
                .ToLookup(pair => pair.User, pair => pair.Host, StringComparer.Ordinal);
            var made = new DevelopmentCertificates(folder, TimeProvider.System, () => RandomNumberGenerator.GetBytes(16)).Make(users, reached, TimeSpan.FromDays(parsed.GetValue(days)), called);
            Tell(folder, reached, made);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Tell(string folder, IReadOnlyList<string> hosts, IReadOnlyList<FolderCertificate> made)
    {
        var width = made.Max(certificate => certificate.Name.Length);
        foreach (var certificate in made)
            Console.Out.WriteLine($"{certificate.How,-8} {certificate.Name.PadRight(width)}  until {certificate.Until.UtcDateTime:yyyy-MM-dd}  {certificate.File}");
        var example = made.Select(certificate => certificate.Name).FirstOrDefault(name => name is not (DevelopmentCertificates.Ca or DevelopmentCertificates.Server)) ?? "ingest";
        Console.Out.WriteLine(
            $"""

            For development and tests. Each service gets ca.pem and the two files of its own name; ca.key stays here.
            In production use your own CA, with the same common names (CN).

            RabbitMQ, enabled_plugins (or: rabbitmq-plugins enable rabbitmq_auth_mechanism_ssl):
              [rabbitmq_auth_mechanism_ssl].
            RabbitMQ, rabbitmq.conf:
              listeners.tcp = none
              listeners.ssl.default = 5671
              ssl_options.cacertfile = {folder}/ca.pem
              ssl_options.certfile = {folder}/server.pem
              ssl_options.keyfile = {folder}/server.key
              ssl_options.versions.1 = tlsv1.3
              ssl_options.versions.2 = tlsv1.2
              ssl_options.verify = verify_peer
              ssl_options.fail_if_no_peer_cert = true
              auth_mechanisms.1 = EXTERNAL
              ssl_cert_login_from = common_name
            The broker needs a user of each certificate's name; one without a password logs in by its certificate only.

            A service:
              CLAIMS_BROKER=amqps://{hosts[0]}:5671/
              CLAIMS_BROKER_CA={folder}/ca.pem
              CLAIMS_BROKER_CERTIFICATE={folder}/{example}.pem
              CLAIMS_BROKER_KEY={folder}/{example}.key
            The same certificate is what our services show each other over HTTPS: ASPNETCORE_URLS=https://0.0.0.0:8443
            """);
    }

    private static IEnumerable<string> Vendors(string? file) =>
        (file is null ? Enum.GetValues<Vendor>() : MunicipalityFile.Load(file, allowPlain: true).OrThrow().All.Select(municipality => municipality.Vendor).Distinct())
        .Order().Select(BrokerUsers.Of);

    private static string[] Named(string list)
    {
        var users = list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToArray();
        var wrong = users.FirstOrDefault(user => !UserName().IsMatch(user) || user is DevelopmentCertificates.Ca or DevelopmentCertificates.Server);
        return users.Length > 0 && wrong is null
            ? users
            : throw new CommandFailure($"--names '{wrong ?? list}' is no user's name.", "Good: ingest,vendor-prisme: small letters, digits and hyphens; 'ca' and 'server' are taken.", ExitCodes.Usage);
    }

    private static (string User, string Host) HostOf(string pair) =>
        pair.Split('=') is [var user, var host] && UserName().IsMatch(user)
            ? (user, Host(host))
            : throw new CommandFailure($"--host-of '{pair}' is not a user and its host.", "Good: --host-of vendor-prisme=connector.example", ExitCodes.Usage);

    private static string Host(string host) =>
        Uri.CheckHostName(host) is not UriHostNameType.Unknown
            ? host
            : throw new CommandFailure($"--host '{host}' is neither a host's name nor an address.", "Good: --host rabbitmq.example --host 10.0.0.5", ExitCodes.Usage);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UserName();
}
