using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Erasing;
using ClaimsTransfer.OperationsConsole.Replaying;
using ClaimsTransfer.OperationsConsole.Vendors;

namespace ClaimsTransfer.OperationsConsole.Overview;

public enum NeedKind
{
    /// <summary>The audit log does not end as the console left it: no person's action is done before somebody has looked.</summary>
    BrokenAuditLog,

    /// <summary>Nobody can tell whether the debtor system has these claims.</summary>
    UnknownClaims,

    /// <summary>Messages that could not be handled, of one cause.</summary>
    DeadLetters,

    /// <summary>A replay stopped by itself: too many failed again.</summary>
    StoppedReplay,

    /// <summary>A replay that somebody, or the want of outcomes, has paused.</summary>
    PausedReplay,

    /// <summary>A replay that another person must approve.</summary>
    ReplayToApprove,

    /// <summary>A vendor that misbehaves.</summary>
    VendorConduct,

    /// <summary>
    /// A vendor's dead letters fill the room that is kept for them: more stay on the broker, and when that is full, what the vendor says waits.
    /// </summary>
    FullRoom,

    /// <summary>Connectors whose debtor system takes nothing.</summary>
    ConnectorsCutOff,

    /// <summary>Connectors that reach their debtor system's receipts and payments no more.</summary>
    ConnectorsUnread,

    /// <summary>Files, pushes and feeds with payments that were refused whole.</summary>
    RefusedDocuments,

    /// <summary>Connectors that somebody has paused.</summary>
    ConnectorsPaused,

    /// <summary>Connectors with instructions that need a key which is not here.</summary>
    ConnectorsWaitForKeys,

    /// <summary>Connectors that do not consume their queue.</summary>
    ConnectorsIdle,

    RejectedClaims,
    HeldClaims,

    /// <summary>Claims with a change that waits for a version which does not come.</summary>
    VersionGaps,

    /// <summary>Money that nobody can place, and orders that FBS does not take.</summary>
    Worklist,

    /// <summary>Accounts that the debtor system has closed with something owed on them.</summary>
    ClosedWithDebt,

    /// <summary>Settled claims about which FBS says nothing usable: it goes on owing them.</summary>
    UnansweredByFbs,

    /// <summary>Municipalities whose list from FBS holds so few claims that it was compared with nothing.</summary>
    DoubtedLists,

    /// <summary>Municipalities whose reconciliation did not come to its end.</summary>
    FailedReconciliations,

    /// <summary>Live municipalities that were not reconciled in the last night.</summary>
    StaleReconciliations,

    /// <summary>Municipalities of which what is past its retention could not be erased last night.</summary>
    FailedErasing,

    /// <summary>Claims past their retention that are still needed, and so not erased.</summary>
    KeptPastRetention,

    /// <summary>Services that answer and cannot do their work: a store that takes nothing, keys that are not there, a loop that hangs.</summary>
    ServicesUnready,

    /// <summary>Services that could not be asked: what they know is missing, and so are the needs that come of it.</summary>
    ServicesAway,
}

/// <summary>Something that waits for a person.</summary>
/// <param name="Href">Where it is done.</param>
/// <param name="Cause">Of dead letters: <see cref="DeadLetters.Cause.Key"/>.</param>
/// <param name="Municipalities">Whose, where it is not all over.</param>
/// <param name="Vendor">Who misbehaves.</param>
/// <param name="Since">From when on, of the oldest, where it is known.</param>
public sealed record Need(
    NeedKind Kind, long Count, string Href, string? Cause = null, IReadOnlyList<string>? Municipalities = null, string? Vendor = null, DateTimeOffset? Since = null)
{
    /// <summary>The text that says what it is and what to do, after its count.</summary>
    [JsonIgnore]
    public string TextKey => $"overview.need.{Kind}{(Count == 1 ? ".one" : "")}";

    /// <summary>In English, for programs and the command line; the pages word it in their reader's language.</summary>
    public string? What { get; init; }

    /// <summary>Of <see cref="NeedKind.RefusedDocuments"/>: which, the longest refused first.</summary>
    public IReadOnlyList<RefusedOf>? Documents { get; init; }

    /// <summary>Of <see cref="NeedKind.ServicesUnready"/>: which, and what they say.</summary>
    public IReadOnlyList<UnreadyService>? Services { get; init; }
}

/// <summary>A refused document, and whose it is.</summary>
public sealed record RefusedOf(string Municipality, RefusedDocument Document);

/// <summary>What needs a person now, the most urgent first. Pure: it is decided from what was asked.</summary>
internal static class Needs
{
    /// <summary>A debtor system may be restarted, a line may break: longer than that, somebody has to look.</summary>
    public static readonly TimeSpan UnreadAfter = TimeSpan.FromMinutes(15);

