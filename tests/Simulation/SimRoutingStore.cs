using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Simulation;

/// <summary>Routing's tables as the engines keep them: a transaction is all or nothing, a lost answer may hide a commit.</summary>
internal sealed class RoutingTables
{
    public Dictionary<Guid, StoredClaim> Claims { get; } = [];

    public Dictionary<Guid, JournalEntry> Journal { get; } = [];
}

internal sealed class SimRoutingStore(RoutingTables tables, SimProcess process) : IRoutingStore
{
    private World World => process.World;

    public async Task<IReadOnlyList<SeenMessage>> SeenAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation)
    {
        await ReachAsync();
        return [.. messageIds.Where(tables.Journal.ContainsKey).Select(id => Seen(tables.Journal[id]))];
    }

    public async Task<IReadOnlyList<StoredClaim>> LoadAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation)
    {
        await ReachAsync();
        return [.. claimIds.Where(tables.Claims.ContainsKey).Select(id => tables.Claims[id])];
    }

    public async Task SaveAsync(IReadOnlyList<StoredClaim> claims, IReadOnlyList<JournalEntry> entries, CancellationToken cancellation)
    {
        await ReachAsync();
        if (entries.Any(entry => tables.Journal.ContainsKey(entry.MessageId)))
            throw new LostRaceException("A message is journalled already.");
        if (claims.Any(claim => (tables.Claims.GetValueOrDefault(claim.State.ClaimId)?.RowVersion ?? 0) != claim.RowVersion))
            throw new LostRaceException("A claim was changed meanwhile.");
        foreach (var claim in claims)
            tables.Claims[claim.State.ClaimId] = claim with { RowVersion = claim.RowVersion + 1 };
        foreach (var entry in entries)
        {
            tables.Journal.Add(entry.MessageId, entry);
            World.Note($"{process.Name} {entry.ClaimId.ToString()[..8]} {entry.Event} v{entry.Version} {entry.Verdict}: {entry.From} -> {entry.To} ({string.Join("; ", entry.Notes)})");
        }

        await process.StepAsync();
        if (World.Happens(0.01))
            throw new TransientException("The connection was lost after the commit.");
    }

    public async Task<IReadOnlyList<Guid>> DueAsync(DateTimeOffset now, int most, CancellationToken cancellation)
    {
        await ReachAsync();
        return [.. tables.Claims.Values.Where(claim => claim.State.DueAt <= now).OrderBy(claim => claim.State.DueAt).Select(claim => claim.State.ClaimId).Take(most)];
    }

    public async Task<IReadOnlyList<SeenMessage>> TakeUnrelayedAsync(DateTimeOffset now, DateTimeOffset leaseUntil, int most, CancellationToken cancellation)
    {
        await ReachAsync();
        var due = tables.Journal.Values.Where(entry => entry.RelayDueAt <= now).Take(most).ToList();
        foreach (var entry in due)
            tables.Journal[entry.MessageId] = entry with { RelayDueAt = leaseUntil };
        return [.. due.Select(Seen)];
    }

    public async Task MarkRelayedAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation)
    {
        await ReachAsync();
        foreach (var id in messageIds)
            tables.Journal[id] = tables.Journal[id] with { RelayDueAt = null };
    }

    public async Task WakeHeldAsync(IReadOnlyCollection<string> municipalities, IReadOnlyCollection<string> rules, DateTimeOffset dueAt, CancellationToken cancellation)
    {
        await ReachAsync();
        foreach (var claim in tables.Claims.Values.Where(claim => claim.State is { Status: ClaimStatus.Held, Hold: { } hold } && rules.Contains(hold.Rule)).ToList())
            tables.Claims[claim.State.ClaimId] = claim with { State = claim.State with { DueAt = dueAt } };
    }

    private async Task ReachAsync()
    {
        await process.StepAsync();
        if (World.Happens(0.01))
            throw new TransientException("The store cannot be reached.");
    }

    private static SeenMessage Seen(JournalEntry entry) => new(entry.MessageId, entry.ClaimId, entry.Effects, entry.TraceParent);
}
