using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Money;

namespace ClaimsTransfer.Sandbox.Ledger;

/// <summary>An instruction as it arrived at a stand-in debtor system, whatever its wire style.</summary>
/// <param name="Reference">Our reference of the claim.</param>
/// <param name="Kind">Register, Adjust, Cancel or ChangeLiableParty.</param>
/// <param name="AmountOre">What shall be claimed when this is done; not read for Cancel.</param>
/// <param name="DebtorNumber">CPR or CVR in the clear, where the instruction carries one; the ledger keeps a keyed hash only.</param>
/// <param name="ReplyTo">For a vendor that pushes: where the business receipt goes.</param>
public sealed record Arrival(
    string Municipality, Vendor Vendor, string Reference, Guid InstructionId, InstructionKind Kind, int Version, long AmountOre,
    string? DebtorNumber, Guid? ClaimId = null, string? Agency = null, long? FeeId = null, bool IsTest = false, string? ReplyTo = null)
{
    public override string ToString() => $"{Kind} {Reference} v{Version}";
}

/// <summary>Why an instruction was not booked, and who can put it right.</summary>
public sealed record Refusal(string Code, string Text, FixBy FixBy)
{
    public static readonly Refusal LiablePartyUnknown = new(
        "LIABLE-PARTY-CODE-UNKNOWN", "The liable party's code is not set up in the debtor system.", FixBy.Municipality);

    public static readonly Refusal OutOfOrder = new(
        "OUT-OF-ORDER", "The instruction is older than what the debtor system has of this claim.", FixBy.Vendor);

    public static readonly Refusal ClaimUnknown = new(
        "CLAIM-UNKNOWN", "No claim is registered under this reference.", FixBy.Library);

    public static readonly Refusal ClaimCancelled = new(
        "CLAIM-CANCELLED", "The claim is cancelled; it takes no more changes.", FixBy.Library);

    private static readonly Dictionary<string, Refusal> All =
        new[] { LiablePartyUnknown, OutOfOrder, ClaimUnknown, ClaimCancelled }.ToDictionary(refusal => refusal.Code, StringComparer.Ordinal);

    public static Refusal Of(string code) => All[code];
}

/// <summary>What the debtor system decided about an instruction: made durable before anybody is told, and the same each time it is asked.</summary>
/// <param name="Refusal">Null: booked.</param>
/// <param name="DebtorReference">The debtor system's own reference of the claim; null when it has none.</param>
/// <param name="ReceiptId">The business receipt's id.</param>
/// <param name="ReceiptNumber">Rising by one for each decision of the whole ledger, in the order they became visible: a feed's cursor.</param>
/// <param name="ReceiptDueAt">From when the receipt may be told; until then the instruction is in progress.</param>
/// <param name="Arrivals">How many times the instruction arrived.</param>
/// <param name="PaymentSlip">The 15 digits of the claim's payment slip, told with the receipt; null when it has none.</param>
public sealed record Decision(
    string Municipality, Vendor Vendor, string Reference, Guid InstructionId, InstructionKind Kind, int Version, Refusal? Refusal,
    string? DebtorReference, Guid ReceiptId, long ReceiptNumber, DateTimeOffset DecidedAt, DateTimeOffset ReceiptDueAt, int Arrivals, string? ReplyTo,
    string? PaymentSlip = null)
{
    public bool IsBooked => Refusal is null;

    public bool IsInProgress(DateTimeOffset now) => now < ReceiptDueAt;
}

public enum ClaimState { InForce, Cancelled }

/// <summary>A registered claim.</summary>
/// <param name="AmountOre">What is claimed now: the sum of the entries; of a cancelled claim what it was.</param>
/// <param name="Bookings">How many times its registration was booked. More than once is an error that must never happen.</param>
/// <param name="Received">How many times its registration arrived.</param>
/// <param name="PaymentSlip">Issued at registration; null for a claim that was registered before there were any.</param>
public sealed record LedgerClaim(
    string Municipality, Vendor Vendor, string Reference, Guid? ClaimId, string? Agency, long? FeeId, long AmountOre, ClaimState State, int Version,
    int Bookings, int Received, string DebtorReference, string? DebtorRef, bool IsTest, int Entries,
    string? PaymentSlip = null)
{
    /// <summary>As it was when the claim was read.</summary>
    public ClaimMoney Money { get; init; } = ClaimMoney.None;

    public long BalanceOre => BalanceWith(Money);

    /// <summary>What is owed after this money; below 0: the municipality owes the citizen.</summary>
    public long BalanceWith(ClaimMoney money) => (State == ClaimState.InForce ? AmountOre - money.WrittenOffOre : 0) - (money.CoveredOre - money.ReversedOre);
}

/// <summary>A line of a claim's account, never changed.</summary>
public sealed record LedgerEntry(int Number, InstructionKind Kind, long AmountOre, Guid InstructionId, DateTimeOffset BookedAt);

/// <summary>One municipality's ledger in figures.</summary>
/// <param name="DebtorClaims">Claims in force.</param>
/// <param name="DebtorOre">What they sum to, øre.</param>
/// <param name="MaxBookings">The most often any claim was booked, cancelled ones included.</param>
/// <param name="DebtorCoveredOre">All that came in for principal, cancelled claims included; as the two that follow.</param>
/// <param name="DebtorReversedOre">All of it that was taken back.</param>
/// <param name="DebtorWrittenOffOre">Write-offs and the debtor system's own adjustments, with their signs.</param>
public sealed record LedgerSummary(
    string Municipality, long DebtorClaims, long DebtorOre, long MaxBookings, long DebtorCoveredOre = 0, long DebtorReversedOre = 0, long DebtorWrittenOffOre = 0);