    public static IReadOnlyList<Need> Of(
        IReadOnlyList<MunicipalityFlow> flows, IReadOnlyList<LetterGroup> letters, IReadOnlyList<Replay> replays, ReconciliationsNow reconciliations, IReadOnlyList<VendorView> vendors,
        IReadOnlyList<NightOfErasing> erasing, IReadOnlyList<RoomTaken> rooms, IReadOnlyList<UnreadyService> unready,
        IReadOnlyList<AwayService> away, bool auditIsBroken, DateTimeOffset now) =>
    [
        .. auditIsBroken ? (Need[])[new Need(NeedKind.BrokenAuditLog, 1, Places.Audit)] : [],
        .. away.Count > 0 ? (Need[])[new Need(NeedKind.ServicesAway, away.Count, Places.Overview)] : [],
        .. unready.Count > 0 ? (Need[])[new Need(NeedKind.ServicesUnready, unready.Count, Places.Overview) { Services = unready }] : [],
        .. Claims(NeedKind.UnknownClaims, "Unknown", flows, figures => figures.Unknown),
        .. letters.GroupBy(group => group.CauseKey).Select(cause => new Need(
            NeedKind.DeadLetters, cause.Sum(group => group.Count), Places.FailuresOf(cause.Key), cause.Key,
            [.. cause.SelectMany(group => group.Parts).Select(part => part.Municipality).Where(code => code.Length > 0).Distinct().Order(StringComparer.Ordinal)]))
            .OrderByDescending(need => need.Count),
        .. Replays(NeedKind.StoppedReplay, ReplayStatus.Stopped, replays),
        .. Replays(NeedKind.ReplayToApprove, ReplayStatus.AwaitingApproval, replays),
        .. Replays(NeedKind.PausedReplay, ReplayStatus.Paused, replays),
        .. vendors.Where(vendor => vendor.Findings.Count > 0).Select(vendor => new Need(
            NeedKind.VendorConduct, vendor.Findings.Count, Places.Vendor(vendor.Vendor), null,
            [.. vendor.Findings.Select(finding => finding.Municipality).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], vendor.Vendor)),
        .. from room in rooms
           where room.IsFull
           let theirs = flows.Where(flow => flow.Vendor == $"{room.Vendor}").ToList()
           where theirs.Count > 0
           select new Need(NeedKind.FullRoom, room.Messages, Places.FailuresOfVendor($"{room.Vendor}"), null, Codes(theirs), $"{room.Vendor}"),
        .. Connectors(NeedKind.ConnectorsCutOff, "cutOff", flows, IsCutOff),
        .. Connectors(NeedKind.ConnectorsIdle, "idle", flows, lane => !lane.Consuming),
        .. Connectors(NeedKind.ConnectorsUnread, "unread", flows, lane => IsUnread(lane, now)),
        .. RefusedDocuments(flows),
        .. Connectors(NeedKind.ConnectorsWaitForKeys, "keys", flows, WaitsForKeys),
        .. Connectors(NeedKind.ConnectorsPaused, "paused", flows, lane => lane.State == "paused"),
        .. Claims(NeedKind.RejectedClaims, "Rejected", flows, figures => figures.Rejected),
        .. Claims(NeedKind.HeldClaims, "Held", flows, figures => figures.Held),
        .. Counted(NeedKind.VersionGaps, flows, flow => flow.Routing?.VersionGaps ?? 0, Places.VersionGaps, flow => flow.Routing?.VersionGapsSince),
        .. Payments(NeedKind.Worklist, flows, figures => figures.Unmatched - figures.ClosedWithDebt, Places.Worklist),
        .. Counted(NeedKind.ClosedWithDebt, flows, flow => flow.Payments?.ClosedWithDebt ?? 0, Places.Worklist, flow => flow.Payments?.ClosedWithDebtSince),
        .. Payments(NeedKind.UnansweredByFbs, flows, figures => figures.Unanswered, Places.Waiting),
        .. ReconciliationNeeds(flows, reconciliations, now),
        .. ErasingNeeds(erasing),
    ];

    /// <summary>One that is cut off is told of as that.</summary>
    public static bool IsUnread(ConnectorStanding lane, DateTimeOffset now) => !IsCutOff(lane) && now - lane.UnreadSince >= UnreadAfter;

    public static bool WaitsForKeys(ConnectorStanding lane) => lane.WaitsFor is { Count: > 0 };

    public static bool IsCutOff(ConnectorStanding lane) => lane.State is "breakerOpen" or "givingUp";

    private static IEnumerable<Need> Replays(NeedKind kind, ReplayStatus status, IReadOnlyList<Replay> replays) =>
        replays.Where(replay => replay.Status == status).Select(replay => new Need(kind, replay.Total, Places.Replay(replay.ReplayId)));

    private static IEnumerable<Need> Claims(NeedKind kind, string category, IReadOnlyList<MunicipalityFlow> flows, Func<RoutingFigures, long> of) =>
        Counted(kind, flows, flow => flow.Routing is { } figures ? of(figures) : 0, Places.ClaimsIn(category));

