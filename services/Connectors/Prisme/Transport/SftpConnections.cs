using System.Collections.Concurrent;
using System.Net.Sockets;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace ClaimsTransfer.Prisme.Transport;

/// <summary>
/// SFTP connections, kept for the next step: keys only, host key checked. One that failed or was not done in time is never used again.
/// </summary>
internal sealed class SftpConnections(PrismeOptions options) : IDisposable
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<(string User, string Host, int Port), ConcurrentBag<SftpClient>> idle = new();
    private volatile bool closed;

    /// <summary>
    /// Carries out a step, and gives up waiting for it when the token says so, whatever it does then. Everything that keeps it from being done is an
    /// <see cref="IOException"/>; the server's own refusal is its inner exception.
    /// </summary>
    public async Task<T> UseAsync<T>(SftpAddress address, Func<SftpClient, CancellationToken, Task<T>> step, CancellationToken limit)
    {
        SftpClient? client = null;
        var reusable = false;
        try
        {
            client = Idle(address) ?? await ConnectAsync(address, limit);
            // The library may block where it says async, as while the server takes nothing from the socket.
            var result = await Task.Run(() => step(client, limit), limit).WaitAsync(limit);
            reusable = true;
            return result;
        }
        catch (OperationCanceledException fault) when (limit.IsCancellationRequested)
        {
            throw new IOException($"{address.Host}:{address.Port}: the session was ended before it was done", fault);
        }
        catch (Exception fault) when (fault is SshException or SocketException or ObjectDisposedException or UnauthorizedAccessException or Defaults.Reading.BeyondBoundException)
        {
            reusable = fault is SftpException;
            throw new IOException($"{address.Host}:{address.Port}: {fault.Message}", fault);
        }
        finally
        {
            if (client is not null)
                PutBack(address, client, reusable);
        }
    }

    public void Dispose()
    {
        closed = true;
        foreach (var client in idle.Values.SelectMany(clients => clients))
            client.Dispose();
    }

    private static (string User, string Host, int Port) ServerOf(SftpAddress address) => (address.User, address.Host, address.Port);

    private SftpClient? Idle(SftpAddress address)
    {
        if (!idle.TryGetValue(ServerOf(address), out var clients))
            return null;
        while (clients.TryTake(out var client))
        {
            if (client.IsConnected)
                return client;
            client.Dispose();
        }

        return null;
    }

    private void PutBack(SftpAddress address, SftpClient client, bool reusable)
    {
        if (reusable && !closed && client.IsConnected)
            idle.GetOrAdd(ServerOf(address), _ => []).Add(client);
        else
            // Saying goodbye to a server that takes nothing waits as long as anything else did.
            _ = Task.Run(client.Dispose);
    }

    private async Task<SftpClient> ConnectAsync(SftpAddress address, CancellationToken limit)
    {
        var known = KnownHosts.Of(options.KnownHostsFile, address.Host, address.Port);
        using var key = Key();
        using var authentication = new PrivateKeyAuthenticationMethod(address.User, key);
        var connection = new Renci.SshNet.ConnectionInfo(address.Host, address.Port, address.User, authentication) { Timeout = options.TransferTimeout };
        Prefer(connection.HostKeyAlgorithms, known.Types);
        var client = new SftpClient(connection) { OperationTimeout = options.TransferTimeout, KeepAliveInterval = KeepAlive };
        string? stranger = null;
        client.HostKeyReceived += (_, shown) =>
        {
            if (known.FaultOf(shown.HostKey) is { } fault)
                stranger = $"the server shows the host key {KnownHosts.FingerprintOf(shown.HostKey)} ({shown.HostKeyName}), {fault} "
                    + $"in the file of {PrismeOptions.Section}:KnownHostsFile";
            shown.CanTrust = stranger is null;
        };
        try
        {
            await Task.Run(() => client.ConnectAsync(limit), limit).WaitAsync(limit);
            return client;
        }
        catch (Exception fault)
        {
            _ = Task.Run(client.Dispose, CancellationToken.None);
            if (stranger is null)
                throw;
            throw new SshConnectionException(stranger, Renci.SshNet.Messages.Transport.DisconnectReason.HostKeyNotVerifiable, fault);
        }
    }

    /// <summary>What everybody can read is no secret. A group may: that is how keys are mounted into containers.</summary>
    private PrivateKeyFile Key()
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(options.KeyFile) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != UnixFileMode.None)
            throw new SshAuthenticationException($"everybody on this machine can read the key of {PrismeOptions.Section}:KeyFile; give it the mode 600");
        try
        {
            return new PrivateKeyFile(options.KeyFile);
        }
        catch (SshException fault)
        {
            throw new SshAuthenticationException($"the key of {PrismeOptions.Section}:KeyFile cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>The server shows the key whose type it is asked for first: one that is known, where there is one.</summary>
    private static void Prefer(IOrderedDictionary<string, Func<byte[], Renci.SshNet.Security.KeyHostAlgorithm>> algorithms, IEnumerable<string> types)
    {
        foreach (var certificate in algorithms.Keys.Where(name => name.EndsWith("-cert-v01@openssh.com", StringComparison.Ordinal)).ToList())
            algorithms.Remove(certificate);
        foreach (var name in types.Reverse().SelectMany(type => type == "ssh-rsa" ? ["ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"] : new[] { type }))
        {
            if (algorithms.ContainsKey(name))
                algorithms.SetPosition(name, 0);
        }
    }
}
