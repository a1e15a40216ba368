using System.Text.Json.Serialization;

namespace ClaimsTransfer.Cli.Report;

/// <summary>One municipality's books, or the total. Amounts in øre; the claims' current amounts, a cancelled claim with the amount it had.</summary>
public sealed record Figures
{
    /// <summary>Lines and messages read: <c>accepted + changes + duplicates + refused + waiting</c>.</summary>
    public long Lines { get; init; }

    /// <summary>Distinct claims: <c>transferred + rejected + held + outOfScope + cancelled + unknown + deadLettered + inFlight</c>.</summary>
    public long Accepted { get; init; }

    /// <summary>Adjustments, cancellations and liable-party changes taken in for a claim we have.</summary>
    public long Changes { get; init; }

    /// <summary>Repeats that changed nothing.</summary>
    public long Duplicates { get; init; }

    public long Refused { get; init; }

    /// <summary>Changes whose claim or earlier version has not come.</summary>
    public long Waiting { get; init; }

    public long Transferred { get; init; }
    public long Rejected { get; init; }
    public long Held { get; init; }
    public long OutOfScope { get; init; }
    public long Cancelled { get; init; }
    public long Unknown { get; init; }
    public long DeadLettered { get; init; }
    public long InFlight { get; init; }

    public long AcceptedOre { get; init; }
    public long TransferredOre { get; init; }
    public long RejectedOre { get; init; }
    public long HeldOre { get; init; }
    public long OutOfScopeOre { get; init; }
    public long CancelledOre { get; init; }
    public long UnknownOre { get; init; }
    public long DeadLetteredOre { get; init; }
    public long InFlightOre { get; init; }

    /// <summary>Claims in force in the debtor systems' ledgers.</summary>
    public long DebtorClaims { get; init; }

    public long DebtorOre { get; init; }

    /// <summary>The most bookings any one claim's instruction has: 1 when nothing was booked twice.</summary>
    public long MaxBookings { get; init; }

    /// <summary>By our ledger: all that came in, øre; what was taken back again is in <see cref="ReversedOre"/>.</summary>
    public long CoveredOre { get; init; }

    /// <summary>By our ledger: written off, or corrected by the debtor systems themselves, øre.</summary>
    public long WrittenOffOre { get; init; }

    /// <summary>By our ledger: coverage that was taken back, øre.</summary>
    public long ReversedOre { get; init; }

    /// <summary>Claims on which nothing is owed any more: paid, or written off.</summary>
    public long Settled { get; init; }

    /// <summary>What the worklist holds: money that does not fit its claim, or no claim.</summary>
    public long Unmatched { get; init; }

    /// <summary>As <see cref="CoveredOre"/>, by the debtor systems' ledgers.</summary>
    public long DebtorCoveredOre { get; init; }

    /// <summary>As <see cref="WrittenOffOre"/>, by the debtor systems' ledgers.</summary>
    public long DebtorWrittenOffOre { get; init; }

    /// <summary>Claims of which FBS was told that they are settled, and that still are.</summary>
    public long ReconciledToFbs { get; init; }

    /// <summary>Lines of a reconciliation of the three ledgers, made at rest; absent while something is under way.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Differences { get; init; }

    public static Figures Sum(IEnumerable<Figures> figures) => figures.Aggregate(new Figures(), (a, b) => new Figures
    {
        Lines = a.Lines + b.Lines,
        Accepted = a.Accepted + b.Accepted,
        Changes = a.Changes + b.Changes,
        Duplicates = a.Duplicates + b.Duplicates,
        Refused = a.Refused + b.Refused,
        Waiting = a.Waiting + b.Waiting,
        Transferred = a.Transferred + b.Transferred,
        Rejected = a.Rejected + b.Rejected,
        Held = a.Held + b.Held,
        OutOfScope = a.OutOfScope + b.OutOfScope,
        Cancelled = a.Cancelled + b.Cancelled,
        Unknown = a.Unknown + b.Unknown,
        DeadLettered = a.DeadLettered + b.DeadLettered,
        InFlight = a.InFlight + b.InFlight,
        AcceptedOre = a.AcceptedOre + b.AcceptedOre,
        TransferredOre = a.TransferredOre + b.TransferredOre,
        RejectedOre = a.RejectedOre + b.RejectedOre,
        HeldOre = a.HeldOre + b.HeldOre,
        OutOfScopeOre = a.OutOfScopeOre + b.OutOfScopeOre,
        CancelledOre = a.CancelledOre + b.CancelledOre,
        UnknownOre = a.UnknownOre + b.UnknownOre,
        DeadLetteredOre = a.DeadLetteredOre + b.DeadLetteredOre,
        InFlightOre = a.InFlightOre + b.InFlightOre,
        DebtorClaims = a.DebtorClaims + b.DebtorClaims,
        DebtorOre = a.DebtorOre + b.DebtorOre,
        MaxBookings = Math.Max(a.MaxBookings, b.MaxBookings),
        CoveredOre = a.CoveredOre + b.CoveredOre,
        WrittenOffOre = a.WrittenOffOre + b.WrittenOffOre,
        ReversedOre = a.ReversedOre + b.ReversedOre,
        Settled = a.Settled + b.Settled,
        Unmatched = a.Unmatched + b.Unmatched,
        DebtorCoveredOre = a.DebtorCoveredOre + b.DebtorCoveredOre,
        DebtorWrittenOffOre = a.DebtorWrittenOffOre + b.DebtorWrittenOffOre,
        ReconciledToFbs = a.ReconciledToFbs + b.ReconciledToFbs,
        Differences = a.Differences is null && b.Differences is null ? null : (a.Differences ?? 0) + (b.Differences ?? 0),
    });
}

/// <summary>Whether the books balance. In øre they are judged where nothing is in flight: before that a change may have reached one book and not the other.</summary>
public sealed record Identities(bool Lines, bool Claims, bool Ore)
{
    [JsonIgnore]
    public bool Hold => Lines && Claims && Ore;
}

/// <summary>What <c>claims report --json</c> and <c>--report</c> write.</summary>
/// <param name="AtRest">Nothing is in flight, no instruction is open, Routing has seen every accepted claim, and what the debtor systems booked is back.</param>
/// <param name="Unattributed">Lines that named no municipality that could be read; in <paramref name="Total"/>, in no municipality.</param>
/// <param name="Failures">What does not balance, in words; empty when everything does.</param>
public sealed record BooksReport(
    DateTimeOffset At, bool AtRest, Figures Total, IReadOnlyDictionary<string, Figures> Municipalities, Figures Unattributed, Identities Identities,
    IReadOnlyList<string> Failures);
