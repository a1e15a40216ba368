using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Overview;

namespace ClaimsTransfer.OperationsConsole.Vendors;

/// <param name="RefusalsFor">A refusal that is older is no news: it stands in the log.</param>
public sealed record ConductLimits(long FloodAt, TimeSpan StallAfter, TimeSpan RefusalsFor)
{
    public static ConductLimits Of(ConsoleOptions options) => new(options.VendorFloodAt, options.VendorStallAfter, TimeSpan.FromDays(7));
}

/// <summary>What is known at one moment, of the municipalities that a person sees.</summary>
/// <param name="Queues">What waits on each queue; null: the broker could not be asked.</param>
/// <param name="Refusals">Of all senders, whoever they spoke for.</param>
/// <param name="Reconciliations">The latest by municipality.</param>
internal sealed record ConductFigures(
    IReadOnlyList<MunicipalityFlow> Flows, IReadOnlyDictionary<string, long>? Queues, IReadOnlyList<SenderRefusalCount> Refusals, IReadOnlyDictionary<string, LatestReconciliation> Reconciliations);

/// <summary>
/// Who misbehaves, decided from figures alone. What is not known is held against nobody. A person sees what concerns the municipalities that are his: those of the vendor, and those
/// that were spoken for; a vendor's flood concerns all of its municipalities.
/// </summary>
internal static class VendorConduct
{
    /// <summary>Payments' word for a claim that was acknowledged, and that the debtor system does not have.</summary>
    public const string MissingAtDebtor = "MissingAtDebtor";

    /// <summary>The vendors of the actor's municipalities, and those who spoke for one of these; the order is always the same.</summary>
    public static IReadOnlyList<VendorView> Of(ConductFigures figures, Actor actor, ConductLimits limits, DateTimeOffset now)
    {
        var refusals = Seen(figures.Refusals, actor, limits, now);
        return
        [
            .. from vendor in Enum.GetValues<Vendor>()
               let flows = figures.Flows.Where(flow => flow.Vendor == vendor.ToString()).ToList()
               let said = refusals.Where(refusal => BrokerUsers.VendorOf(refusal.Sender) == vendor).ToList()
               where flows.Count > 0 || said.Count > 0
               let waiting = flows.Count == 0 ? null : WaitingOf(vendor, figures.Queues)
               select new VendorView(
                   $"{vendor}", [.. flows.Select(Municipality)], waiting,
                   [
                       .. ((IEnumerable<ConductFinding>)[.. Said(said, $"{vendor}"), .. Floods(vendor, waiting, limits), .. flows.SelectMany(flow => OfMunicipality(flow, figures, limits, now))])
                           .OrderBy(finding => finding.Kind).ThenBy(finding => finding.Municipality, StringComparer.Ordinal),
                   ]),
        ];
    }

    /// <summary>Who is no vendor of ours, and said what only connectors say.</summary>
    public static IReadOnlyList<ConductFinding> OfOthers(ConductFigures figures, Actor actor, ConductLimits limits, DateTimeOffset now) =>
    [
        .. Seen(figures.Refusals, actor, limits, now).Where(refusal => BrokerUsers.VendorOf(refusal.Sender) is null).GroupBy(refusal => (refusal.Sender, refusal.Municipality))
            .Select(group => Finding(ConductKind.IsNoVendor, group.Key.Municipality, [.. group], Places.FailuresOf(Causes.SenderRefused.Key), null))
            .OrderBy(finding => finding.Sender, StringComparer.Ordinal).ThenBy(finding => finding.Municipality, StringComparer.Ordinal),
    ];

    public static string Revoke(string vendor) => $"claims vendors revoke {vendor} --reason WHY";

