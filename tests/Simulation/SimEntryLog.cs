using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Entries;

namespace ClaimsTransfer.Simulation;

/// <summary>The tables of the connector's log of entries.</summary>
internal sealed class EntryTables
{
    public Dictionary<(string Municipality, string EntryId), EntryRow> Rows { get; } = [];

    public Dictionary<(string Municipality, string EntryId, string Hash), EntryRow> Conflicts { get; } = [];

    public Dictionary<(string Municipality, string DocumentId), Refusal> Refused { get; } = [];

    public IEnumerable<EntryRow> All => Rows.Values.Concat(Conflicts.Values);
}

internal sealed class SimEntryLog(EntryTables tables, InstructionTables instructions, SimProcess process) : IEntryLog
{
    private World World => process.World;

    public async Task<IReadOnlyDictionary<Guid, ClaimInLog>> ClaimsAsync(IReadOnlyCollection<Guid> claims, CancellationToken cancellation)
    {
        await ReachAsync();
        return instructions.Rows.Values.Where(row => claims.Contains(row.ClaimId)).GroupBy(row => row.ClaimId)
            .ToDictionary(rows => rows.Key, rows => new ClaimInLog(rows.Key, rows.Max(row => row.Version), null));
    }

    public async Task<IReadOnlyList<EntryTaken>> RecordAsync(
        string municipality, IReadOnlyList<EntryRow> rows, Func<EntryRow, EntryRow> conflict, CancellationToken cancellation)
    {
        await ReachAsync();
        var taken = rows.Select(row => Record(row, conflict)).ToList();
        await process.StepAsync();
        return World.Happens(0.01) ? throw new Defaults.Messaging.TransientException("The connection was lost after the commit.") : taken;
    }

    public async Task MarkPublishedAsync(IReadOnlyList<EntryRow> rows, CancellationToken cancellation)
    {
        await ReachAsync();
        foreach (var row in rows)
        {
            if (row.IsConflict)
                tables.Conflicts[(row.Municipality, row.EntryId, row.ContentHash)] = row with { PublishDueAt = null };
            else
                tables.Rows[(row.Municipality, row.EntryId)] = row with { PublishDueAt = null };
        }
    }

    public async Task<IReadOnlyList<EntryRow>> UnpublishedAsync(DateTimeOffset now, int limit, CancellationToken cancellation)
    {
        await ReachAsync();
        return [.. tables.All.Where(row => row.PublishDueAt <= now.ToUnixTimeMilliseconds()).OrderBy(row => row.PublishDueAt).Take(limit)];
    }

    public async Task<IReadOnlyList<EntryDepth>> DepthsAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await ReachAsync();
        return [.. tables.All.Where(row => row.PublishDueAt is not null).GroupBy(row => row.Municipality)
            .Select(rows => new EntryDepth(rows.Key, rows.LongCount(), rows.LongCount(row => row.PublishDueAt <= now.ToUnixTimeMilliseconds())))];
    }

    public async Task<IReadOnlyList<Refusal>> RefusalsAsync(string? municipality, CancellationToken cancellation)
    {
        await ReachAsync();
        return [.. tables.Refused.Values.Where(refusal => municipality is null || refusal.Municipality == municipality)];
    }

    public async Task RefuseAsync(string municipality, IReadOnlyList<RefusedDocument> documents, DateTimeOffset now, CancellationToken cancellation)
    {
        await ReachAsync();
        var at = now.ToUnixTimeMilliseconds();
        foreach (var document in documents)
        {
            tables.Refused[(municipality, document.DocumentId)] = tables.Refused.TryGetValue((municipality, document.DocumentId), out var known)
                ? known with { Document = document, LastAt = at, Times = known.Times + 1 }
                : new Refusal(municipality, document, at, at, 1);
        }
    }

    public async Task SettleAsync(string municipality, IReadOnlyList<string> documentIds, CancellationToken cancellation)
    {
        await ReachAsync();
        foreach (var id in documentIds)
            tables.Refused.Remove((municipality, id));
    }

    private EntryTaken Record(EntryRow row, Func<EntryRow, EntryRow> conflict)
    {
        if (tables.Rows.TryAdd((row.Municipality, row.EntryId), row))
            return new EntryTaken(row, EntryResult.New);
        if (tables.Rows[(row.Municipality, row.EntryId)] is var known && known.ContentHash == row.ContentHash)
            return new EntryTaken(known, EntryResult.Repeat);
        var aside = conflict(row);
        return tables.Conflicts.TryAdd((row.Municipality, row.EntryId, row.ContentHash), aside)
            ? new EntryTaken(aside, EntryResult.Conflict)
            : new EntryTaken(tables.Conflicts[(row.Municipality, row.EntryId, row.ContentHash)], EntryResult.Repeat);
    }

    private async Task ReachAsync()
    {
        await process.StepAsync();
        if (World.Happens(0.01))
            throw new Defaults.Messaging.TransientException("The store cannot be reached.");
    }
}
