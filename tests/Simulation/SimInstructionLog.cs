using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Simulation;

/// <summary>The connector's tables, which outlive its processes.</summary>
internal sealed class InstructionTables
{
    public Dictionary<Guid, InstructionRow> Rows { get; } = [];

    public HashSet<string> Receipts { get; } = [];

    public Dictionary<string, LaneRow> Lanes { get; } = [];

    public Dictionary<string, DateTimeOffset> ReadDueAt { get; } = [];
}

/// <summary>The instruction log as the engines keep it: each change one transaction.</summary>
internal sealed class SimInstructionLog(InstructionTables tables, SimProcess process) : IInstructionLog
{
    private static readonly InstructionStatus[] Unfinished =
        [InstructionStatus.Taken, InstructionStatus.InCall, InstructionStatus.Waiting, InstructionStatus.Unclear, InstructionStatus.Pending, InstructionStatus.DeadLettered];

    public async Task MigrateAsync(IReadOnlyCollection<string> municipalities, CancellationToken cancellation)
    {
        // No trouble here: a service that cannot migrate does not start, and is started again.
        await process.StepAsync();
        foreach (var code in municipalities)
            tables.Lanes.TryAdd(code, new LaneRow(code, false, null, null));
    }

    public async Task<IReadOnlyList<InstructionRow>> ChangeAsync(
        IReadOnlyCollection<Guid> ids, Func<IReadOnlyDictionary<Guid, InstructionRow>, IReadOnlyList<InstructionRow>> decide, CancellationToken cancellation)
    {
        await ReachAsync();
        var saved = Save(decide(ids.Where(tables.Rows.ContainsKey).ToDictionary(id => id, id => tables.Rows[id])));
        await CommittedAsync();
        return saved;
    }

    public async Task<IReadOnlyList<InstructionRow>> PickAsync(
        string municipality, IReadOnlyCollection<Guid>? taken, DateTimeOffset now, int limit, Func<InstructionRow, InstructionRow> mark, CancellationToken cancellation)
    {
        await ReachAsync();
        var ms = now.ToUnixTimeMilliseconds();
        var eligible = tables.Rows.Values.Where(row =>
            taken is null ? row.Municipality == municipality && row.DueAt <= ms : taken.Contains(row.InstructionId) && row.Status == InstructionStatus.Taken);
        var picked = eligible.Where(row => row.Kind == InstructionKind.Find || !tables.Rows.Values.Any(earlier =>
                earlier.ClaimId == row.ClaimId && earlier.Kind != InstructionKind.Find && Unfinished.Contains(earlier.Status)
                && (earlier.Version, earlier.Position).CompareTo((row.Version, row.Position)) < 0))
            .OrderBy(row => (row.DueAt, row.Position)).Take(limit).ToList();
        var saved = Save([.. picked.Select(mark)]);
        await CommittedAsync();
        return saved;
    }

    public async Task<(IReadOnlyList<InstructionRow> Changed, int Strays)> RecordReceiptsAsync(
        string municipality, IReadOnlyList<Receipt> receipts, DateTimeOffset now, Func<Receipt, InstructionRow, InstructionRow?> decide, CancellationToken cancellation)
    {
        await ReachAsync();
        var changed = new Dictionary<Guid, InstructionRow>();
        foreach (var receipt in receipts.Where(receipt =>
            tables.Rows.ContainsKey(receipt.InstructionId) && (receipt.Outcome is Submitted.NotUnderstood || tables.Receipts.Add(receipt.ReceiptId))))
        {
            if (decide(receipt, changed.GetValueOrDefault(receipt.InstructionId) ?? tables.Rows[receipt.InstructionId]) is { } after)
                changed[receipt.InstructionId] = after;
        }

        var saved = Save([.. changed.Values]);
        await CommittedAsync();
        return (saved, 0);
    }

    public async Task MarkReportedAsync(IReadOnlyList<InstructionRow> rows, CancellationToken cancellation)
    {
        await ReachAsync();
        foreach (var row in rows.Where(row => tables.Rows[row.InstructionId].OutcomeId == row.OutcomeId))
            tables.Rows[row.InstructionId] = tables.Rows[row.InstructionId] with { ReportDueAt = null };
    }

    public async Task<IReadOnlyList<InstructionRow>> UnreportedAsync(DateTimeOffset now, int limit, CancellationToken cancellation)
    {
        await ReachAsync();
        return [.. tables.Rows.Values.Where(row => row.ReportDueAt <= now.ToUnixTimeMilliseconds()).Take(limit)];
    }

    public async Task<IReadOnlyList<LaneDepth>> DepthsAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await ReachAsync();
        var ms = now.ToUnixTimeMilliseconds();
        return
        [
            .. tables.Rows.Values.Where(row => row.DueAt is not null).GroupBy(row => row.Municipality)
                .Select(lane => new LaneDepth(lane.Key, lane.Count(), lane.Count(row => row.DueAt <= ms), lane.Min(row => row.TakenAt))),
        ];
    }

    public async Task<IReadOnlyList<LaneRow>> LanesAsync(CancellationToken cancellation)
    {
        await process.StepAsync();
        return [.. tables.Lanes.Values];
    }

    public async Task SetPausedAsync(string municipality, bool paused, CancellationToken cancellation)
    {
        await ReachAsync();
        tables.Lanes[municipality] = tables.Lanes[municipality] with { Paused = paused };
    }

    public async Task SetUnavailableSinceAsync(string municipality, DateTimeOffset? since, CancellationToken cancellation)
    {
        await ReachAsync();
        var lane = tables.Lanes[municipality];
        tables.Lanes[municipality] = lane with { UnavailableSince = since is null ? null : lane.UnavailableSince ?? since.Value.ToUnixTimeMilliseconds() };
    }

    public async Task<bool> ClaimReadingAsync(string municipality, DateTimeOffset now, DateTimeOffset next, CancellationToken cancellation)
    {
        await ReachAsync();
        if (tables.ReadDueAt.GetValueOrDefault(municipality) > now)
            return false;
        tables.ReadDueAt[municipality] = next;
        return true;
    }

    public async Task SetCursorAsync(string municipality, string? from, string? to, CancellationToken cancellation)
    {
        await ReachAsync();
        if (tables.Lanes[municipality].ReadCursor == from)
            tables.Lanes[municipality] = tables.Lanes[municipality] with { ReadCursor = to };
    }

    private IReadOnlyList<InstructionRow> Save(IReadOnlyList<InstructionRow> rows)
    {
        var saved = rows.Select(row => row with { Revision = row.Revision + 1 }).ToList();
        foreach (var row in saved)
        {
            tables.Rows[row.InstructionId] = row;
            process.World.Note($"{process.Name} {row.ClaimId.ToString()[..8]} log: {row}");
        }

        return saved;
    }

    private async Task ReachAsync()
    {
        await process.StepAsync();
        if (process.World.Happens(0.01))
            throw new TransientException("The store cannot be reached.");
    }

    private async Task CommittedAsync()
    {
        await process.StepAsync();
        if (process.World.Happens(0.01))
            throw new TransientException("The connection was lost after the commit.");
    }
}