    /// <summary>What names none of our municipalities is for whoever sees all of them. A message that went to both services was refused by both, and is one message.</summary>
    private static List<SenderRefusalCount> Seen(IReadOnlyList<SenderRefusalCount> refusals, Actor actor, ConductLimits limits, DateTimeOffset now) =>
    [
        .. refusals.Where(refusal => now - refusal.LastAt <= limits.RefusalsFor && (refusal.Municipality.Length == 0 ? actor.Municipalities is null : actor.Sees(refusal.Municipality)))
            .GroupBy(refusal => (refusal.Sender, refusal.Municipality, refusal.Message, refusal.Reason))
            .Select(same => same.First() with { Count = same.Max(one => one.Count), FirstAt = same.Min(one => one.FirstAt), LastAt = same.Max(one => one.LastAt) }),
    ];

    private static IEnumerable<ConductFinding> Said(List<SenderRefusalCount> refusals, string vendor) =>
        from refusal in refusals
        group refusal by (Kind: KindOf(refusal.Reason), refusal.Municipality) into said
        let href = said.Key.Kind == ConductKind.AnswersUnasked ? Places.Municipality(said.Key.Municipality) : Places.FailuresOf(Causes.SenderRefused.Key)
        select Finding(said.Key.Kind, said.Key.Municipality, [.. said], href, Revoke(vendor));

    private static ConductKind KindOf(RefusalReason reason) => reason switch
    {
        RefusalReason.OtherMunicipality or RefusalReason.OtherClaim or RefusalReason.OtherMessage => ConductKind.SpeaksForOthers,
        RefusalReason.NeverGiven => ConductKind.AnswersUnasked,
        _ => ConductKind.SpeaksOutOfTurn,
    };

    private static ConductFinding Finding(ConductKind kind, string municipality, IReadOnlyList<SenderRefusalCount> said, string href, string? command) => new(
        kind, municipality.Length > 0 ? municipality : null, said.Sum(one => one.Count), said.Min(one => one.FirstAt), said.Max(one => one.LastAt),
        [.. said.Select(one => one.Message).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], said[0].Sender, href, command);

    private static long? WaitingOf(Vendor vendor, IReadOnlyDictionary<string, long>? queues)
    {
        if (queues is null)
            return null;
        var own = new[] { Topology.RoutingQueue, Topology.PaymentsQueue }.Select(service => Topology.VendorQueue(service, vendor)).Where(queues.ContainsKey).ToList();
        return own.Count == 0 ? null : own.Sum(queue => queues[queue]);
    }

    private static IEnumerable<ConductFinding> Floods(Vendor vendor, long? waiting, ConductLimits limits)
    {
        if (waiting > limits.FloodAt)
            yield return new ConductFinding(ConductKind.Floods, null, waiting.Value, null, null, [], BrokerUsers.Of(vendor), $"{Places.Municipalities}?vendor={vendor}", Revoke($"{vendor}"));
    }

    private static IEnumerable<ConductFinding> OfMunicipality(MunicipalityFlow flow, ConductFigures figures, ConductLimits limits, DateTimeOffset now)
    {
        if (flow.Routing is { UnheardSince: { } since } routing && now - since > limits.StallAfter && !IsExcused(flow))
            yield return new ConductFinding(
                flow.QueueDepth > 0 ? ConductKind.Stalls : ConductKind.NeverAcknowledges, flow.Code, routing.InFlight, since, null, [], null, Places.Municipality(flow.Code), null);
        if (figures.Reconciliations.TryGetValue(flow.Code, out var run) && run.ByCause?.GetValueOrDefault(MissingAtDebtor) is { } missing and > 0)
            yield return new ConductFinding(ConductKind.AcknowledgesUndone, flow.Code, missing, run.StartedAt, null, [], null, Places.ReconciliationOf(flow.Code), null);
    }

    /// <summary>Somebody has paused it, or the debtor system is outside its opening hours: nobody waits for an answer. A connector that is away excuses nothing.</summary>
    private static bool IsExcused(MunicipalityFlow flow) => flow.Stage == nameof(Stage.Paused) || flow.Connector?.State is "paused" or "closed";

    private static VendorMunicipality Municipality(MunicipalityFlow flow) =>
        new(flow.Code, flow.Name, flow.Stage, flow.Routing?.InFlight, flow.QueueDepth, flow.Connector?.InHand, flow.Routing?.UnheardSince);
}
