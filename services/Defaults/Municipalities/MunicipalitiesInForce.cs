using ClaimsTransfer.Defaults.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>
/// The municipalities of a running service: a changed file comes into force without a restart, once it is free of faults and the queues of what is new in it stand.
/// Until then, the last good one stays.
/// </summary>
public sealed partial class MunicipalitiesInForce : IMunicipalities, IDisposable
{
    private readonly Installation _installation;
    private readonly Func<IReadOnlyCollection<Municipality>, CancellationToken, Task> _prepare;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _turn = new(1);
    private volatile Snapshot _inForce;
    private MunicipalityFile _seen;

    /// <summary>Whatever is wrong with the file stops the start, all of it named.</summary>
    /// <param name="prepare">What must be done before the municipalities come into force; while it fails, they do not.</param>
    public MunicipalitiesInForce(Installation installation, Func<IReadOnlyCollection<Municipality>, CancellationToken, Task> prepare, ILogger<MunicipalitiesInForce> log)
    {
        _installation = installation;
        _prepare = prepare;
        _log = log;
        _seen = MunicipalityFile.Load(Municipalities.PathOf(installation));
        _inForce = new Snapshot(_seen.OrThrow(), 1);
    }

    public IReadOnlyCollection<Municipality> All => _inForce.Municipalities.All;

    public long Version => _inForce.Version;

    public Municipality? Find(string code) => _inForce.Municipalities.Find(code);

    /// <summary>Looks whether the file has changed; what is wrong is logged, never thrown.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var file = MunicipalityFile.Load(Municipalities.PathOf(_installation), unless: _seen);
            if (ReferenceEquals(file, _seen))
                return;
            if (file.Faults.Count > 0)
                Log.Faulty(_log, file.Faults.Count, string.Join(Environment.NewLine, file.Faults));
            else if (!await TryTakeAsync(file, cancellation))
                return;
            _seen = file;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <returns>False: not now; it is tried again at the next look.</returns>
    private async Task<bool> TryTakeAsync(MunicipalityFile file, CancellationToken cancellation)
    {
        var diff = MunicipalityDiff.Between(All, file.Entries);
        if (diff.IsEmpty)
            return true;
        try
        {
            await _prepare(file.Entries, cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log.NotYet(_log, failure);
            return false;
        }

        var version = _inForce.Version + 1;
        _inForce = new Snapshot(file.OrThrow(), version);
        foreach (var municipality in diff.All)
            Log.Changed(_log, municipality.Code, municipality.Name, string.Join(", ", municipality.Fields));
        return true;
    }

    private sealed record Snapshot(Municipalities Municipalities, long Version);

    private static partial class Log
    {
        [LoggerMessage(1010, LogLevel.Error, "The municipalities' file has changed and has {Count} faults; what was in force stays:\n{Faults}")]
        public static partial void Faulty(ILogger logger, int count, string faults);

        [LoggerMessage(1011, LogLevel.Warning, "The municipalities' changed file cannot come into force yet; it is tried again")]
        public static partial void NotYet(ILogger logger, Exception failure);

        [LoggerMessage(1012, LogLevel.Information, "{Municipality} {Name} has changed: {Fields}")]
        public static partial void Changed(ILogger logger, string municipality, string name, string fields);
    }
}
