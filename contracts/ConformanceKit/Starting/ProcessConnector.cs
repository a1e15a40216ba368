using System.Collections.Concurrent;
using System.Diagnostics;

namespace ClaimsTransfer.ConformanceKit.Starting;

/// <summary>A connector in any language, as a child process: told what it needs by environment variables, heard by its output, ended by its process id.</summary>
public sealed class ProcessConnector : IRunningConnector
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private const int LastLines = 10;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _last = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProcessConnector(Process process, string version)
    {
        _process = process;
        Version = version;
    }

    public string Version { get; }

    public bool CanBeKilled => true;

    public Task<string> Ended => _ended.Task;

    /// <param name="command">Program and arguments.</param>
    /// <param name="version">What the result calls it.</param>
    /// <param name="more">Environment beside <see cref="ConnectorStart.Environment"/>.</param>
    public static ProcessConnector Start(IReadOnlyList<string> command, string version, ConnectorStart start, IReadOnlyDictionary<string, string>? more = null, string? folder = null)
    {
        var info = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in start.Environment.Concat(more ?? new Dictionary<string, string>(StringComparer.Ordinal)))
            info.Environment[name] = value;
        Process process;
        try
        {
            process = Process.Start(info) ?? throw new InvalidOperationException($"'{command[0]}' could not be started.");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException($"The connector's command '{string.Join(' ', command)}' could not be started: {missing.Message}. Give one that works in this folder: --start \"node connector.js\"", missing);
        }

        var connector = new ProcessConnector(process, version);
        process.OutputDataReceived += (_, line) => connector.Hear(line.Data, start.Said);
        process.ErrorDataReceived += (_, line) => connector.Hear(line.Data, start.Said);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _ = connector.WatchAsync();
        return connector;
    }

    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // Its standard input ends: whoever listens stops in good order.
            _process.StandardInput.Close();
            using var patience = new CancellationTokenSource(Patience);
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private void Hear(string? line, Action<string> said)
    {
        if (line is null)
            return;
        said(line);
        _last.Enqueue(line);
        while (_last.Count > LastLines)
            _last.TryDequeue(out _);
    }

    private async Task WatchAsync()
    {
        try
        {
            await _process.WaitForExitAsync();
            _ended.TrySetResult($"exit code {_process.ExitCode}; its last words: {string.Join(" / ", _last)}");
        }
        catch (Exception disposed) when (disposed is InvalidOperationException)
        {
            _ended.TrySetResult("it was stopped");
        }
    }
}

/// <summary>A connector that runs already, started by somebody else: it cannot be killed or heard.</summary>
public sealed class RunningElsewhere(string version) : IRunningConnector
{
    public string Version => version;

    public bool CanBeKilled => false;

    public Task<string> Ended { get; } = new TaskCompletionSource<string>().Task;

    public Task KillAsync() => throw new InvalidOperationException("The connector was not started by the kit; only its own process can be killed.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
