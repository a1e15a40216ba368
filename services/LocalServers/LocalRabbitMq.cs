using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.LocalServers;

/// <summary>The certificates of a local broker that speaks TLS; the files are copied, for the account it runs under.</summary>
/// <param name="Ca">PEM: whose certificates of clients it takes.</param>
/// <param name="RequireClientCertificate">Whether a client without one is turned away in the handshake.</param>
/// <param name="Plain">Whether it listens without TLS too.</param>
public sealed record LocalTls(string Ca, string Certificate, string Key, bool RequireClientCertificate = true, bool Plain = false);

/// <summary>
/// A RabbitMQ server of our own, from the installed package, as a child process: own data, own ports, loopback only, gone when we are. The same folder
/// started again has the same user, queues and messages.
/// </summary>
public sealed class LocalRabbitMq : IAsyncDisposable
{
    private const string Missing =
        "RabbitMQ is not installed: install Debian's package with 'apt-get install rabbitmq-server' (its own service is neither needed nor touched), or give the URL of a broker.";

    private const string InUse = "eaddrinuse";
    private const int MostStarts = 3;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(120);
    private static readonly string[] Servers = ["/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/local/sbin/rabbitmq-server", "/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server"];

    private readonly string folder;
    private readonly string user;
    private readonly string password;
    private readonly bool management;
    private readonly LocalTls? tls;
    private ChildProcess? epmd;
    private ChildProcess? server;

    private LocalRabbitMq(string folder, string user, string password, bool management, LocalTls? tls)
    {
        this.folder = folder;
        this.user = user;
        this.password = password;
        this.management = management;
        this.tls = tls;
    }

    /// <summary><c>amqp://user:password@127.0.0.1:port/%2F</c>, amqps where it has no plain listener; stays the same through <see cref="RestartAsync"/>.</summary>
    public string Uri => string.Create(CultureInfo.InvariantCulture, $"{(HasPlain ? "amqp" : "amqps")}://{user}:{password}@127.0.0.1:{(HasPlain ? Port : TlsPort)}/%2F");

    /// <summary>For whoever logs in by certificate: <c>amqps://127.0.0.1:port/%2F</c>; null without TLS.</summary>
    public string? TlsUri => tls is null ? null : string.Create(CultureInfo.InvariantCulture, $"amqps://127.0.0.1:{TlsPort}/%2F");

    /// <summary>The management page and API, with the same user; null when not asked for.</summary>
    public string? ManagementUri => management ? string.Create(CultureInfo.InvariantCulture, $"{(tls is null ? "http" : "https")}://127.0.0.1:{ManagementPort}") : null;

    public string User => user;

    public string Password => password;

    public int Port { get; private set; }

    public int TlsPort { get; private set; }

    public int ProcessId => server?.Id ?? 0;

    /// <summary>Completes when the server has ended, for whatever reason.</summary>
    public Task Ended => server?.Ended ?? Task.CompletedTask;

    private bool PortWasTaken => epmd?.HasSaid(InUse) == true || server?.HasSaid(InUse) == true;

    private bool HasPlain => tls is null or { Plain: true };

    private int ManagementPort { get; set; }

    private int DistributionPort { get; set; }

    private int EpmdPort { get; set; }

    private string PidFile => Path.Combine(folder, "pid");

    /// <summary>A temporary folder that the server's own account can reach; whoever asks for it removes it.</summary>
    public static string NewFolder(string prefix)
    {
        var made = Directory.CreateTempSubdirectory(prefix).FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(made, (UnixFileMode)0b111_101_101);
        return made;
    }

    public static bool IsInstalled => Servers.Any(File.Exists);

    /// <summary>Prepares the folder, and says what would keep RabbitMQ from starting in it.</summary>
    /// <exception cref="InvalidOperationException">Something would; the message says what mends it.</exception>
    public static async Task CheckAsync(string folder, CancellationToken cancellation = default)
    {
        if (!IsInstalled)
            throw new InvalidOperationException(Missing);
        folder = Path.GetFullPath(folder);
        // It asks a shell how much room there is, in single quotes, and waits for the answer for ever.
        if (folder.Contains('\'', StringComparison.Ordinal))
            throw new InvalidOperationException($"RabbitMQ hangs in a folder whose path has an apostrophe: {folder}. Take another data folder.");
        await ServerFolder.PrepareAsync(folder, "RabbitMQ", Account.ForServer("rabbitmq", "rabbitmq-server"), cancellation);
        if (Directory.Exists(MnesiaIn(folder)) && !File.Exists(CredentialsIn(folder)))
            throw new InvalidOperationException($"{CredentialsIn(folder)} is missing, and with it the way into {MnesiaIn(folder)}. Put it back, or take another data folder.");
        OwnerOnly.Keep(Path.Combine(folder, ".erlang.cookie"));
    }

