using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Money;

namespace ClaimsTransfer.Sandbox.Ledger;

/// <summary>
/// The rules of a debtor system, over what one transaction has loaded: it honours our reference (the same instruction again is the same decision and no second
/// booking, unless the fault <c>blind</c> is on) and never lets an older change follow a newer one.
/// </summary>
public sealed class Bookkeeping(FaultControl faults, DateTimeOffset now, Func<string, string> hashDebtor, long lastReceiptNumber)
{
    private readonly Dictionary<(string Municipality, string Reference), LedgerClaim> claims = [];
    private readonly Dictionary<Guid, Decision> decisions = [];
    private readonly HashSet<(string, string)> changedClaims = [];
    private readonly HashSet<Guid> changedDecisions = [];
    private readonly List<(LedgerClaim Claim, LedgerEntry Entry)> entries = [];
    private long receiptNumber = lastReceiptNumber;

    public IEnumerable<LedgerClaim> ChangedClaims => changedClaims.Select(key => claims[key]);

    public IEnumerable<Decision> ChangedDecisions => changedDecisions.Select(id => decisions[id]);

    public IReadOnlyList<(LedgerClaim Claim, LedgerEntry Entry)> NewEntries => entries;

    public void Load(IEnumerable<LedgerClaim> known, IEnumerable<Decision> decided)
    {
        foreach (var claim in known)
            claims[(claim.Municipality, claim.Reference)] = claim;
        foreach (var decision in decided)
            decisions[decision.InstructionId] = decision;
    }

    public Decision Take(Arrival arrival)
    {
        var known = decisions.GetValueOrDefault(arrival.InstructionId);
        Refusal? refusal;
        if (known is null || (faults.Plan.Blind && known.IsBooked))
            refusal = Decide(arrival);
        else
        {
            refusal = known.Refusal;
            if (arrival.Kind == InstructionKind.Register && Find(arrival) is { } again)
                Keep(again with { Received = again.Received + 1 });
        }

        var decision = known is null
            ? new Decision(
                arrival.Municipality, arrival.Vendor, arrival.Reference, arrival.InstructionId, arrival.Kind, arrival.Version, refusal, Find(arrival)?.DebtorReference,
                DeterministicId.Of(arrival.InstructionId, "receipt"), ++receiptNumber, now, now + faults.Plan.LateReceipt, Arrivals: 1, arrival.ReplyTo,
                Find(arrival)?.PaymentSlip)
            : known with { Arrivals = known.Arrivals + 1, ReplyTo = arrival.ReplyTo ?? known.ReplyTo };
        decisions[decision.InstructionId] = decision;
        changedDecisions.Add(decision.InstructionId);
        return decision;
    }

    private Refusal? Decide(Arrival arrival) => arrival.Kind switch
    {
        InstructionKind.Register => Register(arrival),
        InstructionKind.Adjust => Change(arrival, claim => Book(claim with { AmountOre = arrival.AmountOre }, arrival, arrival.AmountOre - claim.AmountOre)),
        // The amount stays for whoever looks: the state says that nothing of it is claimed any more.
        InstructionKind.Cancel => Change(arrival, claim => Book(claim with { State = ClaimState.Cancelled }, arrival, -claim.AmountOre)),
        InstructionKind.ChangeLiableParty => Change(arrival, claim => Book(claim with { DebtorRef = HashOf(arrival) ?? claim.DebtorRef }, arrival, 0)),
        _ => throw new ArgumentException($"A debtor system does not carry out {arrival.Kind}."),
    };

    private Refusal? Register(Arrival arrival)
    {
        if (Find(arrival) is { } known)
        {
            known = known with { Received = known.Received + 1 };
            Keep(known);
            if (!faults.Plan.Blind)
                return known.State == ClaimState.Cancelled ? Refusal.ClaimCancelled : null;
            Book(known with { Bookings = known.Bookings + 1, AmountOre = known.AmountOre + arrival.AmountOre }, arrival, arrival.AmountOre);
            return null;
        }

        if (faults.Rejects(arrival.Municipality, arrival.Reference))
            return Refusal.LiablePartyUnknown;
        var claim = new LedgerClaim(
            arrival.Municipality, arrival.Vendor, arrival.Reference, arrival.ClaimId, arrival.Agency, arrival.FeeId, arrival.AmountOre, ClaimState.InForce,
            arrival.Version, Bookings: 1, Received: 1, DebtorReferenceOf(arrival), HashOf(arrival), arrival.IsTest, Entries: 0,
            // By the number that the decision about this registration gets: no other claim has it.
            PaymentSlip.Of(arrival.Municipality, receiptNumber + 1));
        Book(claim, arrival, arrival.AmountOre);
        return null;
    }

    private Refusal? Change(Arrival arrival, Action<LedgerClaim> apply)
    {
        if (Find(arrival) is not { } claim)
            return Refusal.ClaimUnknown;
        if (arrival.Version < claim.Version)
            return Refusal.OutOfOrder;
        if (claim.State == ClaimState.Cancelled)
            return arrival.Kind == InstructionKind.Cancel ? null : Refusal.ClaimCancelled;
        apply(claim);
        return null;
    }

    private void Book(LedgerClaim claim, Arrival arrival, long amountOre)
    {
        claim = claim with { Version = Math.Max(claim.Version, arrival.Version), Entries = claim.Entries + 1 };
        entries.Add((claim, new LedgerEntry(claim.Entries, arrival.Kind, amountOre, arrival.InstructionId, now)));
        Keep(claim);
    }

    private LedgerClaim? Find(Arrival arrival) => claims.GetValueOrDefault((arrival.Municipality, arrival.Reference));

    private void Keep(LedgerClaim claim)
    {
        claims[(claim.Municipality, claim.Reference)] = claim;
        changedClaims.Add((claim.Municipality, claim.Reference));
    }

    private string? HashOf(Arrival arrival) => arrival.DebtorNumber is { } number ? hashDebtor(number) : null;

    private static string DebtorReferenceOf(Arrival arrival) =>
        $"{arrival.Municipality}-{DeterministicId.Create(DeterministicId.ClaimsTransfer, $"sandbox/{arrival.Municipality}/{arrival.Reference}").ToString("N")[..10].ToUpperInvariant()}";
}
