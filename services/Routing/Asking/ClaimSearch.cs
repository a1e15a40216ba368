using System.Text.Json;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Routing.Saga;
using Dapper;

namespace ClaimsTransfer.Routing.Asking;

public sealed record ClaimCount(long Count, long Ore);

/// <summary>Claims page by page, the newest received first; those only heard of come last.</summary>
public sealed class ClaimSearch(IStore store)
{
    public async Task<ClaimPage> FindAsync(ClaimFilter filter, int limit, Place? after, CancellationToken cancellation)
    {
        var (statement, parameters) = Statement(filter, limit, after);
        await using var connection = await store.OpenAsync(cancellation);
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(statement, parameters, cancellationToken: cancellation))).ToList();
        return new ClaimPage(
            rows.ConvertAll(row => ClaimStanding.Of(JsonSerializer.Deserialize(row.State, RoutingJson.Default.ClaimState)!)),
            rows.Count == limit ? new Place(rows[^1].ListedAt, rows[^1].ClaimId).ToString() : null);
    }

    public async Task<ClaimCount> CountAsync(ClaimFilter filter, CancellationToken cancellation)
    {
        var (where, parameters) = filter.Condition(store);
        await using var connection = await store.OpenAsync(cancellation);
        var sum = await connection.QuerySingleAsync<Sum>(new CommandDefinition(
            store.Sql($"SELECT COUNT(*) AS Count, COALESCE(SUM(amount_ore), 0) AS Ore FROM routing.claims WHERE {where}"), parameters, cancellationToken: cancellation));
        return new ClaimCount(sum.Count, (long)sum.Ore);
    }

    /// <summary>The page is found in an index alone; the states, which are long, are read for it and nothing else.</summary>
    internal (string Sql, DynamicParameters Parameters) Statement(ClaimFilter filter, int limit, Place? after)
    {
        var (where, parameters) = filter.Condition(store);
        parameters.Add("limit", limit);
        if (after is { } place)
        {
            where += " AND listed_at <= @afterAt AND (listed_at < @afterAt OR claim_id < @afterId)";
            parameters.Add("afterAt", place.At);
            parameters.Add("afterId", place.Id);
        }

        return (store.Sql($"""
            SELECT c.claim_id AS ClaimId, c.listed_at AS ListedAt, c.state AS State
            FROM (SELECT {store.Top("limit")} claim_id, listed_at
                  FROM routing.claims
                  WHERE {where}
                  ORDER BY listed_at DESC, claim_id DESC {store.Limit("limit")}) page
            INNER JOIN routing.claims c ON c.claim_id = page.claim_id
            ORDER BY page.listed_at DESC, page.claim_id DESC
            """), parameters);
    }

    private sealed record Row
    {
        public Guid ClaimId { get; init; }
        public long ListedAt { get; init; }
        public required string State { get; init; }
    }

    private sealed record Sum
    {
        public long Count { get; init; }

        /// <summary>PostgreSQL sums 64-bit integers into a numeric.</summary>
        public decimal Ore { get; init; }
    }
}