    /// <param name="folder">Where it keeps its data, log and settings.</param>
    /// <param name="management">Whether the management plugin runs too; by https where there is <paramref name="tls"/>.</param>
    public static async Task<LocalRabbitMq> StartAsync(string folder, bool management = false, LocalTls? tls = null, CancellationToken cancellation = default)
    {
        folder = Path.GetFullPath(folder);
        await CheckAsync(folder, cancellation);
        var (user, password) = await CredentialsAsync(CredentialsIn(folder), cancellation);
        var broker = new LocalRabbitMq(folder, user, password, management, tls);
        for (var start = 1; ; start++)
        {
            broker.ChoosePorts();
            try
            {
                await broker.LaunchAsync(cancellation);
                return broker;
            }
            catch (InvalidOperationException) when (broker.PortWasTaken && start < MostStarts)
            {
                // A port was free when it was looked for, and somebody else's by the time the broker wanted it.
                await broker.StopAsync();
            }
            catch
            {
                await broker.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Stops in good order; what is durable stays.</summary>
    public async Task StopAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        if (epmd is not null)
            await epmd.DisposeAsync();
        (server, epmd) = (null, null);
    }

    /// <summary>As a power cut would.</summary>
    public async Task KillAsync()
    {
        if (server is not null)
            await server.KillAsync();
        if (epmd is not null)
            await epmd.KillAsync();
        (server, epmd) = (null, null);
    }

    /// <summary>Starts again after a stop or a kill, on the same port.</summary>
    public Task RestartAsync(CancellationToken cancellation = default) => LaunchAsync(cancellation);

    /// <summary>Takes the certificates' files over again, as they are now; connections made from the next second on are made with them.</summary>
    public async Task TakeCertificatesAsync(CancellationToken cancellation = default)
    {
        var account = Account.ForServer("rabbitmq", "rabbitmq-server");
        CopyCertificates();
        await account.TakeOverAsync(CertificateFolder, cancellation);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static async Task<(string User, string Password)> CredentialsAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
            await OwnerOnly.WriteAsync(path, $"claims {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}", cancellation);
        var parts = (await File.ReadAllTextAsync(path, cancellation)).Trim().Split(' ');
        return parts is [var user, var password]
            ? (user, password)
            : throw new InvalidOperationException($"'{path}' should hold the broker's user and password in one line, 'claims 0f1e…'. Remove the folder to start afresh.");
    }

    private static string CredentialsIn(string folder) => Path.Combine(folder, "credentials");

    private static string MnesiaIn(string folder) => Path.Combine(folder, "mnesia");

    private void ChoosePorts()
    {
        var free = FreePorts.Take(5);
        (Port, ManagementPort, DistributionPort, EpmdPort, TlsPort) = (free[0], free[1], free[2], free[3], free[4]);
    }

    private async Task LaunchAsync(CancellationToken cancellation)
    {
        var account = Account.ForServer("rabbitmq", "rabbitmq-server");
        await StopLeftoverAsync(cancellation);
        await WriteSettingsAsync(cancellation);
        CopyCertificates();
        await account.TakeOverAsync(folder, cancellation);
        var (environment, log) = (Environment(), Path.Combine(folder, "process.log"));
        epmd = ChildProcess.Start(
            account.Command(EpmdPath(), ["-port", EpmdPort.ToString(CultureInfo.InvariantCulture), "-address", "127.0.0.1"], "TERM"), log, environment, ChildProcess.Terminate);
        // Erlang starts a port mapper of its own where it finds none, and nobody would end that one.
        await UntilListeningAsync(epmd, EpmdPort, "Erlang's port mapper did not start.", cancellation);
        server = ChildProcess.Start(account.Command(Servers.First(File.Exists), [], "TERM"), log, environment, ChildProcess.Terminate);
        await File.WriteAllTextAsync(PidFile, server.Id.ToString(CultureInfo.InvariantCulture), cancellation);
        await UntilReadyAsync(server, cancellation);
    }

    /// <summary>A parent that was killed leaves its broker going down for some seconds; two on one folder would be the messages' end.</summary>
    private async Task StopLeftoverAsync(CancellationToken cancellation)
    {
        if (File.Exists(PidFile) && int.TryParse(await File.ReadAllTextAsync(PidFile, cancellation), CultureInfo.InvariantCulture, out var id))
            await ChildProcess.InterruptAsync(id, folder, cancellation, ChildProcess.Terminate);
    }

    private async Task WriteSettingsAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.Combine(folder, "conf.d"));
        await File.WriteAllTextAsync(Path.Combine(folder, "enabled_plugins"), $"[{string.Join(',', Plugins())}].\n", cancellation);
        await OwnerOnly.WriteAsync(Path.Combine(folder, "rabbitmq.conf"), string.Create(CultureInfo.InvariantCulture,
            $"""
            {(HasPlain ? $"listeners.tcp.1 = 127.0.0.1:{Port}" : "listeners.tcp = none")}
            default_user = {user}
            default_pass = {password}
            log.console = false
            log.file = rabbit.log
            log.file.level = warning
            disk_free_limit.absolute = {DiskSpace.LimitMegabytes}MB
            {(management && tls is null ? $"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {ManagementPort}" : "")}
            {(tls is null ? "" : TlsSettings(tls))}

            """), cancellation);
    }

