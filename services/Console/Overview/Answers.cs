using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.Overview;

/// <summary>Ingest's books, <c>GET /ingest/accounting?live=true</c>.</summary>
public sealed record IngestBooks
{
    public IReadOnlyDictionary<string, IngestFigures> Municipalities { get; init; } = new Dictionary<string, IngestFigures>();
    public long Unpublished { get; init; }
}

public sealed record IngestFigures
{
    public long Lines { get; init; }
    public long Accepted { get; init; }
    public long AcceptedOre { get; init; }
    public long Refused { get; init; }
}

/// <summary>How claims stand, <c>GET /routing/accounting</c>.</summary>
public sealed record RoutingBooks
{
    public IReadOnlyDictionary<string, RoutingFigures> Municipalities { get; init; } = new Dictionary<string, RoutingFigures>();
}

public sealed record RoutingFigures
{
    public long Claims { get; init; }
    public long Ore { get; init; }
    public long Transferred { get; init; }
    public long TransferredOre { get; init; }
    public long Rejected { get; init; }
    public long Held { get; init; }
    public long OutOfScope { get; init; }
    public long Cancelled { get; init; }
    public long Unknown { get; init; }
    public long DeadLettered { get; init; }
    public long InFlight { get; init; }
    public DateTimeOffset? OldestUnacknowledgedAt { get; init; }

    /// <summary>Claims with a change that has waited a quarter of an hour for a version before it.</summary>
    public long VersionGaps { get; init; }

    /// <summary>Since when the oldest of these waits.</summary>
    public DateTimeOffset? VersionGapsSince { get; init; }

    /// <summary>Since when the claim in flight that has waited longest for its connector has heard nothing.</summary>
    public DateTimeOffset? UnheardSince { get; init; }
}

/// <summary>How the money stands, <c>GET /payments/accounting</c>.</summary>
public sealed record PaymentsBooks
{
    public IReadOnlyDictionary<string, PaymentsFigures> Municipalities { get; init; } = new Dictionary<string, PaymentsFigures>();
}

public sealed record PaymentsFigures
{
    public long Accounts { get; init; }
    public long CoveredOre { get; init; }
    public long ReversedOre { get; init; }
    public long WrittenOffOre { get; init; }
    public long Settled { get; init; }
    public long Unmatched { get; init; }
    public long Pending { get; init; }

    /// <summary>Of the unmatched: accounts that the debtor system has closed with something owed on them.</summary>
    public long ClosedWithDebt { get; init; }

    /// <summary>Since when the oldest of these is so.</summary>
    public DateTimeOffset? ClosedWithDebtSince { get; init; }

    /// <summary>Payments about which FBS was asked and has said nothing usable for a quarter of an hour.</summary>
    public long Unanswered { get; init; }
}

/// <summary>How a municipality stands at its connector, <c>GET /connectors/VENDOR</c>.</summary>
/// <param name="State">flowing, paused, closed (outside opening hours), breakerOpen or givingUp.</param>
/// <param name="Breaker">closed, halfOpen or open.</param>
/// <param name="Consuming">Its queue is consumed, or left alone on purpose.</param>
/// <param name="UnreadSince">Since when its receipts and payments could not be read.</param>
public sealed record ConnectorStanding(
    string Municipality, string State, string Breaker, DateTimeOffset? UnavailableSince, long InHand, DateTimeOffset? Oldest, bool Consuming, bool Held, long UnpublishedEntries,
    IReadOnlyList<Note>? WaitsFor = null, IReadOnlyList<RefusedDocument>? Refused = null, DateTimeOffset? UnreadSince = null);

/// <summary>A file, push or feed with payments of which nothing counts, until it is taken or replaced by one that is.</summary>
/// <param name="Fault">unreadable, wrongHeader, wrongName, wrongTotals or wrongEntry.</param>
/// <param name="Field">As the debtor system's format calls it.</param>
public sealed record RefusedDocument(string Name, string Fault, int? Line, string? Field, DateTimeOffset Since, long Times);

/// <param name="Service">All: one process with several services.</param>
/// <param name="Says">What is wrong, in its own English words.</param>
public sealed record UnreadyService(string Service, IReadOnlyList<string> Says);

/// <param name="Why">For whoever runs it.</param>
/// <param name="IsSlow">It is there, and did not answer in time: asked again, it may.</param>
public sealed record AwayService(string Service, Note Why, bool IsSlow = false);
