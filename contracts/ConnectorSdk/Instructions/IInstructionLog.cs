namespace ClaimsTransfer.ConnectorSdk.Instructions;

/// <summary>
/// The connector's durable memory: one row an instruction, written before and after every call. All changes are load, decide, save in one transaction;
/// <c>decide</c> is pure, gets the rows as they are now, and may run again when somebody else was faster.
/// </summary>
public interface IInstructionLog
{
    Task MigrateAsync(IReadOnlyCollection<string> municipalities, CancellationToken cancellation);

    /// <summary>Loads the rows with these ids, saves what <paramref name="decide"/> returns (rows of revision 0 are new), and returns what was saved.</summary>
    Task<IReadOnlyList<InstructionRow>> ChangeAsync(
        IReadOnlyCollection<Guid> ids, Func<IReadOnlyDictionary<Guid, InstructionRow>, IReadOnlyList<InstructionRow>> decide, CancellationToken cancellation);

    /// <summary>
    /// Picks due rows of a municipality, oldest first, and saves them as <paramref name="mark"/> returns them. A row whose claim has an earlier instruction
    /// unfinished is not picked.
    /// </summary>
    /// <param name="taken">Only these, which this instance has just taken; null: whatever is due.</param>
    Task<IReadOnlyList<InstructionRow>> PickAsync(
        string municipality, IReadOnlyCollection<Guid>? taken, DateTimeOffset now, int limit, Func<InstructionRow, InstructionRow> mark, CancellationToken cancellation);

    /// <summary>
    /// Records receipts, each once, and saves what <paramref name="decide"/> makes of the rows they are for, in one transaction. Receipts for instructions that
    /// the log does not know are kept aside. One that was not understood is not recorded: when it comes as it should, under the same id, it must not be taken for its repeat.
    /// </summary>
    /// <returns>The rows changed, and how many receipts had no instruction.</returns>
    Task<(IReadOnlyList<InstructionRow> Changed, int Strays)> RecordReceiptsAsync(
        string municipality, IReadOnlyList<Receipt> receipts, DateTimeOffset now,
        Func<Receipt, InstructionRow, InstructionRow?> decide, CancellationToken cancellation);

    /// <summary>The outcomes were published and confirmed. One that has changed since stays to be published.</summary>
    Task MarkReportedAsync(IReadOnlyList<InstructionRow> rows, CancellationToken cancellation);

    /// <summary>Outcomes that should have been published by now.</summary>
    Task<IReadOnlyList<InstructionRow>> UnreportedAsync(DateTimeOffset now, int limit, CancellationToken cancellation);

    /// <summary>Every municipality with something in hand.</summary>
    Task<IReadOnlyList<LaneDepth>> DepthsAsync(DateTimeOffset now, CancellationToken cancellation);

    Task<IReadOnlyList<LaneRow>> LanesAsync(CancellationToken cancellation);

    Task SetPausedAsync(string municipality, bool paused, CancellationToken cancellation);

    /// <summary>Sets since when the debtor system is unavailable, unless it is set already; null: it is available again.</summary>
    Task SetUnavailableSinceAsync(string municipality, DateTimeOffset? since, CancellationToken cancellation);

    /// <summary>Whether this instance is the one to read now; the next reading is due at <paramref name="next"/>, for all instances.</summary>
    Task<bool> ClaimReadingAsync(string municipality, DateTimeOffset now, DateTimeOffset next, CancellationToken cancellation);

    /// <summary>Moves the cursor on, unless another reader has moved it since <paramref name="from"/>.</summary>
    Task SetCursorAsync(string municipality, string? from, string? to, CancellationToken cancellation);
}
