using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Erasing;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Replaying;
using ClaimsTransfer.OperationsConsole.Vendors;

namespace ClaimsTransfer.OperationsConsole.Overview;

/// <summary>The whole installation, as far as a person sees it.</summary>
/// <param name="Needs">What needs a person now, the most urgent first.</param>
/// <param name="Hours">What came through in each of the last 24 hours of the clock.</param>
/// <param name="Away">Services that could not be asked: what they know is missing.</param>
public sealed record OverviewNow(
    DateTimeOffset At, IReadOnlyList<Need> Needs, IReadOnlyList<MunicipalityFlow> Municipalities, IReadOnlyList<FlowHour> Hours, IReadOnlyList<AwayService> Away);

public sealed class Overviews
{
    private const int ReplaysLookedAt = 100;
    private static readonly TimeSpan HoursGoodFor = TimeSpan.FromSeconds(20);

    private readonly ServiceFigures _figures;
    private readonly Letters _letters;
    private readonly VendorRoom _room;
    private readonly AuditLog _audit;
    private readonly ErasureStore _erasures;
    private readonly ReplayStore _replays;
    private readonly Reconciliations _reconciliations;
    private readonly SenderFigures _senders;
    private readonly ConductLimits _limits;
    private readonly IMunicipalities _municipalities;
    private readonly TimeProvider _time;
    private readonly TextCatalogue _texts;
    private readonly Recent<IReadOnlyDictionary<string, IReadOnlyList<FlowHour>>> _hours;

    public Overviews(
        ServiceFigures figures, Letters letters, VendorRoom room, AuditLog audit, ReplayStore replays, Reconciliations reconciliations, SenderFigures senders, FlowStore flow,
        ErasureStore erasures, IMunicipalities municipalities, ConsoleOptions options, TextCatalogue texts, TimeProvider time)
    {
        (_texts, _audit, _room, _erasures) = (texts, audit, room, erasures);
        (_figures, _letters, _replays, _reconciliations, _municipalities, _time) = (figures, letters, replays, reconciliations, municipalities, time);
        (_senders, _limits) = (senders, ConductLimits.Of(options));
        _hours = new Recent<IReadOnlyDictionary<string, IReadOnlyList<FlowHour>>>(() => flow.HoursAsync(time.GetUtcNow(), CancellationToken.None), HoursGoodFor, time);
    }

    public async Task<OverviewNow> ReadAsync(Actor actor, CancellationToken cancellation)
    {
        var (now, reconciliations, senders) = (_figures.ReadAsync(cancellation), _reconciliations.ReadAsync(cancellation), _senders.ReadAsync(cancellation));
        var letters = await _letters.GroupsAsync(new LetterFilter().For(actor), cancellation);
        var replays = await _replays.ListAsync(actor, ReplaysLookedAt, null, cancellation);
        var flows = await FlowsAsync(actor, await now, cancellation);
        var vendors = VendorConduct.Of(new ConductFigures(flows, (await now).Queues, (await senders).Refusals, (await reconciliations).Latest), actor, _limits, _time.GetUtcNow());
        var erasing = (await _erasures.NightsAsync(cancellation)).Where(night => actor.Sees(night.Municipality)).ToList();
        AwayService?[] asked = [.. (await now).Away, .. (await senders).Away, (await reconciliations).Away];
        IReadOnlyList<AwayService> away = [.. asked.OfType<AwayService>().DistinctBy(service => service.Service)];
        var needs = Needs.Of(
            flows, letters.Groups, replays.Replays, await reconciliations, vendors, erasing, await _room.ReadAsync(cancellation), (await now).Unready, away,
            await _audit.FaultOfHeadAsync(cancellation) is not null, _time.GetUtcNow());
        var english = _texts.In(TextCatalogue.English);
        return new OverviewNow(
            (await now).At, [.. needs.Select(need => need with { What = english[need.TextKey] })], flows, Sum(actor, await _hours.ReadAsync(cancellation)), away);
    }

    public async Task<IReadOnlyList<MunicipalityFlow>> FlowsAsync(Actor actor, FiguresNow now, CancellationToken cancellation) =>
        MunicipalityFlow.Of(actor, _municipalities, now, await _letters.OpenByMunicipalityAsync(actor.Municipalities, cancellation));

    private static IReadOnlyList<FlowHour> Sum(Actor actor, IReadOnlyDictionary<string, IReadOnlyList<FlowHour>> hours) =>
        [.. hours.Where(entry => entry.Key.Length == 0 ? actor.Municipalities is null : actor.Sees(entry.Key)).SelectMany(entry => entry.Value).GroupBy(hour => hour.From).OrderBy(group => group.Key)
            .Select(group => new FlowHour(
                group.Key, group.Sum(hour => hour.Accepted), group.Sum(hour => hour.Transferred), group.Sum(hour => hour.Rejected), group.Sum(hour => hour.DeadLettered), group.Any(hour => hour.IsSampled)))];
}
