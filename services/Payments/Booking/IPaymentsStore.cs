using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.ToFbs;

namespace ClaimsTransfer.Payments.Booking;

/// <summary>An account as stored; <paramref name="RowVersion"/> 0: not stored yet.</summary>
public sealed record StoredAccount(Account Account, long RowVersion);

/// <summary>A message that an event led to, as it was sent and will be sent again.</summary>
public sealed record RecordedEffect(string Name, Guid Id, string Body);

/// <summary>What a message booked on an account, and the outbox of what followed from it.</summary>
/// <param name="MessageId">The event's id; the ledger takes each once.</param>
/// <param name="Position">Its place on the account, from 1.</param>
public sealed record BookedEvent(
    Guid MessageId, Guid ClaimId, string Municipality, int Position, int Version, DateTimeOffset OccurredAt, DateTimeOffset RecordedAt, IReadOnlyList<Entry> Entries,
    IReadOnlyList<RecordedEffect> Effects, string? TraceParent);

/// <summary>What was recorded of a message that came before.</summary>
public sealed record SeenMessage(Guid MessageId, IReadOnlyList<RecordedEffect> Effects, string? TraceParent);

/// <summary>An entry of a debtor system: its id is unique within the municipality.</summary>
public readonly record struct EntryKey(string Municipality, string EntryId);

/// <summary>What one batch changes, all of it or none.</summary>
/// <param name="Held">Placements that a reversal of this batch takes back: written again as they are, so that nobody takes them back at the same moment.</param>
public sealed record Booking(
    IReadOnlyList<StoredAccount> Accounts, IReadOnlyList<BookedEvent> Events, IReadOnlyList<UnmatchedEntry> Unmatched, IReadOnlyList<UnmatchedEntry> Held,
    IReadOnlyList<OrderChange> Orders)
{
    public bool IsEmpty => Accounts.Count + Events.Count + Unmatched.Count + Held.Count + Orders.Count == 0;
}

/// <summary>The ledger's store: accounts and entries, read and written a batch at a time.</summary>
public interface IPaymentsStore
{
    /// <summary>What these messages booked, of those that booked something.</summary>
    Task<IReadOnlyList<SeenMessage>> SeenAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation);

    Task<IReadOnlyList<StoredAccount>> LoadAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation);

    /// <summary>The claims on which these entries are booked, of those that are.</summary>
    Task<IReadOnlyDictionary<EntryKey, Guid>> BookedOnAsync(IReadOnlyCollection<EntryKey> entries, CancellationToken cancellation);

    /// <summary>What came without an account under one of these ids, or takes one of them back.</summary>
    Task<IReadOnlyList<UnmatchedEntry>> UnmatchedAboutAsync(IReadOnlyCollection<EntryKey> entries, CancellationToken cancellation);

    /// <summary>
    /// Writes everything in one transaction; an unmatched entry that is there already stays as it is. Throws <see cref="Defaults.Storage.LostRaceException"/> when an account
    /// or a placement was changed, or a message or an entry booked, by somebody else since it was loaded; then nothing was written.
    /// </summary>
    Task SaveAsync(Booking booking, CancellationToken cancellation);
}
