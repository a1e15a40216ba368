using System.Diagnostics;

namespace ClaimsTransfer.Benchmarks.Sides;

/// <summary>A program of ours as a child process. It ends with us, whatever happens to us: the pipe it reads from is then closed.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private const int KeptLines = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private readonly int _port;

    private ServiceProcess(string name, string log, int port, Process process)
    {
        (Name, Log, _port, _process) = (name, log, port, process);
        Ended = process.WaitForExitAsync();
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Name { get; }

    /// <summary>What it said outside of its own log.</summary>
    public string Log { get; }

    public int Pid => _process.Id;

    public Task Ended { get; }

    public string LastLines
    {
        get
        {
            lock (_lines)
                return string.Join(" | ", _lines);
        }
    }

    /// <summary>Whether it has a library in memory.</summary>
    public bool HasLoaded(string library) => File.ReadLines($"/proc/{Pid}/maps").Any(mapped => mapped.EndsWith($"/{library}", StringComparison.Ordinal));

    /// <param name="programs">The folder it was built to.</param>
    /// <param name="program">Its project's name, <c>Ingest</c>.</param>
    public static ServiceProcess Start(
        string name, string programs, string program, IEnumerable<string> arguments, int port, Servers servers, IReadOnlyDictionary<string, string>? settings = null)
    {
        var logs = Directory.CreateDirectory(Path.Combine(servers.Folder, "logs")).FullName;
        var info = new ProcessStartInfo("dotnet", [Built.ProgramIn(programs, program), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = programs,
        };
        info.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        info.Environment["CLAIMS_BROKER"] = servers.Broker;
        info.Environment["CLAIMS_STORE"] = servers.Store;
        info.Environment["CLAIMS_DATA"] = servers.Folder;
        info.Environment["CLAIMS_LOG"] = "file";
        info.Environment["CLAIMS_STOP_WITH_PARENT"] = "1";
        foreach (var (key, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
            info.Environment[key] = value;
        return new ServiceProcess(
            name, Path.Combine(logs, $"{name}.out"), port, Process.Start(info) ?? throw new InvalidOperationException($"{name} could not be started."));
    }

    public async Task UntilReadyAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        while (!await IsReadyAsync(patience.Token))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Ended.IsCompleted || patience.IsCancellationRequested)
                throw new InvalidOperationException($"{Name} did not become ready. What it said is in {Log} and beside it: {LastLines}");
            await Task.WhenAny(Ended, Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!Ended.IsCompleted)
        {
            _process.StandardInput.Close();
            if (await Task.WhenAny(Ended, Task.Delay(Patience)) != Ended)
                _process.Kill(entireProcessTree: true);
            await Ended;
        }
        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri($"http://127.0.0.1:{_port}/health/ready"), cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrEmpty(line))
            return;
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines)
                _lines.Dequeue();
            File.AppendAllText(Log, line + "\n");
        }
    }
}
