using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
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
        _seen = MunicipalityFile.Load(Municipalities.PathOf(installation), allowPlain: installation.AllowPlainHttp);
        _inForce = new Snapshot(_seen.OrThrow(), 1);
    }

    public IReadOnlyCollection<Municipality> All => _inForce.Municipalities.All;

    public long Version => _inForce.Version;

    public Municipality? Find(string code) => _inForce.Municipalities.Find(code);

    /// <summary>Looks whether the file has changed. What is wrong is logged, never thrown, and looked at again where it may pass.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var file = MunicipalityFile.Load(Municipalities.PathOf(_installation), unless: _seen, _installation.AllowPlainHttp);
            if (ReferenceEquals(file, _seen))
                return;
            if (file.Faults.Count > 0)
                Log.Faulty(_log, file.Faults.Count, string.Join(Environment.NewLine, file.Faults));
            else
                await TakeAsync(file, cancellation);
            _seen = file;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log.NotYet(_log, PersonalData.Mask($"{failure.GetType().Name}: {failure.Message}", 300));
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task TakeAsync(MunicipalityFile file, CancellationToken cancellation)
    {
        var diff = MunicipalityDiff.Between(All, file.Entries);
        if (diff.IsEmpty)
            return;
        await _prepare(file.Entries, cancellation);
        _inForce = new Snapshot(file.OrThrow(), Version + 1);
        foreach (var municipality in diff.All)
            Log.Changed(_log, municipality.Code, municipality.Name, string.Join(", ", municipality.Fields));
    }

    private sealed record Snapshot(Municipalities Municipalities, long Version);

    private static partial class Log
    {
        [LoggerMessage(1010, LogLevel.Error, "The municipalities' file has changed and has {Count} faults; what was in force stays:\n{Faults}")]
        public static partial void Faulty(ILogger logger, int count, string faults);

        [LoggerMessage(1011, LogLevel.Warning, "The municipalities' changed file cannot come into force yet and is tried again: {Failure}")]
        public static partial void NotYet(ILogger logger, string failure);

        [LoggerMessage(1012, LogLevel.Information, "{Municipality} {Name} has changed: {Fields}")]
        public static partial void Changed(ILogger logger, string municipality, string name, string fields);
    }
}
