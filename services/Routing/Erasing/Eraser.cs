using System.Data.Common;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Saga;
using Dapper;

namespace ClaimsTransfer.Routing.Erasing;

/// <param name="Next">Give it as <c>after</c> for what follows; absent: that was all.</param>
public sealed record EndedClaims(IReadOnlyList<Guid> ClaimIds, string? Next);

/// <summary>
/// Erases who owed a claim and for what, once it has ended. The claim's row and its journal stay, with what is counted and what a repeat is known by. An erased claim is listed with
/// those that ended until it is said that everybody has erased it, and again when something has come for it since.
/// </summary>
public sealed class Eraser(IStore store, TimeProvider time)
{
    /// <summary>Claims of a municipality that ended before, the longest ago first.</summary>
    public async Task<EndedClaims> EndedAsync(string municipality, DateTimeOffset before, int limit, Place? after, CancellationToken cancellation)
    {
        var (afterAt, afterId) = after is { } place ? (place.At, place.Id) : (long.MinValue, Guid.Empty);
        await using var connection = await store.OpenAsync(cancellation);
        var rows = (await connection.QueryAsync<EndedRow>(new CommandDefinition(
            store.Sql($"""
                SELECT {store.Top("limit")} claim_id AS ClaimId, ended_at AS EndedAt
                FROM routing.claims
                WHERE municipality = @municipality AND ended_at < @before AND ended_at >= @afterAt AND (ended_at > @afterAt OR claim_id > @afterId)
                ORDER BY ended_at, claim_id {store.Limit("limit")}
                """),
            new { municipality, before = before.ToUnixTimeMilliseconds(), afterAt, afterId, limit }, cancellationToken: cancellation))).AsList();
        return new EndedClaims(rows.ConvertAll(row => row.ClaimId), rows.Count == limit ? new Place(rows[^1].EndedAt, rows[^1].ClaimId).ToString() : null);
    }

    public Task<Erased> EraseAsync(Erasure erasure, CancellationToken cancellation) =>
        store.InTransactionAsync(
            async transaction =>
            {
                var connection = transaction.Connection!;
                var ids = store.List(erasure.ClaimIds);
                var claims = await LoadAsync(transaction, erasure, cancellation);
                var unsent = (await connection.QueryAsync<Guid>(new CommandDefinition(
                    store.Sql($"SELECT DISTINCT claim_id FROM routing.journal WHERE {store.In("claim_id", "ids")} AND relay_due_at IS NOT NULL"), new { ids }, transaction,
                    cancellationToken: cancellation))).ToHashSet();

                List<KeptClaim> kept = [];
                List<StoredClaim> erased = [];
                foreach (var claim in claims)
                {
                    if (!claim.State.HasEnded)
                        kept.Add(new KeptClaim(claim.State.ClaimId, ClaimNotes.NotEnded));
                    else if (unsent.Contains(claim.State.ClaimId))
                        kept.Add(new KeptClaim(claim.State.ClaimId, ClaimNotes.ToBeSent));
                    else
                        erased.Add(claim with { State = claim.State.Erased(ErasedAt(claim.State)) });
                }

                await store.SaveVersionedAsync(transaction, RoutingSchema.Claims, "row_version", [.. erased.Select(RoutingStore.Row)], cancellation);
                await connection.ExecuteAsync(new CommandDefinition(
                    store.Sql($"UPDATE routing.journal SET note = '[]', effects = NULL, trace_parent = NULL WHERE {store.In("claim_id", "ids")}"),
                    new { ids = store.List(erased.ConvertAll(claim => claim.State.ClaimId)) }, transaction, cancellationToken: cancellation));
                return new Erased(kept);
            },
            cancellation);

    /// <summary>Everybody has erased these; one for which something has come since is not among them.</summary>
    public Task DoneAsync(Erasure erasure, CancellationToken cancellation) =>
        store.InTransactionAsync(
            async transaction =>
            {
                var done = (await LoadAsync(transaction, erasure, cancellation)).Where(claim => claim.State is { ErasedAt: { } erased, EndedAt: { } ended } && ended <= erased);
                await store.SaveVersionedAsync(
                    transaction, RoutingSchema.Claims, "row_version", [.. done.Select(claim => RoutingStore.Row(claim with { State = claim.State with { EndedAt = null } }))], cancellation);
                return true;
            },
            cancellation);

    /// <summary>Asked again, it stays as it was; with what has come since, it is erased anew.</summary>
    private DateTimeOffset ErasedAt(ClaimState claim) => claim.ErasedAt is { } before && (claim.EndedAt is not { } ended || ended <= before) ? before : time.GetUtcNow();

    private async Task<List<StoredClaim>> LoadAsync(DbTransaction transaction, Erasure erasure, CancellationToken cancellation) =>
        [.. (await transaction.Connection!.QueryAsync<RoutingStore.ClaimRow>(new CommandDefinition(
            store.Sql($"SELECT row_version AS RowVersion, state AS State FROM routing.claims WHERE {store.In("claim_id", "ids")} AND municipality = @municipality"),
            new { ids = store.List(erasure.ClaimIds), municipality = erasure.Municipality }, transaction, cancellationToken: cancellation)))
            .Select(row => row.Stored())];

    private sealed record EndedRow
    {
        public Guid ClaimId { get; init; }
        public long EndedAt { get; init; }
    }
}
