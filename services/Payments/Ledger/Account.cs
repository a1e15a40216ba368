using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Payments.Ledger;

/// <summary>Where a claim's account stands.</summary>
public enum AccountStatus
{
    /// <summary>Entries have come, the debtor system's acknowledgement of the claim has not.</summary>
    Awaited,

    Open,

    /// <summary>Nothing is owed any more.</summary>
    Settled,

    Cancelled,
}

/// <summary>Why a person has to look at an account. It follows from the state alone, so it goes away by itself when its cause does.</summary>
public enum AccountMismatch
{
    /// <summary>Money for a claim that the debtor system has not acknowledged to us.</summary>
    NoMatch,

    /// <summary>More came in than was owed.</summary>
    Excess,

    /// <summary>Money came in when nothing was owed.</summary>
    AlreadyPaid,

    /// <summary>The debtor system has closed the account, and something is owed on it.</summary>
    ClosedWithDebt,

    /// <summary>More was taken back than came in: the coverage it belongs to is on another claim, or nowhere, unless it is still to come.</summary>
    ReversedBeyondCovered,
}

/// <summary>What the debtor system has acknowledged to claim.</summary>
/// <param name="At">When: two acknowledgements of one version follow each other where a change of the liable party and one of the amount came together.</param>
public sealed record Acknowledgement(int Version, DateTimeOffset At, long AmountOre)
{
    public bool IsOlderThan(ClaimTransferred message) => (Version, At).CompareTo((message.Version, message.OccurredAt)) < 0;
}

/// <summary>What the debtor system said last of the account itself, by when it was booked there.</summary>
public sealed record AccountStatement(DebtorAccountStatus Status, DateTimeOffset At, string EntryId)
{
    public bool IsOlderThan(AccountStatement other) => (At, EntryId).CompareTo((other.At, other.EntryId)) < 0;
}

/// <summary>
/// A claim's account: facts that do not depend on the order in which they came, and what FBS was told of them. What an operator sees (balance, status, mismatch) is
/// worked out from the facts.
/// </summary>
public sealed record Account
{
    public required Guid ClaimId { get; init; }
    public required string Municipality { get; init; }
    public required string Agency { get; init; }
    public required long FeeId { get; init; }

    /// <summary>Events booked so far.</summary>
    public int Position { get; init; }

    public Acknowledgement? Acknowledged { get; init; }

    /// <summary>The highest version that was cancelled; 0: none.</summary>
    public int CancelledVersion { get; init; }

    /// <summary>All coverage, gross.</summary>
    public long CoveredOre { get; init; }

    /// <summary>All coverage taken back.</summary>
    public long ReversedOre { get; init; }

    /// <summary>Write-offs and the debtor system's own corrections, less what was taken back of them.</summary>
    public long WrittenOffOre { get; init; }

    public ImmutableList<MoneyEntry> Money { get; init; } = [];

    /// <summary>Null: the debtor system has said nothing of it.</summary>
    public AccountStatement? AtDebtor { get; init; }

    public string? DebtorReference { get; init; }
    public string? PaymentSlip { get; init; }
    public long? PatronId { get; init; }

    /// <summary>Whose it was and by which names the debtor system knew it is erased; only a newer acknowledgement names it again.</summary>
    public bool IsErased { get; init; }

    /// <summary>What the last payment-reconciled said.</summary>
    public bool ToldSettled { get; init; }

    /// <summary>The balance that it said.</summary>
    public long ToldBalanceOre { get; init; }

    /// <summary>How often FBS was told that the claim is open again after it was settled.</summary>
    public int Reopenings { get; init; }

    /// <summary>How many payment-reconciled were sent.</summary>
    public int Sequence { get; init; }

    public DateTimeOffset? MismatchSince { get; init; }
    public DateTimeOffset ChangedAt { get; init; }

    [JsonIgnore]
    public int Version => Math.Max(Acknowledged?.Version ?? 0, CancelledVersion);

    /// <summary>What the debtor system claims; of a cancelled claim what it was.</summary>
    [JsonIgnore]
    public long AmountOre => Acknowledged?.AmountOre ?? 0;

