namespace ClaimsTransfer.Payments.Matching;

/// <summary>The account an entry belongs to, as it stands.</summary>
public sealed record MatchedAccount(Guid ClaimId, string Municipality, string Agency, long FeeId, int Version);

/// <summary>An open entry and the one account that its names lead to.</summary>
public sealed record Match(UnmatchedEntry Entry, MatchedAccount Account);

/// <summary>An entry that was placed on a claim.</summary>
/// <param name="Who">Null: it was placed by its names.</param>
public sealed record PlacedEntry(
    Guid Id, string Municipality, string EntryKind, long AmountOre, string EntryId, string Agency, long FeeId, DateTimeOffset PlacedAt, string? Who, string? Why, IReadOnlyList<WorklistStep> Decisions)
{
    public static PlacedEntry Of(UnmatchedEntry entry, MatchedAccount account) => new(
        entry.Entry.MessageId, entry.Entry.Municipality, entry.Entry.Kind.ToString(), entry.Entry.AmountOre, entry.Entry.EntryId, account.Agency, account.FeeId,
        entry.DecidedAt ?? entry.ReceivedAt, entry.Who, entry.Why, entry.Decisions);
}

/// <summary>The entries that found no account by themselves.</summary>
public interface IUnmatchedStore
{
    /// <summary>Open entries whose names lead to exactly one account of their municipality, the oldest first.</summary>
    Task<IReadOnlyList<Match>> MatchesAsync(int most, CancellationToken cancellation);

    /// <summary>Open lines that could not be read, and whose entry has come in meanwhile under the id they name.</summary>
    Task<IReadOnlyList<UnmatchedEntry>> ReadableNowAsync(int most, CancellationToken cancellation);

    /// <summary>Entries whose message was decided and that nobody has confirmed to have sent by now.</summary>
    Task<IReadOnlyList<UnmatchedEntry>> UnsentAsync(DateTimeOffset now, int most, CancellationToken cancellation);

    /// <summary>All open entries of a municipality, in pages, the oldest first.</summary>
    IAsyncEnumerable<IReadOnlyList<UnmatchedEntry>> OpenAsync(string municipality, CancellationToken cancellation);

    /// <summary>Placed entries, the latest first.</summary>
    /// <param name="before">Only those placed earlier.</param>
    /// <param name="beforeId">Of those placed at that moment, which is the last that is not wanted; null: none is.</param>
    Task<IReadOnlyList<PlacedEntry>> PlacedAsync(string? municipality, int most, DateTimeOffset? before, Guid? beforeId, CancellationToken cancellation);

    /// <summary>Whether a reversal of this entry was placed, or booked by its own name, where it is.</summary>
    Task<bool> IsReversedAsync(UnmatchedEntry entry, CancellationToken cancellation);

    Task<UnmatchedEntry?> FindAsync(Guid messageId, CancellationToken cancellation);

    Task<MatchedAccount?> AccountAsync(Guid claimId, CancellationToken cancellation);

    /// <summary>Throws <see cref="Defaults.Storage.LostRaceException"/> when somebody else has changed one of them since it was read; then nothing was written.</summary>
    Task SaveAsync(IReadOnlyList<UnmatchedEntry> entries, CancellationToken cancellation);
}
