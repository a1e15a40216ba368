using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConnectorSdk;

/// <summary>What an entry of the debtor system belongs to, by whatever name it gives. An entry without any is money all the same: a person finds its claim.</summary>
/// <param name="Reference">Our reference, as we registered the claim. Where it is right, nothing else is looked at.</param>
/// <param name="DebtorReference">The debtor system's own reference of the claim.</param>
/// <param name="PaymentSlip">The 15 digits of the payment slip's +71 line, check digit included.</param>
public sealed record EntrySubject(string? Reference, string? DebtorReference = null, string? PaymentSlip = null);

/// <summary>Which part of the debtor system's account an entry is for. Only the principal is the library's claim; the others are the debtor system's own.</summary>
public enum AccountPart { Principal, ReminderFee, Interest }

/// <summary>
/// One line that the debtor system has booked on a claim's account by itself: money, a write-off, a change of the account. Amounts are øre and greater than 0 unless said
/// otherwise. The same <paramref name="EntryId"/> twice is one entry; entries may come in any order.
/// </summary>
/// <param name="EntryId">The debtor system's own id, unique within the municipality, at most 100 characters.</param>
/// <param name="BookedAt">When it was booked there, UTC.</param>
/// <param name="ValueDate">From when it counts.</param>
public abstract record DebtorEntry(string EntryId, EntrySubject Subject, DateTimeOffset BookedAt, DateOnly ValueDate)
{
    /// <summary>Money came in. What is for reminder fees or interest is recognised, kept, and never reduces the claim.</summary>
    /// <param name="Channel">mobilePay, selfServiceTerminal, returnMachine, app, bankSlip …; null: not said.</param>
    public sealed record Coverage(
        string EntryId, EntrySubject Subject, DateTimeOffset BookedAt, DateOnly ValueDate, long AmountOre, string? Channel, AccountPart Part = AccountPart.Principal)
        : DebtorEntry(EntryId, Subject, BookedAt, ValueDate);

    /// <summary>Coverage was taken back.</summary>
    public sealed record Reversal(
        string EntryId, EntrySubject Subject, DateTimeOffset BookedAt, DateOnly ValueDate, long AmountOre, string? ReversesEntryId, AccountPart Part = AccountPart.Principal)
        : DebtorEntry(EntryId, Subject, BookedAt, ValueDate);

    /// <summary>All or part was given up.</summary>
    /// <param name="AmountOre">Below 0: so much of an earlier write-off is taken back.</param>
    public sealed record WriteOff(string EntryId, EntrySubject Subject, DateTimeOffset BookedAt, DateOnly ValueDate, long AmountOre, string? Reason)
        : DebtorEntry(EntryId, Subject, BookedAt, ValueDate);

    /// <summary>The debtor system has corrected what it claims, not on our instruction.</summary>
    /// <param name="ChangeOre">Below 0: it claims less; above: more again.</param>
    public sealed record Adjustment(string EntryId, EntrySubject Subject, DateTimeOffset BookedAt, DateOnly ValueDate, long ChangeOre, string? Reason)
        : DebtorEntry(EntryId, Subject, BookedAt, ValueDate);

    /// <summary>A reminder fee or interest was added to the account: recognised and kept, none of the library's claim.</summary>
    public sealed record Charge(string EntryId, EntrySubject Subject, DateTimeOffset BookedAt, DateOnly ValueDate, long AmountOre, AccountPart Part)
        : DebtorEntry(EntryId, Subject, BookedAt, ValueDate);

    /// <summary>The debtor system claims less of a reminder fee or interest: waived, written off or corrected. Recognised and kept, none of the library's claim.</summary>
    /// <param name="AmountOre">Below 0: it claims so much of it again.</param>
    public sealed record ChargeWaiver(
        string EntryId, EntrySubject Subject, DateTimeOffset BookedAt, DateOnly ValueDate, long AmountOre, AccountPart Part, string? Reason)
        : DebtorEntry(EntryId, Subject, BookedAt, ValueDate);

    /// <summary>The account was opened, closed, sent to state collection or recalled from it.</summary>
    public sealed record Account(string EntryId, EntrySubject Subject, DateTimeOffset BookedAt, DateOnly ValueDate, DebtorAccountStatus Status)
        : DebtorEntry(EntryId, Subject, BookedAt, ValueDate);

    /// <summary>
    /// A line that cannot be read, in a document that is whole by its control totals: its neighbours count, and a person looks at this one. It is known by what it says, so that the
    /// same entry, once it can be read, comes in under its own id; where it names no entry, also by its place: two lines that say the same are two amounts.
    /// </summary>
    /// <param name="AmountOre">As the control totals count it.</param>
    /// <param name="DocumentId">Of the document that brings it, the same whenever that comes again.</param>
    public sealed record Unreadable(EntrySubject Subject, DateTimeOffset BookedAt, DateOnly ValueDate, long AmountOre, UnreadableEntry Line, string DocumentId)
        : DebtorEntry($"unreadable-{IdOf(Line, DocumentId):N}", Subject, BookedAt, ValueDate)
    {
        private static Guid IdOf(UnreadableEntry line, string documentId) => DeterministicId.Create(
            DeterministicId.ClaimsTransfer, $"unreadable-entry/{(string.IsNullOrEmpty(line.EntryId) ? $"{documentId}/{line.Line}" : line.EntryId)}/{line.Said}");
    }
}

/// <summary>Where a vendor's callback endpoint hands entries in: returns when they are stored for good, so that the vendor may be answered.</summary>
public interface IEntryInbox
{
    /// <param name="documentId">Of the push that brought them, as <see cref="RefuseAsync"/> would name it; null: it has none but its entries.</param>
    Task TakeInAsync(string municipality, IReadOnlyList<DebtorEntry> entries, string? documentId, CancellationToken cancellation);

    /// <summary>
    /// Nothing of a push counts. People are told until the entry that it names comes in; where none could be read, until a push of the same id is taken in (a hash of the body
    /// is one), or it has not come for 24 hours: whoever brings it brings it again until it is taken.
    /// </summary>
    Task RefuseAsync(string municipality, RefusedDocument document, CancellationToken cancellation);
}

/// <summary>
/// Implemented beside <see cref="IConnector"/> where the debtor system can list the library's claims it holds: what reconciliation compares with. Claims stream by, in any
/// order; a million of them take no more memory than a page.
/// </summary>
public interface IAccountExtract
{
    IAsyncEnumerable<DebtorAccount> ExtractAsync(DebtorSystem system, CancellationToken cancellation);
}

/// <summary>How one claim stands in the debtor system's books. Amounts in øre, reminder fees and interest left out.</summary>
/// <param name="AmountOre">What it claims, of a cancelled claim what it was.</param>
/// <param name="CoveredOre">What has come in, less what was taken back.</param>
/// <param name="WrittenOffOre">By how much it claims less on its own account: written off or corrected.</param>
/// <param name="InForce">False: cancelled.</param>
/// <param name="Bookings">How often the claim was registered: once, or something is wrong.</param>
/// <param name="ChangedAt">When it was last booked on; null: not said.</param>
public sealed record DebtorAccount(
    string Reference, long AmountOre, long CoveredOre, long WrittenOffOre, bool InForce, int Bookings, DateTimeOffset? ChangedAt)
{
    /// <summary>What is still owed there; below 0: it owes the citizen.</summary>
    public long BalanceOre => (InForce ? AmountOre - WrittenOffOre : 0) - CoveredOre;
}
