namespace ClaimsTransfer.Payments.Matching;

/// <summary>The account an entry belongs to, as it stands.</summary>
public sealed record MatchedAccount(Guid ClaimId, string Municipality, string Agency, long FeeId, int Version);

/// <summary>An open entry and the one account that its names lead to.</summary>
public sealed record Match(UnmatchedEntry Entry, MatchedAccount Account);

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

    Task<UnmatchedEntry?> FindAsync(Guid messageId, CancellationToken cancellation);

    Task<MatchedAccount?> AccountAsync(Guid claimId, CancellationToken cancellation);

    /// <summary>Throws <see cref="Defaults.Storage.LostRaceException"/> when somebody else has changed one of them since it was read; then nothing was written.</summary>
    Task SaveAsync(IReadOnlyList<UnmatchedEntry> entries, CancellationToken cancellation);
}
