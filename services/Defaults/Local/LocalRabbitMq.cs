using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Local;

/// <summary>
/// A RabbitMQ server of our own, from the installed package, as a child process: own data, own ports, loopback only, gone when we are. The same folder
/// started again has the same user, queues and messages.
/// </summary>
public sealed class LocalRabbitMq : IAsyncDisposable
{
    private const string Missing =
        "RabbitMQ is not installed: install Debian's package with 'apt-get install rabbitmq-server' (its own service is neither needed nor touched), or give the URL of a broker.";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(120);
    private static readonly string[] Servers = ["/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/local/sbin/rabbitmq-server", "/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server"];

    private readonly string folder;
    private readonly string user;
    private readonly string password;
    private readonly bool management;
    private ChildProcess? epmd;
    private ChildProcess? server;

    private LocalRabbitMq(string folder, string user, string password, bool management)
    {
        this.folder = folder;
        this.user = user;
        this.password = password;
        this.management = management;
    }

    /// <summary><c>amqp://user:password@127.0.0.1:port/%2F</c>; stays the same through <see cref="RestartAsync"/>.</summary>
    public string Uri => string.Create(CultureInfo.InvariantCulture, $"amqp://{user}:{password}@127.0.0.1:{Port}/%2F");

    /// <summary>The management page and API, with the same user; null when not asked for.</summary>
    public string? ManagementUri => management ? string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ManagementPort}") : null;

    public string User => user;

    public string Password => password;

    public int Port { get; private set; }

    public int ProcessId => server?.Id ?? 0;

    /// <summary>Completes when the server has ended, for whatever reason.</summary>
    public Task Ended => server?.Ended ?? Task.CompletedTask;

    private int ManagementPort { get; set; }

    private int DistributionPort { get; set; }

    private int EpmdPort { get; set; }

    private string PidFile => Path.Combine(folder, "pid");

    public static bool IsInstalled => Servers.Any(File.Exists);

    /// <param name="folder">Where it keeps its data, log and settings.</param>
    /// <param name="management">Whether the management plugin runs too.</param>
    public static async Task<LocalRabbitMq> StartAsync(string folder, bool management = false, CancellationToken cancellation = default)
    {
        if (!IsInstalled)
            throw new InvalidOperationException(Missing);
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(folder);
        var (user, password) = await CredentialsAsync(Path.Combine(folder, "credentials"), cancellation);
        var broker = new LocalRabbitMq(folder, user, password, management);
        broker.ChoosePorts();
        try
        {
            await broker.LaunchAsync(cancellation);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
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

    public async ValueTask DisposeAsync() => await StopAsync();

    private static async Task<(string User, string Password)> CredentialsAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            await File.WriteAllTextAsync(path, "", cancellation);
            OwnerOnly(path);
            await File.WriteAllTextAsync(path, $"claims {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}", cancellation);
        }
        var parts = (await File.ReadAllTextAsync(path, cancellation)).Trim().Split(' ');
        return parts is [var user, var password]
            ? (user, password)
            : throw new InvalidOperationException($"'{path}' should hold the broker's user and password in one line, 'claims 0f1e…'. Remove the folder to start afresh.");
    }

    private void ChoosePorts()
    {
        var free = FreePorts.Take(4);
        (Port, ManagementPort, DistributionPort, EpmdPort) = (free[0], free[1], free[2], free[3]);
    }

    private async Task LaunchAsync(CancellationToken cancellation)
    {
        var account = Account.ForServer("rabbitmq", "rabbitmq-server");
        await StopLeftoverAsync(cancellation);
        WriteSettings();
        await account.TakeOverAsync(folder, cancellation);
        var (environment, log) = (Environment(), Path.Combine(folder, "process.log"));
        epmd = ChildProcess.Start(
            account.Command(EpmdPath(), ["-port", EpmdPort.ToString(CultureInfo.InvariantCulture), "-address", "127.0.0.1"], "TERM"), log, environment, ChildProcess.Terminate);
        await UntilMappedAsync(epmd, cancellation);
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

    private void WriteSettings()
    {
        Directory.CreateDirectory(Path.Combine(folder, "conf.d"));
        File.WriteAllText(Path.Combine(folder, "enabled_plugins"), management ? "[rabbitmq_management].\n" : "[].\n");
        var settings = Path.Combine(folder, "rabbitmq.conf");
        File.WriteAllText(settings, "");
        OwnerOnly(settings);
        File.WriteAllText(settings, string.Create(CultureInfo.InvariantCulture,
            $"""
            listeners.tcp.1 = 127.0.0.1:{Port}
            default_user = {user}
            default_pass = {password}
            log.console = false
            log.file = rabbit.log
            log.file.level = warning
            disk_free_limit.absolute = 50MB
            {(management ? $"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {ManagementPort}" : "")}

            """));
    }

    private static void OwnerOnly(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
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
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
        ["RABBITMQ_DIST_PORT"] = DistributionPort.ToString(CultureInfo.InvariantCulture),
        // The address keeps the distribution port off the network; without the wait switches an idle broker spins on a shared machine.
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none",
        ["ERL_EPMD_PORT"] = EpmdPort.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        // Lets the start script replace itself by the Erlang machine: the process we start is the process we stop.
        ["RUNNING_UNDER_SYSTEMD"] = "true",
        ["ERL_CRASH_DUMP"] = "/dev/null",
        ["LANG"] = "C.UTF-8",
    };

    /// <summary>Erlang starts a port mapper of its own where it finds none, and nobody would end that one.</summary>
    private async Task UntilMappedAsync(ChildProcess mapper, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(StartTimeout);
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, EpmdPort, deadline.Token);
                return;
            }
            catch (SocketException) when (!mapper.Ended.IsCompleted)
            {
                await Task.Delay(20, deadline.Token);
            }
            catch (SocketException fault)
            {
                throw new InvalidOperationException($"Erlang's port mapper did not start. Its last words: {mapper.LastLines}", fault);
            }
        }
    }

    private async Task UntilReadyAsync(ChildProcess starting, CancellationToken cancellation)
    {
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
                    $"RabbitMQ did not start{(starting.Ended.IsCompleted ? "; its process ended" : " in time")}. Its last words: {starting.LastLines} (its log is in '{Path.Combine(folder, "log")}')", fault);
            }
        }
    }

    private static string EpmdPath() =>
        new[] { "/usr/bin/epmd", "/usr/local/bin/epmd", "/opt/homebrew/bin/epmd" }.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException(Missing);
}
