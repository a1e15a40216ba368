using System.Diagnostics.Metrics;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.OperationsConsole.Access;

namespace ClaimsTransfer.OperationsConsole.Overview;

/// <summary>What needs a person, as a gauge that can alarm: looked at once a minute, whether or not anybody has a page open.</summary>
public sealed partial class NeedsMetric(Overviews overviews, Loops loops, ILogger<NeedsMetric> log) : BackgroundService
{
    public const string MeterName = "ClaimsTransfer.Console";
    public const string GaugeName = "claims.needs";

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly Actor Everybody = new("needs", Role.Viewer, Municipalities: null);
    private static readonly Meter Meter = new(MeterName);

    private static volatile IReadOnlyDictionary<NeedKind, long> _counts = new Dictionary<NeedKind, long>();

    static NeedsMetric() => Meter.CreateObservableGauge(
        GaugeName,
        () => Enum.GetValues<NeedKind>().Select(kind => new Measurement<long>(
            _counts.GetValueOrDefault(kind), new KeyValuePair<string, object?>("need", kind.ToString()))),
        "{need}", "What waits for a person");

    public async Task LookAsync(CancellationToken cancellation)
    {
        var (now, last) = (await overviews.ReadAsync(Everybody, cancellation), _counts);
        _counts = Enum.GetValues<NeedKind>().ToDictionary(kind => kind, kind =>
        {
            var count = now.Needs.Where(need => need.Kind == kind).Sum(need => need.Count);
            // What could not be asked is not over: no alarm is cleared by a service that is away.
            return now.Away.Count > 0 && kind != NeedKind.ServicesAway ? Math.Max(count, last.GetValueOrDefault(kind)) : count;
        });
    }

    /// <summary>Where it fails, what was seen last stands until the next minute.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loops.EveryAsync(
        nameof(NeedsMetric), Every, LookAsync,
        failure => Log.NotLooked(log, PersonalData.Mask($"{failure.GetType().Name}: {failure.Message}", 300)), stoppingToken);

    private static partial class Log
    {
        [LoggerMessage(7205, LogLevel.Warning, "What needs a person could not be looked at in this minute: {Failure}")]
        public static partial void NotLooked(ILogger logger, string failure);
    }
}
