using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ClaimsTransfer.LocalServers;

/// <summary>A server that lives as long as this process: interrupted (or sent the signal it stops by) when we stop, and by the kernel when we are killed.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    public const int Interrupt = 2;
    public const int Terminate = 15;
    private const int KeptLines = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> _lines = new();
    private readonly Process _process = new();
    private readonly int _stopSignal;

    private ChildProcess(string log, int stopSignal) => (Log, _stopSignal) = (log, stopSignal);

    public int Id { get; private set; }

    /// <summary>The file with all that it said.</summary>
    public string Log { get; }

    public Task Ended => _ended.Task;

    /// <summary>Of the last that it said, the line that most likely tells why it ended; all of it is in its log.</summary>
    public string Cause
    {
        get
        {
            lock (_lines)
                return CauseIn(_lines);
        }
    }

    public bool HasSaid(string text)
    {
        lock (_lines)
            return _lines.Any(line => line.Contains(text, StringComparison.Ordinal));
    }

    public static ChildProcess Start(
        IReadOnlyList<string> command, string log, IReadOnlyDictionary<string, string>? environment = null, int stopSignal = Interrupt)
    {
        var child = new ChildProcess(log, stopSignal) { _process = { StartInfo = StartInfo(command) } };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            child._process.StartInfo.Environment[name] = value;
        var started = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        // The signal on a parent's death comes when the THREAD that started the child ends, so a thread of its own stays with it.
        new Thread(() => child.Run(started)) { IsBackground = true, Name = $"{Path.GetFileName(command[^1])} (child process)" }.Start();
        child.Id = started.Task.GetAwaiter().GetResult();
        return child;
    }

    /// <summary>Runs a command to its end; why it failed is in the exception.</summary>
    public static async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        var ended = await TryAsync(command, cancellation);
        if (ended.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {ended.ExitCode}: {CauseIn($"{ended.Output}\n{ended.Errors}".Split('\n'))}");
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> TryAsync(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = StartInfo(command) };
        process.Start();
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, (await output).Trim(), (await errors).Trim());
    }

    /// <summary>Stops a process of an earlier life and waits for its end; one whose command line does not name the folder is somebody else's.</summary>
    public static async Task InterruptAsync(int id, string folder, CancellationToken cancellation, int signal = Interrupt)
    {
        var commandLine = $"/proc/{id}/cmdline";
        bool IsOurs() => File.Exists(commandLine) && ReadOrNothing(commandLine).Contains(folder, StringComparison.Ordinal);
        if (!IsOurs())
            return;
        Signal(id, signal);
        for (var waited = TimeSpan.Zero; IsOurs() && waited < Patience; waited += TimeSpan.FromMilliseconds(100))
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        if (IsOurs())
            throw new InvalidOperationException($"Process {id} still uses {folder} and does not end.");
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (!Ended.IsCompleted)
        {
            _process.Kill(entireProcessTree: true);
            await Ended;
        }

        _process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (!Ended.IsCompleted)
        {
            Signal(Id, _stopSignal);
            if (await Task.WhenAny(Ended, Task.Delay(Patience)) != Ended)
            {
                _process.Kill(entireProcessTree: true);
                await Ended;
            }
        }

        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(IReadOnlyList<string> command)
    {
        var info = new ProcessStartInfo(command[0])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            // Where the caller stands may be closed to the server's account.
            WorkingDirectory = "/",
        };
        foreach (var argument in command.Skip(1))
            info.ArgumentList.Add(argument);
        info.Environment["LC_ALL"] = "C.UTF-8";
        return info;
    }

    private static string CauseIn(IEnumerable<string> lines)
    {
        const int Longest = 300;
        var said = lines.Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        var cause = said.Find(line => line.Contains("FATAL", StringComparison.Ordinal) || line.Contains("error", StringComparison.OrdinalIgnoreCase)) ?? said.LastOrDefault() ?? "it said nothing";
        return cause.Length > Longest ? $"{cause[..Longest]}…" : cause;
    }

    private static string ReadOrNothing(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            // It ended between the look and the reading.
            return "";
        }
    }

    private static void Signal(int id, int signal)
    {
        if (Kill(id, signal) != 0 && File.Exists($"/proc/{id}/stat"))
            throw new InvalidOperationException($"Process {id} cannot be signalled: error {Marshal.GetLastPInvokeError()}.");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int id, int signal);

    private void Run(TaskCompletionSource<int> started)
    {
        try
        {
            using var writer = new StreamWriter(new FileStream(Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
            void Keep(string? line)
            {
                if (line is null)
                    return;
                lock (_lines)
                {
                    _lines.Enqueue(line);
                    if (_lines.Count > KeptLines)
                        _lines.Dequeue();
                    writer.WriteLine(line);
                }
            }

            _process.OutputDataReceived += (_, e) => Keep(e.Data);
            _process.ErrorDataReceived += (_, e) => Keep(e.Data);
            _process.Start();
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            started.SetResult(_process.Id);
            _process.WaitForExit();
        }
        catch (Exception failure)
        {
            started.TrySetException(failure);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }
}
