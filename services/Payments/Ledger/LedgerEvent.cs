using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Payments.Ledger;

/// <summary>Something that happened to a claim's account, with the time at which it is booked: all that a decision depends on besides the state.</summary>
/// <param name="Message">claim-transferred, claim-cancelled, coverage-registered, coverage-reversed, write-off-registered or debtor-account-changed.</param>
public sealed record LedgerEvent(DateTimeOffset At, IClaimMessage Message)
{
    public Guid Id => Message.MessageId;
}

/// <summary>What an entry of the ledger is.</summary>
public enum EntryKind
{
    /// <summary>What the debtor system claims, when it is first acknowledged.</summary>
    Charge,

    /// <summary>The difference that a later acknowledgement makes.</summary>
    Adjustment,

    /// <summary>Brings amount and write-offs to 0.</summary>
    Cancellation,

    Coverage,
    Reversal,

    /// <summary>A write-off, or the debtor system's own correction.</summary>
    WriteOff,

    /// <summary>The counter-entry to what another entry may not do, or to a cancellation that was overridden.</summary>
    Correction,
}

/// <summary>What coverage met when it came in.</summary>
public enum MatchingOutcome
{
    /// <summary>It brings the balance to exactly 0.</summary>
    Matched,
    Partial,

    /// <summary>More than was owed.</summary>
    Excess,

    /// <summary>Nothing was owed.</summary>
    AlreadyPaid,

    /// <summary>The claim is not acknowledged.</summary>
    NoMatch,

    /// <summary>The entry is booked already: no second entry.</summary>
    Duplicate,
}

/// <summary>A line of the ledger, never edited. The balance of an account is the sum of its entries.</summary>
/// <param name="AmountOre">Its effect on the balance, with its sign.</param>
/// <param name="EntryId">The debtor system's id, of what it booked.</param>
/// <param name="Outcome">Of coverage.</param>
/// <param name="ReversesEntryId">Of a reversal: what it takes back, where it says so.</param>
public sealed record Entry(EntryKind Kind, long AmountOre, string? EntryId = null, MatchingOutcome? Outcome = null, string? Channel = null, DateOnly? ValueDate = null,
    string? ReversesEntryId = null);

/// <summary>The state after the event, what it books and what FBS is told: nothing else follows from an event.</summary>
/// <param name="Entries">None: it changes nothing here, late or repeated.</param>
/// <param name="IsDuplicate">The debtor system's entry is booked already.</param>
public sealed record Decision(Account Account, IReadOnlyList<Entry> Entries, IReadOnlyList<PaymentReconciled> Effects, bool IsDuplicate);