    private static IEnumerable<Need> Connectors(NeedKind kind, string filter, IReadOnlyList<MunicipalityFlow> flows, Func<ConnectorStanding, bool> isSo)
    {
        var those = flows.Where(flow => flow.Connector is not null && isSo(flow.Connector)).ToList();
        if (those.Count > 0)
            yield return new Need(kind, those.Count, those.Count == 1 ? Places.Municipality(those[0].Code) : $"{Places.Municipalities}?connector={filter}", null, Codes(those));
    }

    private static IEnumerable<Need> RefusedDocuments(IReadOnlyList<MunicipalityFlow> flows)
    {
        var refused = flows.SelectMany(flow => (flow.Connector?.Refused ?? []).Select(document => new RefusedOf(flow.Code, document))).OrderBy(refused => refused.Document.Since).ToList();
        if (refused.Count == 0)
            yield break;
        var codes = refused.Select(refused => refused.Municipality).Distinct().Order(StringComparer.Ordinal).ToList();
        yield return new Need(
            NeedKind.RefusedDocuments, refused.Count, codes.Count == 1 ? Places.Municipality(codes[0]) : $"{Places.Municipalities}?connector=refused", null, codes, Since: refused[0].Document.Since)
        { Documents = refused };
    }

    private static IEnumerable<Need> Payments(NeedKind kind, IReadOnlyList<MunicipalityFlow> flows, Func<PaymentsFigures, long> of, string place) =>
        Counted(kind, flows, flow => flow.Payments is { } figures ? of(figures) : 0, place);

    /// <summary>One need of all the municipalities that have some of it.</summary>
    private static IEnumerable<Need> Counted(
        NeedKind kind, IReadOnlyList<MunicipalityFlow> flows, Func<MunicipalityFlow, long> of, string place, Func<MunicipalityFlow, DateTimeOffset?>? since = null)
    {
        var those = flows.Where(flow => of(flow) > 0).ToList();
        if (those.Count > 0)
            yield return new Need(kind, those.Sum(of), place, null, Codes(those), Since: since is null ? null : those.Min(since));
    }

    private static IEnumerable<Need> ReconciliationNeeds(IReadOnlyList<MunicipalityFlow> flows, ReconciliationsNow reconciliations, DateTimeOffset now)
    {
        // What could not be asked is not stale. A municipality is reconciled once it has money to reconcile.
        if (reconciliations.Away is not null)
            yield break;
        var live = flows.Where(flow => flow.Stage == nameof(Stage.Live) && flow.Payments?.Accounts > 0).ToList();
        var doubted = live.Where(flow => reconciliations.Latest.GetValueOrDefault(flow.Code)?.Doubt is not null).ToList();
        if (doubted.Count > 0)
        {
            yield return new Need(
                NeedKind.DoubtedLists, doubted.Count, doubted.Count == 1 ? Places.ReconciliationOf(doubted[0].Code) : Places.Reconciliation, null, Codes(doubted),
                Since: doubted.Min(flow => reconciliations.Latest[flow.Code].StartedAt));
        }

        var failed = live.Except(doubted).Where(flow => reconciliations.Latest.GetValueOrDefault(flow.Code)?.Failure is not null).ToList();
        if (failed.Count > 0)
            yield return new Need(NeedKind.FailedReconciliations, failed.Count, Places.Reconciliation, null, Codes(failed));
        var stale = live.Where(flow => reconciliations.Latest.GetValueOrDefault(flow.Code) is not { } run || (run.Failure is null && now - run.StartedAt > Reconciliations.StaleAfter)).ToList();
        if (stale.Count > 0)
            yield return new Need(NeedKind.StaleReconciliations, stale.Count, Places.Reconciliation, null, Codes(stale));
    }

    private static IEnumerable<Need> ErasingNeeds(IReadOnlyList<NightOfErasing> nights)
    {
        var failed = nights.Where(night => night.Failure is not null).ToList();
        if (failed.Count > 0)
            yield return new Need(NeedKind.FailedErasing, failed.Count, PlaceOf(failed), null, CodesOf(failed), Since: failed.Min(night => night.FailedSince));
        var kept = nights.Where(night => night.Kept > 0).ToList();
        if (kept.Count > 0)
            yield return new Need(NeedKind.KeptPastRetention, kept.Sum(night => night.Kept), PlaceOf(kept), null, CodesOf(kept));

        static string PlaceOf(List<NightOfErasing> some) => some is [{ Municipality: { Length: > 0 } one }] ? Places.Municipality(one) : Places.Municipalities;

        static IReadOnlyList<string> CodesOf(List<NightOfErasing> some) => [.. some.Select(night => night.Municipality).Where(code => code.Length > 0).Order(StringComparer.Ordinal)];
    }

    private static List<string> Codes(List<MunicipalityFlow> flows) => flows.ConvertAll(flow => flow.Code);
}
