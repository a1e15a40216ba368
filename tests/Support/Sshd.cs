using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ClaimsTransfer.Support;

/// <summary>
/// A real SSH server on loopback, SFTP only, with host keys, configuration and authorised keys of its own in a temporary folder; stopped by its process id.
/// Needs Debian's openssh-server. It has two host keys, of which the known hosts name one.
/// </summary>
public sealed class Sshd : IAsyncDisposable
{
    private const string Server = "/usr/sbin/sshd";

    private readonly Process _process;
    private readonly string _folder;

    private Sshd(Process process, string folder, int port)
    {
        (_process, _folder, Port) = (process, folder, port);
    }

    public int Port { get; }

    public string User => Environment.UserName;

    public string ClientKey => Path.Combine(_folder, "client_key");

    public string KnownHosts => Path.Combine(_folder, "known_hosts");

    /// <summary>Null when it can run here; otherwise what is missing, for <c>Assert.Ignore</c>.</summary>
    public static string? Missing => File.Exists(Server) ? null : $"{Server} is missing: install the Debian package openssh-server.";

    /// <summary>What it said, a line an event.</summary>
    public string[] Log => File.ReadAllLines(Path.Combine(_folder, "log"));

    /// <summary>Where a folder of this machine is found over SFTP.</summary>
    public Uri AddressOf(string path) => new($"sftp://{User}@127.0.0.1:{Port}{path}");

    /// <summary>A host key as a line of known hosts has it: type and key.</summary>
    /// <param name="type"><c>ed25519</c> or <c>rsa</c>.</param>
    public string HostKey(string type) => string.Join(' ', File.ReadAllText(Path.Combine(_folder, $"host_{type}.pub")).Split(' ')[..2]);

    /// <param name="sftp">Arguments of <c>internal-sftp</c>, such as <c>-P rename</c>, which refuses that request.</param>
    public static async Task<Sshd> StartAsync(string sftp = "")
    {
        var folder = Directory.CreateTempSubdirectory("claims-sshd-").FullName;
        foreach (var (key, type) in ((string, string)[])[("host_ed25519", "ed25519"), ("host_rsa", "rsa"), ("client_key", "ed25519")])
            await RunAsync("ssh-keygen", "-q", "-t", type, "-N", "", "-f", Path.Combine(folder, key));
        File.Copy(Path.Combine(folder, "client_key.pub"), Path.Combine(folder, "authorized_keys"));

        // sshd run by root wants this folder for its privilege separation; the package makes it at boot, which a container may never do.
        if (Environment.IsPrivilegedProcess)
            Directory.CreateDirectory("/run/sshd");
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            var process = await TryStartAsync(folder, port, sftp);
            if (process is not null)
                return new Sshd(process, folder, port);
            if (attempt == 5)
                throw new InvalidOperationException($"sshd did not start: {await File.ReadAllTextAsync(Path.Combine(folder, "log"))}");
        }
    }

    /// <summary>Stops it and all its sessions where they are: connections stay open, and nothing comes back.</summary>
    public async Task FreezeAsync()
    {
        // First the one that takes notice of children that end: none of them can vanish from under the second signal.
        await SignalAsync("-STOP", [_process.Id]);
        await SignalAsync("-STOP", TreeOf(_process.Id));
    }

    public Task ThawAsync() => SignalAsync("-CONT", TreeOf(_process.Id).Reverse());

    /// <summary>Ends what is connected, as a server that is started again does.</summary>
    public async Task EndSessionsAsync()
    {
        await SignalAsync("-STOP", [_process.Id]);
        await SignalAsync("-KILL", TreeOf(_process.Id).Skip(1));
        await SignalAsync("-CONT", [_process.Id]);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<Process?> TryStartAsync(string folder, int port, string sftp)
    {
        var config = Path.Combine(folder, "sshd_config");
        await File.WriteAllTextAsync(config,
            $"""
            Port {port}
            ListenAddress 127.0.0.1
            HostKey {folder}/host_ed25519
            HostKey {folder}/host_rsa
            PidFile {folder}/pid
            AuthorizedKeysFile {folder}/authorized_keys
            StrictModes no
            UsePAM no
            PermitRootLogin prohibit-password
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            MaxStartups 100
            Subsystem sftp internal-sftp
            ForceCommand internal-sftp {sftp}

            """);
        var hostKey = (await File.ReadAllTextAsync(Path.Combine(folder, "host_ed25519.pub"))).Split(' ');
        await File.WriteAllTextAsync(Path.Combine(folder, "known_hosts"), $"[127.0.0.1]:{port} {hostKey[0]} {hostKey[1]}\n");

        var process = Process.Start(new ProcessStartInfo(Server, ["-D", "-f", config, "-E", Path.Combine(folder, "log")])) ?? throw new InvalidOperationException("sshd could not be started.");
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(10) && !process.HasExited;)
        {
            if (await AnswersAsync(port))
                return process;
            await Task.Delay(20);
        }

        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
        return null;
    }

    private static Task SignalAsync(string signal, IEnumerable<int> processes) => RunAsync("kill", [signal, .. processes.Select(id => id.ToString(CultureInfo.InvariantCulture))]);

    private static IEnumerable<int> TreeOf(int process) => File.ReadAllText($"/proc/{process}/task/{process}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(child => TreeOf(int.Parse(child, CultureInfo.InvariantCulture))).Prepend(process);

    private static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardInput = true, UseShellExecute = false }) ?? throw new InvalidOperationException($"{command} could not be started.");
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command} failed with exit code {process.ExitCode}.");
    }
}
