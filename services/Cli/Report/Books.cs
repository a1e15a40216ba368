namespace ClaimsTransfer.Cli.Report;

/// <summary><c>GET /ingest/accounting</c>.</summary>
/// <param name="Unpublished">On record, and not yet with the broker: a change among them is in no other book.</param>
public sealed record IngestBook(long Lines, IReadOnlyDictionary<string, IngestFigures> Municipalities, IngestFigures? Unattributed, long Unpublished = 0);

public sealed record IngestFigures(long Lines, long Accepted, long AcceptedOre, long Changes, long Duplicates, long Refused, long Waiting)
{
    public static readonly IngestFigures None = new(0, 0, 0, 0, 0, 0, 0);
}

/// <summary><c>GET /routing/accounting</c>.</summary>
public sealed record RoutingBook(IReadOnlyDictionary<string, RoutingFigures> Municipalities);

public sealed record RoutingFigures(
    long Claims, long Ore, long Transferred, long TransferredOre, long Rejected, long RejectedOre, long Held, long HeldOre, long OutOfScope, long OutOfScopeOre,
    long Cancelled, long CancelledOre, long Unknown, long UnknownOre, long DeadLettered, long DeadLetteredOre, long InFlight, long InFlightOre,
    DateTimeOffset? OldestUnacknowledgedAt, long OpenInstructions)
{
    public static readonly RoutingFigures None = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null, 0);

    public long Stated => Transferred + Rejected + Held + OutOfScope + Cancelled + Unknown + DeadLettered + InFlight;

    public long StatedOre => TransferredOre + RejectedOre + HeldOre + OutOfScopeOre + CancelledOre + UnknownOre + DeadLetteredOre + InFlightOre;
}

/// <summary>One municipality in <c>GET /sandbox/ledger/summary</c>.</summary>
public sealed record LedgerFigures(long DebtorClaims, long DebtorOre, long MaxBookings)
{
    public static readonly LedgerFigures None = new(0, 0, 0);
}

/// <summary>
/// Puts the three books side by side. Ingest says what was accepted, Routing what became of it, the ledgers what the debtor systems hold: none is derived from another,
/// so a claim that one of them lost shows.
/// </summary>
public static class Balance
{
    /// <param name="amountsAsSubmitted">Ingest's amounts are those of the claims as they came, without the changes since: no øre are held against Routing's then.</param>
    public static BooksReport Of(
        IngestBook ingest, RoutingBook routing, IReadOnlyDictionary<string, LedgerFigures> ledgers, long waitingOnQueues, DateTimeOffset at, bool amountsAsSubmitted = false)
    {
        var failures = new List<string>();
        var codes = ingest.Municipalities.Keys.Union(routing.Municipalities.Keys).Union(ledgers.Keys).Order(StringComparer.Ordinal).ToList();
        var openInstructions = routing.Municipalities.Values.Sum(figures => figures.OpenInstructions);
        var unseen = codes.Sum(code => Math.Abs(Ingest(code).Accepted - Routing(code).Claims));
        var atRest = waitingOnQueues == 0 && ingest.Unpublished == 0 && openInstructions == 0 && unseen == 0 && routing.Municipalities.Values.All(figures => figures.InFlight == 0);

        var municipalities = new SortedDictionary<string, Figures>(StringComparer.Ordinal);
        bool lines = true, claims = true, ore = true;
        foreach (var code in codes)
        {
            municipalities[code] = Combine(Ingest(code), Routing(code), ledgers.GetValueOrDefault(code, LedgerFigures.None), atRest);
            lines &= LinesBalance(code, Ingest(code), failures);
            claims &= ClaimsBalance(code, Ingest(code), Routing(code), failures);
            ore &= OreBalances(code, Ingest(code), Routing(code), atRest && !amountsAsSubmitted, failures);
        }

        var unattributed = Combine(ingest.Unattributed ?? IngestFigures.None, RoutingFigures.None, LedgerFigures.None, atRest);
        lines &= LinesBalance("no municipality", ingest.Unattributed ?? IngestFigures.None, failures);
        var total = Figures.Sum(municipalities.Values.Append(unattributed));
        if (total.Lines != ingest.Lines)
        {
            lines = false;
            failures.Add($"Ingest read {ingest.Lines} lines, and {total.Lines} of them are in the municipalities' books.");
        }
        return new BooksReport(at, atRest, total, municipalities, unattributed, new Identities(lines, claims, ore), failures);

        IngestFigures Ingest(string code) => ingest.Municipalities.GetValueOrDefault(code, IngestFigures.None);
        RoutingFigures Routing(string code) => routing.Municipalities.GetValueOrDefault(code, RoutingFigures.None);
    }

