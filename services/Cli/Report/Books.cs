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

/// <summary><c>GET /payments/accounting</c>.</summary>
public sealed record PaymentsBook(IReadOnlyDictionary<string, PaymentsFigures> Municipalities)
{
    public static readonly PaymentsBook Empty = new(new Dictionary<string, PaymentsFigures>(StringComparer.Ordinal));
}

/// <param name="CoveredOre">All that came in; what was taken back again stands in <paramref name="ReversedOre"/>.</param>
/// <param name="Pending">Settled claims that FBS's payment interface has not confirmed yet.</param>
public sealed record PaymentsFigures(long CoveredOre, long ReversedOre, long WrittenOffOre, long Settled, long Unmatched, long Pending)
{
    public static readonly PaymentsFigures None = new(0, 0, 0, 0, 0, 0);
}

/// <summary>One municipality in <c>GET /sandbox/ledger/summary</c>.</summary>
/// <param name="MoneyPending">Entries that the stand-in has still to make, or that nobody has taken yet.</param>
public sealed record LedgerFigures(long DebtorClaims, long DebtorOre, long MaxBookings, long DebtorCoveredOre = 0, long DebtorWrittenOffOre = 0, long MoneyPending = 0)
{
    public static readonly LedgerFigures None = new(0, 0, 0);
}

/// <summary>One municipality in <c>GET /sandbox/fbs/summary</c>.</summary>
public sealed record FbsFigures(long ReconciledToFbs)
{
    public static readonly FbsFigures None = new(0);
}

/// <summary>The books as they were read. The sandbox's two are empty where none runs.</summary>
public sealed record AllBooks(IngestBook Ingest, RoutingBook Routing, PaymentsBook Payments, IReadOnlyDictionary<string, LedgerFigures> Ledgers, IReadOnlyDictionary<string, FbsFigures> Fbs)
{
    public IReadOnlyList<string> Municipalities =>
        [.. Ingest.Municipalities.Keys.Union(Routing.Municipalities.Keys).Union(Payments.Municipalities.Keys).Union(Ledgers.Keys).Union(Fbs.Keys).Order(StringComparer.Ordinal)];

    internal OneBook Of(string municipality) => new(
        Ingest.Municipalities.GetValueOrDefault(municipality, IngestFigures.None), Routing.Municipalities.GetValueOrDefault(municipality, RoutingFigures.None),
        Payments.Municipalities.GetValueOrDefault(municipality, PaymentsFigures.None), Ledgers.GetValueOrDefault(municipality, LedgerFigures.None),
        Fbs.GetValueOrDefault(municipality, FbsFigures.None));
}

/// <summary>One municipality in every book.</summary>
internal sealed record OneBook(IngestFigures Ingest, RoutingFigures Routing, PaymentsFigures Payments, LedgerFigures Ledger, FbsFigures Fbs);

/// <summary>
/// Puts the books side by side. Ingest says what was accepted, Routing what became of it, Payments what came in, the ledgers what the debtor systems hold: none is derived from
/// another, so a claim that one of them lost shows.
/// </summary>
public static class Balance
{
    /// <param name="amountsAsSubmitted">Ingest's amounts are those of the claims as they came, without the changes since: no øre are held against Routing's then.</param>
    public static BooksReport Of(AllBooks books, long waitingOnQueues, DateTimeOffset at, bool amountsAsSubmitted = false)
    {
        var failures = new List<string>();
        var all = books.Municipalities.ToDictionary(code => code, books.Of, StringComparer.Ordinal);
        var atRest = waitingOnQueues == 0 && books.Ingest.Unpublished == 0 && all.Values.All(IsAtRest);

        var municipalities = new SortedDictionary<string, Figures>(StringComparer.Ordinal);
        bool lines = true, claims = true, ore = true;
        foreach (var (code, book) in all)
        {
            municipalities[code] = Combine(book, atRest);
            lines &= LinesBalance(code, book.Ingest, failures);
            claims &= ClaimsBalance(code, book.Ingest, book.Routing, failures);
            ore &= OreBalances(code, book.Ingest, book.Routing, atRest && !amountsAsSubmitted, failures);
        }

        var nowhere = books.Ingest.Unattributed ?? IngestFigures.None;
        var unattributed = Combine(new OneBook(nowhere, RoutingFigures.None, PaymentsFigures.None, LedgerFigures.None, FbsFigures.None), atRest);
        lines &= LinesBalance("no municipality", nowhere, failures);
        var total = Figures.Sum(municipalities.Values.Append(unattributed));
        if (total.Lines != books.Ingest.Lines)
        {
            lines = false;
            failures.Add($"Ingest read {books.Ingest.Lines} lines, and {total.Lines} of them are in the municipalities' books.");
        }
        return new BooksReport(at, atRest, total, municipalities, unattributed, new Identities(lines, claims, ore), failures);
    }

    /// <summary>Nothing is in flight, no answer is awaited, and what the debtor systems have booked is back.</summary>
    private static bool IsAtRest(OneBook book) =>
        book.Routing is { InFlight: 0, OpenInstructions: 0 } && book.Ingest.Accepted == book.Routing.Claims && book.Payments.Pending == 0 && book.Ledger.MoneyPending == 0;

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

    private static Figures Combine(OneBook book, bool atRest)
    {
        var (ingest, routing, payments, ledger, fbs) = book;
        return new Figures
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
            CoveredOre = payments.CoveredOre,
            ReversedOre = payments.ReversedOre,
            WrittenOffOre = payments.WrittenOffOre,
            Settled = payments.Settled,
            Unmatched = payments.Unmatched,
            DebtorCoveredOre = ledger.DebtorCoveredOre,
            DebtorWrittenOffOre = ledger.DebtorWrittenOffOre,
            ReconciledToFbs = fbs.ReconciledToFbs,
        };
    }
}