    /// <summary>A cancellation ends the claim, unless a higher version was acknowledged: FBS overrode a person's cancellation.</summary>
    [JsonIgnore]
    public bool IsInForce => CancelledVersion == 0 || CancelledVersion < (Acknowledged?.Version ?? 0);

    /// <summary>What is still owed; below 0: the debtor system owes it back.</summary>
    [JsonIgnore]
    public long BalanceOre => (IsInForce ? AmountOre - WrittenOffOre : 0) - (CoveredOre - ReversedOre);

    /// <summary>
    /// What FBS is told is owed: never more than is claimed. Where more was taken back than came in, the coverage it belongs to is still to come.
    /// </summary>
    [JsonIgnore]
    public long OwedOre => Owed(IsInForce ? AmountOre - WrittenOffOre : 0, CoveredOre - ReversedOre);

    [JsonIgnore]
    public AccountStatus Status => this switch
    {
        { IsInForce: false } => AccountStatus.Cancelled,
        { Acknowledged: null } => AccountStatus.Awaited,
        { OwedOre: <= 0 } => AccountStatus.Settled,
        _ => AccountStatus.Open,
    };

    [JsonIgnore]
    public AccountMismatch? Mismatch => this switch
    {
        { Status: AccountStatus.Awaited, BalanceOre: not 0 } => AccountMismatch.NoMatch,
        { Status: AccountStatus.Open, AtDebtor.Status: DebtorAccountStatus.Closed } => AccountMismatch.ClosedWithDebt,
        _ when ReversedOre > CoveredOre => AccountMismatch.ReversedBeyondCovered,
        { BalanceOre: >= 0 } => null,
        // What is not in force was never paid twice: it was paid, and is owed back.
        _ => IsInForce && FoundNothingOwed() ? AccountMismatch.AlreadyPaid : AccountMismatch.Excess,
    };

    /// <summary>The order of this payment towards FBS: another one after each reopening.</summary>
    [JsonIgnore]
    public string OrderId => $"{Agency}-{FeeId}-{Reopenings + 1}";

    /// <summary>The order under which FBS should have the fee paid, as the account stands.</summary>
    [JsonIgnore]
    public string? OrderWanted => Status == AccountStatus.Settled ? OrderId : null;

    public Account Erased() => this with { DebtorReference = null, PaymentSlip = null, PatronId = null, IsErased = true };

    internal static long Owed(long claimedOre, long coveredOre) => claimedOre - Math.Max(0, coveredOre);

    /// <summary>Whether some coverage found nothing owed, had everything come in the order of its dates.</summary>
    private bool FoundNothingOwed()
    {
        var owed = AmountOre;
        foreach (var entry in MoneyEntry.InOrder(Money))
        {
            if (entry.Kind == EntryKind.Coverage && owed <= 0)
                return true;
            owed += entry.EffectOre(isInForce: true);
        }

        return false;
    }
}

/// <summary>One entry of the debtor system, with its amount as it came.</summary>
/// <param name="IsTold">Whether FBS was told of it, or needed not be.</param>
public sealed record MoneyEntry(
    string EntryId, EntryKind Kind, BalanceChange Change, long AmountOre, DateOnly ValueDate, DateTimeOffset OccurredAt, string? Channel, bool IsTold)
{
    /// <summary>What it does to the balance: a write-off of a claim that is not in force does nothing.</summary>
    public long EffectOre(bool isInForce) => Kind switch
    {
        EntryKind.Coverage => -AmountOre,
        EntryKind.Reversal => AmountOre,
        _ => isInForce ? -AmountOre : 0,
    };

    /// <summary>The canonical order, the same whatever order they came in.</summary>
    public static IEnumerable<MoneyEntry> InOrder(IEnumerable<MoneyEntry> entries) =>
        entries.OrderBy(entry => entry.ValueDate).ThenBy(entry => entry.OccurredAt).ThenBy(entry => entry.EntryId, StringComparer.Ordinal);
}
