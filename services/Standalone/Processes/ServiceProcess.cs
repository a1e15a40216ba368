using System.Diagnostics;
using ClaimsTransfer.OperationsConsole.Access;

namespace ClaimsTransfer.Standalone.Processes;

/// <summary>How one process of a service is started, always the same: it keeps its port and instance when it is started again.</summary>
public sealed record ServiceStart(string Name, string Instance, int Port, IReadOnlyDictionary<string, string> Environment, string Log)
{
    public string Url => $"http://127.0.0.1:{Port}";
}

/// <summary>
/// One service as a child process, started again when it dies. It holds the reading end of a pipe whose writing end is ours: when we are gone, however that happened,
/// the pipe ends and the service stops itself (<see cref="Defaults.Hosting.StopWithParent"/>).
/// </summary>
public sealed class ServiceProcess(ServiceStart start, Action changed, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WellAfter = TimeSpan.FromMinutes(1);
    private readonly Lock _log = new();

    public ServiceStart Start => start;

    /// <summary>0 while it is not running.</summary>
    public int Pid { get; private set; }

    public int Restarts { get; private set; }

    /// <summary>It ended, and somebody else has its port.</summary>
    public bool LostItsPort { get; private set; }

    /// <summary>Keeps the service running until cancelled, then stops it: what it has in hand is finished.</summary>
    public async Task KeepAsync(TimeSpan shutdown, CancellationToken cancellation)
    {
        var pause = FirstPause;
        while (!cancellation.IsCancellationRequested)
        {
            var begun = time.GetTimestamp();
            using (var process = Launch())
            {
                Pid = process.Id;
                changed();
                await WaitOrStopAsync(process, shutdown, cancellation);
                Pid = 0;
                changed();
                if (cancellation.IsCancellationRequested)
                    return;
                await File.AppendAllTextAsync(start.Log, $"{time.GetUtcNow():O} {start.Name} {start.Instance} ended with exit code {process.ExitCode} and is started again\n", CancellationToken.None);
            }
            LostItsPort = !Ports.IsFree(start.Port);
            Restarts++;
            pause = time.GetElapsedTime(begun) > WellAfter ? FirstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            await Task.Delay(pause, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Process Launch()
    {
        var info = new ProcessStartInfo("dotnet", [Services.ProgramOf(start.Name)])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;
        var process = Process.Start(info) ?? throw new InvalidOperationException($"{start.Name} could not be started.");
        // What a service says outside its log (a failed start, a crash of the runtime) is kept beside it.
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task WaitOrStopAsync(Process process, TimeSpan shutdown, CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (process.HasExited)
            return;
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(shutdown);
        await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrEmpty(line))
            return;
        // The first administrator's password is for the person who starts this, and is kept in no file.
        if (line.StartsWith(FirstStart.Said, StringComparison.Ordinal))
        {
            Console.Out.WriteLine(line);
            return;
        }
        lock (_log)
            File.AppendAllText(start.Log, line + "\n");
    }
}
