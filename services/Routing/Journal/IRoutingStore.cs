using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Routing.Journal;

/// <summary>A claim's state as stored; <paramref name="RowVersion"/> 0: not stored yet.</summary>
public sealed record StoredClaim(ClaimState State, long RowVersion);

/// <summary>A message that an event led to, as it was sent and will be sent again: name, id, routing key and body.</summary>
public sealed record RecordedEffect(string Name, Guid Id, string RoutingKey, string Body);

/// <summary>One line of a claim's timeline, and the outbox of what followed from it.</summary>
/// <param name="MessageId">The event's id; the journal takes each once.</param>
/// <param name="Position">Its place in the claim's timeline, from 1.</param>
/// <param name="RelayDueAt">For what did not come from a message: when the janitor sends the effects, if nobody has by then.</param>
public sealed record JournalEntry(
    Guid MessageId, Guid ClaimId, int Position, DateTimeOffset At, string Event, int Version, Verdict Verdict, ClaimStatus From, ClaimStatus To,
    IReadOnlyList<Note> Notes, IReadOnlyList<RecordedEffect> Effects, string? TraceParent, DateTimeOffset? RelayDueAt);

/// <summary>What was recorded of a message that came before.</summary>
public sealed record SeenMessage(Guid MessageId, Guid ClaimId, IReadOnlyList<RecordedEffect> Effects, string? TraceParent);

/// <summary>The saga's store: states and journal, read and written a batch at a time.</summary>
public interface IRoutingStore
{
    /// <summary>The journal entries of these messages, of those that are there.</summary>
    Task<IReadOnlyList<SeenMessage>> SeenAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation);

    Task<IReadOnlyList<StoredClaim>> LoadAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation);

    /// <summary>
    /// Writes states and journal in one transaction. Throws <see cref="Defaults.Storage.LostRaceException"/> when a claim was changed or a message was
    /// journalled by somebody else since it was loaded; then nothing was written.
    /// </summary>
    Task SaveAsync(IReadOnlyList<StoredClaim> claims, IReadOnlyList<JournalEntry> entries, CancellationToken cancellation);

    /// <summary>Claims whose timer is due, the longest overdue first.</summary>
    Task<IReadOnlyList<Guid>> DueAsync(DateTimeOffset now, int most, CancellationToken cancellation);

    /// <summary>Takes entries whose effects nobody has confirmed to have sent; they are not handed out again before <paramref name="leaseUntil"/>.</summary>
    Task<IReadOnlyList<SeenMessage>> TakeUnrelayedAsync(DateTimeOffset now, DateTimeOffset leaseUntil, int most, CancellationToken cancellation);

    Task MarkRelayedAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation);

    /// <summary>Makes the timers of claims due that a rule holds back which no longer applies in these municipalities.</summary>
    Task WakeHeldAsync(IReadOnlyCollection<string> municipalities, IReadOnlyCollection<string> rules, DateTimeOffset dueAt, CancellationToken cancellation);
}
