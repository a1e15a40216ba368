using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Pages.Frame;

namespace ClaimsTransfer.OperationsConsole.Overview;

/// <summary>The sums of several municipalities; absent: the service that knows could not be asked.</summary>
public sealed record FlowSummary
{
    public long? Lines { get; private init; }
    public long? Refused { get; private init; }
    public long? Accepted { get; private init; }
    public long? AcceptedOre { get; private init; }
    public long? InFlight { get; private init; }
    public long? Transferred { get; private init; }
    public long? TransferredOre { get; private init; }
    public long? Rejected { get; private init; }
    public long? Held { get; private init; }
    public long? Unknown { get; private init; }
    public long? OutOfScope { get; private init; }
    public long? Cancelled { get; private init; }
    public DateTimeOffset? Oldest { get; private init; }
    public long? Settled { get; private init; }
    public long? CoveredOre { get; private init; }
    public long DeadLetters { get; private init; }
    public long? QueueDepth { get; private init; }
    public long? InHand { get; private init; }

    /// <summary>Connectors that answered, by how they stand.</summary>
    public IReadOnlyDictionary<string, int> Connectors { get; private init; } = new Dictionary<string, int>();

    public static FlowSummary Of(IReadOnlyCollection<MunicipalityFlow> flows) => new()
    {
        Lines = Sum(flows, flow => flow.Ingest?.Lines), Refused = Sum(flows, flow => flow.Ingest?.Refused), Accepted = Sum(flows, flow => flow.Ingest?.Accepted),
        AcceptedOre = Sum(flows, flow => flow.Ingest?.AcceptedOre), InFlight = Sum(flows, flow => flow.Routing?.InFlight), Transferred = Sum(flows, flow => flow.Routing?.Transferred),
        TransferredOre = Sum(flows, flow => flow.Routing?.TransferredOre), Rejected = Sum(flows, flow => flow.Routing?.Rejected), Held = Sum(flows, flow => flow.Routing?.Held),
        Unknown = Sum(flows, flow => flow.Routing?.Unknown), OutOfScope = Sum(flows, flow => flow.Routing?.OutOfScope), Cancelled = Sum(flows, flow => flow.Routing?.Cancelled),
        Oldest = flows.Min(flow => flow.Routing?.OldestUnacknowledgedAt), Settled = Sum(flows, flow => flow.Payments?.Settled), CoveredOre = Sum(flows, flow => flow.Payments?.CoveredOre),
        DeadLetters = flows.Sum(flow => flow.DeadLetters), QueueDepth = Sum(flows, flow => flow.QueueDepth), InHand = Sum(flows, flow => flow.Connector?.InHand),
        Connectors = flows.Where(flow => flow.Connector is not null).GroupBy(flow => flow.Connector!.Word()).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal),
    };

    /// <summary>Null where nobody knows; what some know is summed.</summary>
    private static long? Sum(IReadOnlyCollection<MunicipalityFlow> flows, Func<MunicipalityFlow, long?> of) => flows.Any(flow => of(flow) is not null) ? flows.Sum(of) : null;
}

/// <summary>How a connector stands, in one word for texts and tones.</summary>
public static class ConnectorWords
{
    /// <summary>From the most to the least urgent.</summary>
    public static readonly IReadOnlyList<string> All = ["givingUp", "breakerOpen", "idle", "paused", "closed", "flowing"];

    public static string Word(this ConnectorStanding connector) => connector.Consuming ? connector.State : "idle";

    public static Tone ToneOf(string word) => word switch
    {
        "flowing" => Tone.Success,
        "closed" => Tone.Info,
        "paused" => Tone.Warning,
        _ => Tone.Error,
    };

    /// <summary>A stage's tone: a municipality that is planned or tested is nothing to worry about.</summary>
    public static Tone ToneOf(Stage stage) => stage switch
    {
        Stage.Live => Tone.Success,
        Stage.Test => Tone.Info,
        Stage.Paused => Tone.Warning,
        _ => Tone.Neutral,
    };
}