    private static bool LinesBalance(string code, IngestFigures figures, List<string> failures)
    {
        var known = figures.Accepted + figures.Changes + figures.Duplicates + figures.Refused + figures.Waiting;
        if (known == figures.Lines)
            return true;
        failures.Add($"{code}: {figures.Lines} lines were read, but accepted + changes + duplicates + refused + waiting = {known}.");
        return false;
    }

    private static bool ClaimsBalance(string code, IngestFigures ingest, RoutingFigures routing, List<string> failures)
    {
        if (routing.Claims > ingest.Accepted)
            failures.Add($"{code}: Routing has {routing.Claims} claims, more than the {ingest.Accepted} that Ingest accepted.");
        else if (routing.Stated != routing.Claims)
            failures.Add($"{code}: Routing has {routing.Claims} claims, but their states add up to {routing.Stated}.");
        else
            return true;
        return false;
    }

    private static bool OreBalances(string code, IngestFigures ingest, RoutingFigures routing, bool atRest, List<string> failures)
    {
        if (routing.StatedOre != routing.Ore)
            failures.Add($"{code}: Routing's claims are worth {routing.Ore} øre, but their states add up to {routing.StatedOre} øre.");
        else if (atRest && ingest.AcceptedOre != routing.Ore)
            failures.Add($"{code}: Ingest accepted {ingest.AcceptedOre} øre, Routing's claims are worth {routing.Ore} øre, and nothing is in flight.");
        else
            return true;
        return false;
    }

    private static Figures Combine(IngestFigures ingest, RoutingFigures routing, LedgerFigures ledger, bool atRest) => new()
    {
        Lines = ingest.Lines,
        Accepted = ingest.Accepted,
        Changes = ingest.Changes,
        Duplicates = ingest.Duplicates,
        Refused = ingest.Refused,
        Waiting = ingest.Waiting,
        Transferred = routing.Transferred,
        Rejected = routing.Rejected,
        Held = routing.Held,
        OutOfScope = routing.OutOfScope,
        Cancelled = routing.Cancelled,
        Unknown = routing.Unknown,
        DeadLettered = routing.DeadLettered,
        // What Ingest accepted and Routing has not seen is on its way between the two.
        InFlight = routing.InFlight + Math.Max(0, ingest.Accepted - routing.Claims),
        AcceptedOre = ingest.AcceptedOre,
        TransferredOre = routing.TransferredOre,
        RejectedOre = routing.RejectedOre,
        HeldOre = routing.HeldOre,
        OutOfScopeOre = routing.OutOfScopeOre,
        CancelledOre = routing.CancelledOre,
        UnknownOre = routing.UnknownOre,
        DeadLetteredOre = routing.DeadLetteredOre,
        // So are the amounts of changes that one of the two has taken in before the other; at rest a difference is a fault.
        InFlightOre = routing.InFlightOre + (atRest ? 0 : ingest.AcceptedOre - routing.Ore),
        DebtorClaims = ledger.DebtorClaims,
        DebtorOre = ledger.DebtorOre,
        MaxBookings = ledger.MaxBookings,
    };
}
