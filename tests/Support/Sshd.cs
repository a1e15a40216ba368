using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ClaimsTransfer.Support;

/// <summary>
/// A real SSH server on loopback, SFTP only, with host keys, configuration and authorised keys of its own in a temporary folder; stopped by its process id.
/// Needs Debian's openssh-server and openssh-client.
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
    public static string? Missing =>
        !File.Exists(Server) ? $"{Server} is missing: install the Debian package openssh-server."
        : !File.Exists("/usr/bin/sftp") ? "sftp is missing: install the Debian package openssh-client."
        : null;

    /// <summary>Where a folder of this machine is found over SFTP.</summary>
    public Uri AddressOf(string path) => new($"sftp://{User}@127.0.0.1:{Port}{path}");

    public static async Task<Sshd> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("claims-sshd-").FullName;
        foreach (var key in (string[])["host_key", "client_key"])
            await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, key));
        File.Copy(Path.Combine(folder, "client_key.pub"), Path.Combine(folder, "authorized_keys"));

        // sshd run by root wants this folder for its privilege separation; the package makes it at boot, which a container may never do.
        if (Environment.IsPrivilegedProcess)
            Directory.CreateDirectory("/run/sshd");
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            var process = await TryStartAsync(folder, port);
            if (process is not null)
                return new Sshd(process, folder, port);
            if (attempt == 5)
                throw new InvalidOperationException($"sshd did not start: {await File.ReadAllTextAsync(Path.Combine(folder, "log"))}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<Process?> TryStartAsync(string folder, int port)
    {
        var config = Path.Combine(folder, "sshd_config");
        await File.WriteAllTextAsync(config,
            $"""
            Port {port}
            ListenAddress 127.0.0.1
            HostKey {folder}/host_key
            PidFile {folder}/pid
            AuthorizedKeysFile {folder}/authorized_keys
            StrictModes no
            UsePAM no
            PermitRootLogin prohibit-password
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            MaxStartups 100
            Subsystem sftp internal-sftp
            ForceCommand internal-sftp

            """);
        var hostKey = (await File.ReadAllTextAsync(Path.Combine(folder, "host_key.pub"))).Split(' ');
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
