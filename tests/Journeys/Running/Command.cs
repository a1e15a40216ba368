using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ClaimsTransfer.Journeys.Running;

/// <summary>One of the commands as a process of its own, as a person starts it; ended with the test, whatever happens.</summary>
internal sealed class Command : IAsyncDisposable
{
    private const int SigInt = 2;
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly Process _process;

    private Command(Process process) => _process = process;

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Everything it wrote, output and errors.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary><c>deploy/run.sh</c>, as built beside the tests.</summary>
    public static Command Run(params string[] arguments) => Run(new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    /// <summary>With settings in its environment.</summary>
    public static Command Run(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start("env", ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Standalone.dll"), .. arguments], environment: environment);

    /// <summary><c>deploy/claims</c>, as built beside the tests.</summary>
    public static Command Claims(params string[] arguments) => Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Cli.dll"), .. arguments]);

    public static Command Start(string program, IEnumerable<string> arguments, string? workingFolder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = workingFolder ?? Path.GetTempPath(),
        };
        info.Environment["CLAIMS_HOME"] = Path.Combine(Folders.Data, "home");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            info.Environment[name] = value;
        var command = new Command(new Process { StartInfo = info });
        command._process.OutputDataReceived += (_, line) => command.Hear(line.Data);
        command._process.ErrorDataReceived += (_, line) => command.Hear(line.Data);
        command._process.Start();
        command._process.StandardInput.Close();
        command._process.BeginOutputReadLine();
        command._process.BeginErrorReadLine();
        return command;
    }

    /// <summary>Waits for its end; a test that waits longer than it should says what the command said.</summary>
    public async Task<int> EndAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It did not end within {within}. It said:\n{Said}");
        }
        return _process.ExitCode;
    }

    /// <summary>Ctrl-C. Where the tests themselves run in the background of a shell it is ignored, and would be by a run that was not started with its signals reset.</summary>
    public void Interrupt() => Signal(Pid, SigInt);

    /// <summary>kill.</summary>
    public void Terminate() => Signal(Pid, SigTerm);

    /// <summary>kill -9.</summary>
    public void Kill() => Signal(Pid, SigKill);

    public static void Kill(int pid) => Signal(pid, SigKill);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Terminate();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is not null)
            _said.Enqueue(line);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int processId, int signal);
}