    private string TlsSettings(LocalTls wanted) => string.Create(CultureInfo.InvariantCulture,
        $"""
        listeners.ssl.1 = 127.0.0.1:{TlsPort}
        ssl_options.cacertfile = {CertificateFolder}/ca.pem
        ssl_options.certfile = {CertificateFolder}/server.pem
        ssl_options.keyfile = {CertificateFolder}/server.key
        ssl_options.versions.1 = tlsv1.3
        ssl_options.versions.2 = tlsv1.2
        ssl_options.verify = verify_peer
        ssl_options.fail_if_no_peer_cert = {(wanted.RequireClientCertificate ? "true" : "false")}
        auth_mechanisms.1 = EXTERNAL
        auth_mechanisms.2 = PLAIN
        ssl_cert_login_from = common_name
        {(management ? $"management.ssl.ip = 127.0.0.1\nmanagement.ssl.port = {ManagementPort}\n" : "")}
        """)
        + (management ? $"management.ssl.cacertfile = {CertificateFolder}/ca.pem\nmanagement.ssl.certfile = {CertificateFolder}/server.pem\nmanagement.ssl.keyfile = {CertificateFolder}/server.key\n" : "");

    private IEnumerable<string> Plugins() => [.. management ? ["rabbitmq_management"] : (string[])[], .. tls is null ? (string[])[] : ["rabbitmq_auth_mechanism_ssl"]];

    private string CertificateFolder => Path.Combine(folder, "tls");

    private void CopyCertificates()
    {
        if (tls is null)
            return;
        Directory.CreateDirectory(CertificateFolder);
        foreach (var (from, to) in (ReadOnlySpan<(string, string)>)[(tls.Ca, "ca.pem"), (tls.Certificate, "server.pem"), (tls.Key, "server.key")])
        {
            var next = Path.Combine(CertificateFolder, $"{to}.next");
            File.Copy(from, next, overwrite: true);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Move(next, Path.Combine(CertificateFolder, to), overwrite: true);
        }
    }

    private Dictionary<string, string> Environment() => new(StringComparer.Ordinal)
    {
        ["HOME"] = folder,
        ["RABBITMQ_NODENAME"] = "claims@localhost",
        ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(folder, "rabbitmq-env.conf"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq.conf"),
        ["RABBITMQ_CONFIG_FILES"] = Path.Combine(folder, "conf.d"),
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(folder, "advanced.config"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "enabled_plugins"),
        ["RABBITMQ_MNESIA_BASE"] = MnesiaIn(folder),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
        ["RABBITMQ_DIST_PORT"] = DistributionPort.ToString(CultureInfo.InvariantCulture),
        // The address keeps the distribution port off the network; without the wait switches an idle broker spins on a shared machine.
        // Erlang keeps the files of certificates for two minutes; a second is enough to see that renewed ones are taken.
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none" + (tls is null ? "" : " -ssl ssl_pem_cache_clean 1000"),
        ["ERL_EPMD_PORT"] = EpmdPort.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        // Lets the start script replace itself by the Erlang machine: the process we start is the process we stop.
        ["RUNNING_UNDER_SYSTEMD"] = "true",
        ["ERL_CRASH_DUMP"] = "/dev/null",
        ["LANG"] = "C.UTF-8",
    };

    private static async Task UntilListeningAsync(ChildProcess starting, int port, string failed, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(StartTimeout);
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
                return;
            }
            catch (SocketException) when (!starting.Ended.IsCompleted)
            {
                await Task.Delay(20, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception fault) when (fault is SocketException || !cancellation.IsCancellationRequested)
            {
                throw new InvalidOperationException($"{failed} It said: {starting.Cause} (all of it is in {starting.Log})", fault);
            }
        }
    }

    private async Task UntilReadyAsync(ChildProcess starting, CancellationToken cancellation)
    {
        // It listens when all else is started; and without a certificate nobody gets further than that.
        if (!HasPlain)
        {
            await UntilListeningAsync(starting, TlsPort, $"RabbitMQ did not start (its log is in '{Path.Combine(folder, "log")}').", cancellation);
            return;
        }
        var factory = new ConnectionFactory { Uri = new Uri(Uri), AutomaticRecoveryEnabled = false, RequestedConnectionTimeout = TimeSpan.FromSeconds(10) };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(StartTimeout);
        while (true)
        {
            try
            {
                await using var connection = await factory.CreateConnectionAsync(deadline.Token);
                return;
            }
            catch (BrokerUnreachableException) when (!starting.Ended.IsCompleted && !deadline.IsCancellationRequested)
            {
                await Task.Delay(200, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception fault) when (!cancellation.IsCancellationRequested)
            {
                throw new InvalidOperationException(
                    $"RabbitMQ did not start{(starting.Ended.IsCompleted ? "; its process ended" : " in time")}. It said: {starting.Cause} (all of it is in {starting.Log}, and its log in {Path.Combine(folder, "log")})", fault);
            }
        }
    }

    private static string EpmdPath() =>
        new[] { "/usr/bin/epmd", "/usr/local/bin/epmd", "/opt/homebrew/bin/epmd" }.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException(Missing);
}
