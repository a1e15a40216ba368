namespace ClaimsTransfer.ConnectorSdk.Entries;

/// <summary>
/// The connector's durable memory of what the debtor system has booked on its own: one row an entry, unique by municipality and id, written before anybody is told.
/// Its tables come with those of the instructions (<see cref="Instructions.IInstructionLog.MigrateAsync"/>).
/// </summary>
public interface IEntryLog
{
    /// <summary>What the instruction log knows of these claims; of what it does not know nothing comes back.</summary>
    Task<IReadOnlyDictionary<Guid, ClaimInLog>> ClaimsAsync(IReadOnlyCollection<Guid> claims, CancellationToken cancellation);

    /// <summary>
    /// Keeps entries of one municipality, in one transaction: each id once; other content under an id that is there goes aside as <paramref name="conflict"/> makes it,
    /// each content once.
    /// </summary>
    /// <returns>What became of each, in the order given.</returns>
    Task<IReadOnlyList<EntryTaken>> RecordAsync(
        string municipality, IReadOnlyList<EntryRow> rows, Func<EntryRow, EntryRow> conflict, CancellationToken cancellation);

    /// <summary>The messages of these rows were published and confirmed.</summary>
    Task MarkPublishedAsync(IReadOnlyList<EntryRow> rows, CancellationToken cancellation);

    /// <summary>Rows whose message should have been published by now, the longest due first.</summary>
    Task<IReadOnlyList<EntryRow>> UnpublishedAsync(DateTimeOffset now, int limit, CancellationToken cancellation);

    /// <summary>Every municipality with a message that is not confirmed.</summary>
    Task<IReadOnlyList<EntryDepth>> DepthsAsync(DateTimeOffset now, CancellationToken cancellation);

    /// <summary>The refused documents that are not settled, of one municipality or of all, the longest refused first.</summary>
    Task<IReadOnlyList<Refusal>> RefusalsAsync(string? municipality, CancellationToken cancellation);

    /// <summary>Keeps a refusal; of a document that is there it is told when and how it was refused last, and that it came once more.</summary>
    Task RefuseAsync(string municipality, IReadOnlyList<RefusedDocument> documents, DateTimeOffset now, CancellationToken cancellation);

    Task SettleAsync(string municipality, IReadOnlyList<string> documentIds, CancellationToken cancellation);
}
