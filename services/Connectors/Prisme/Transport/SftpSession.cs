using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Prisme.Transport;

/// <summary>One run of OpenSSH's <c>sftp</c> in batch mode: keys only, host key checked, nobody's own configuration read.</summary>
public sealed class SftpSession(SftpAddress address, PrismeOptions options)
{
    /// <summary>
    /// Runs the commands; the first that fails ends the session, except those starting with '-'. The session is killed when it takes too long or the
    /// caller gives up; what was done until then is in <see cref="SftpResult.Echo"/>.
    /// </summary>
    public async Task<SftpResult> RunAsync(IReadOnlyList<string> commands, CancellationToken cancellation)
    {
        using var process = Start();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(options.TransferTimeout);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var inTime = true;
        try
        {
            foreach (var command in commands)
                await process.StandardInput.WriteAsync(command + "\n");
            process.StandardInput.Close();
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (IOException)
        {
            // It ended before it had read everything; its exit code says why.
            await process.WaitForExitAsync(CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            inTime = false;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        return new SftpResult(inTime && process.ExitCode == 0, inTime, Lines(await output), Reason(await errors, inTime));
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(options.SftpCommand)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        string[] settings =
        [
            "BatchMode=yes", "StrictHostKeyChecking=yes", "GlobalKnownHostsFile=none", "UpdateHostKeys=no", "IdentitiesOnly=yes", "IdentityAgent=none",
            "PreferredAuthentications=publickey", "ConnectTimeout=10", "ServerAliveInterval=5", "ServerAliveCountMax=3", "LogLevel=ERROR",
            $"UserKnownHostsFile=\"{options.KnownHostsFile}\"",
        ];
        string[] arguments = ["-F", "none", "-b", "-", "-i", options.KeyFile, "-P", address.Port.ToString(CultureInfo.InvariantCulture)];
        foreach (var argument in (IEnumerable<string>)[.. arguments, .. settings.SelectMany(s => new[] { "-o", s }), "--", $"{address.User}@{address.Host}"])
            start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start) ?? throw new TransientException($"{options.SftpCommand} could not be started.");
        }
        catch (Win32Exception fault)
        {
            throw new TransientException($"{options.SftpCommand} could not be started: install OpenSSH's client (Debian: openssh-client), or set {PrismeOptions.Section}:SftpCommand.", fault);
        }
    }

    private static List<string> Lines(string text) => [.. text.Split('\n').Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0)];

    // File names and SSH's own words only: sftp prints no file's content.
    private static string Reason(string errors, bool inTime)
    {
        var lines = Lines(errors);
        var said = lines.Count > 0 ? string.Join("; ", lines.TakeLast(3)) : "no reason given";
        return inTime ? said : $"the session was ended before it was done ({said})";
    }
}

/// <param name="Done">Every command was carried out.</param>
/// <param name="InTime">It ended by itself.</param>
/// <param name="Echo">What it printed: <c>sftp&gt; COMMAND</c> before each command it began, and listings.</param>
public sealed record SftpResult(bool Done, bool InTime, IReadOnlyList<string> Echo, string Reason)
{
    public bool Began(string command) => Echo.Any(l => l.StartsWith($"sftp> {command}", StringComparison.Ordinal));
}
