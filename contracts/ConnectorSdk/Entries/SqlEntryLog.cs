using System.Data.Common;
using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.ConnectorSdk.Entries;

/// <summary>The log of entries on any of the three engines: a few statements a batch, whatever its size.</summary>
public sealed class SqlEntryLog(IStore store) : IEntryLog
{
    private readonly string _schema = store.Schema;
    private readonly Table _entries = EntrySchema.Entries(store.Schema);
    private readonly Table _conflicts = EntrySchema.Conflicts(store.Schema);

    public async Task<IReadOnlyDictionary<Guid, ClaimInLog>> ClaimsAsync(IReadOnlyCollection<Guid> claims, CancellationToken cancellation)
    {
        var found = new Dictionary<Guid, ClaimInLog>();
        if (claims.Count == 0)
            return found;
        await using var connection = await store.OpenAsync(cancellation);
        var newest = await connection.QueryAsync<ClaimInLog>(new CommandDefinition(
            store.Sql($"""
                SELECT i.claim_id AS ClaimId, i.version AS Version, i.trace_parent AS TraceParent
                FROM {_schema}.instructions i
                WHERE {store.In("i.claim_id", "claims")} AND NOT EXISTS (
                  SELECT 1 FROM {_schema}.instructions later
                  WHERE later.claim_id = i.claim_id AND (later.version > i.version OR (later.version = i.version AND later.position > i.position)))
                """),
            new { claims = store.List(claims) }, cancellationToken: cancellation));
        // Two instances may have taken two instructions of one version in the same moment; either will do.
        foreach (var claim in newest)
            found[claim.ClaimId] = claim;
        return found;
    }

    public Task<IReadOnlyList<EntryTaken>> RecordAsync(
        string municipality, IReadOnlyList<EntryRow> rows, Func<EntryRow, EntryRow> conflict, CancellationToken cancellation) =>
        store.InTransactionAsync<IReadOnlyList<EntryTaken>>(async transaction =>
        {
            var taken = new EntryTaken[rows.Count];
            foreach (var index in await store.InsertNewAsync(transaction, _entries, [.. rows.Select(EntrySchema.RowOf)], cancellation))
                taken[index] = new EntryTaken(rows[index], EntryResult.New);
            var known = Places(taken);
            var stored = (await LoadAsync(transaction, _entries, municipality, known.Select(place => rows[place]), cancellation)).ToDictionary(row => row.EntryId);
            foreach (var place in known.Where(place => stored[rows[place].EntryId].ContentHash == rows[place].ContentHash))
                taken[place] = new EntryTaken(stored[rows[place].EntryId], EntryResult.Repeat);

            var others = Places(taken);
            var aside = others.ConvertAll(place => conflict(rows[place]));
            foreach (var index in await store.InsertNewAsync(transaction, _conflicts, [.. aside.Select(EntrySchema.RowOf)], cancellation))
                taken[others[index]] = new EntryTaken(aside[index], EntryResult.Conflict);
            var asideBefore = Places(taken);
            var kept = (await LoadAsync(transaction, _conflicts, municipality, asideBefore.Select(place => rows[place]), cancellation)).ToDictionary(row => (row.EntryId, row.ContentHash));
            foreach (var place in asideBefore)
                taken[place] = new EntryTaken(kept[(rows[place].EntryId, rows[place].ContentHash)], EntryResult.Repeat);
            return taken;
        }, cancellation);

    public Task MarkPublishedAsync(IReadOnlyList<EntryRow> rows, CancellationToken cancellation) =>
        rows.Count == 0 ? Task.CompletedTask : store.InTransactionAsync(async transaction =>
        {
            foreach (var group in rows.GroupBy(row => (row.Municipality, row.IsConflict)))
            {
                // The hash is of the id as well, so that the two lists together mean these rows and no others.
                await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                    store.Sql($"""
                        UPDATE {TableOf(group.Key.IsConflict).Name} SET publish_due_at = NULL
                        WHERE municipality = @municipality AND {store.In("entry_id", "ids", ColumnType.Text)} AND {store.In("content_hash", "hashes", ColumnType.Text)}
                        """),
                    new
                    {
                        municipality = group.Key.Municipality, ids = store.List(group.Select(row => row.EntryId).ToList()),
                        hashes = store.List(group.Select(row => row.ContentHash).ToList()),
                    },
                    transaction, cancellationToken: cancellation));
            }

            return true;
        }, cancellation);

    public async Task<IReadOnlyList<EntryRow>> UnpublishedAsync(DateTimeOffset now, int limit, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = new List<EntryRow>();
        foreach (var table in (Table[])[_entries, _conflicts])
        {
            rows.AddRange(await ReadAsync(
                connection, table,
                $"SELECT {store.Top("limit")} {EntrySchema.Columns} FROM {table.Name} e WHERE e.publish_due_at <= @now ORDER BY e.publish_due_at {store.Limit("limit")}",
                new { now = now.ToUnixTimeMilliseconds(), limit = limit - rows.Count }, null, cancellation));
        }

        return rows;
    }

    public async Task<IReadOnlyList<EntryDepth>> DepthsAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return [.. await connection.QueryAsync<EntryDepth>(new CommandDefinition(
            store.Sql($"""
                SELECT municipality AS Municipality, COUNT(*) AS Unpublished, SUM(CASE WHEN publish_due_at <= @now THEN 1 ELSE 0 END) AS Due
                FROM (
                  SELECT municipality, publish_due_at FROM {_entries.Name} WHERE publish_due_at IS NOT NULL
                  UNION ALL
                  SELECT municipality, publish_due_at FROM {_conflicts.Name} WHERE publish_due_at IS NOT NULL
                ) AS unpublished
                GROUP BY municipality
                """),
            new { now = now.ToUnixTimeMilliseconds() }, cancellationToken: cancellation))];
    }

    private static List<int> Places(EntryTaken?[] taken) => [.. Enumerable.Range(0, taken.Length).Where(place => taken[place] is null)];

    private Table TableOf(bool isConflict) => isConflict ? _conflicts : _entries;

    private async Task<IReadOnlyList<EntryRow>> LoadAsync(
        DbTransaction transaction, Table table, string municipality, IEnumerable<EntryRow> rows, CancellationToken cancellation)
    {
        var ids = rows.Select(row => row.EntryId).Distinct().ToList();
        return ids.Count == 0 ? [] : await ReadAsync(
            transaction.Connection!, table,
            $"SELECT {EntrySchema.Columns} FROM {table.Name} e WHERE e.municipality = @municipality AND {store.In("e.entry_id", "ids", ColumnType.Text)}",
            new { municipality, ids = store.List(ids) }, transaction, cancellation);
    }

    private async Task<IReadOnlyList<EntryRow>> ReadAsync(
        DbConnection connection, Table table, string statement, object parameters, DbTransaction? transaction, CancellationToken cancellation)
    {
        await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(store.Sql(statement), parameters, transaction, cancellationToken: cancellation));
        var rows = new List<EntryRow>();
        while (await reader.ReadAsync(cancellation))
            rows.Add(Read(reader, table == _conflicts));
        return rows;
    }

    /// <summary>By position, in the order of <see cref="EntrySchema.Columns"/>.</summary>
    private static EntryRow Read(DbDataReader reader, bool isConflict) => new(
        Municipality: reader.GetString(0), EntryId: reader.GetString(1), ContentHash: reader.GetString(2), IsConflict: isConflict, Kind: Enum.Parse<EntryKind>(reader.GetString(3)),
        ClaimId: reader.IsDBNull(4) ? null : reader.GetGuid(4), AmountOre: reader.GetInt64(5), BookedAt: reader.GetInt64(6), TakenAt: reader.GetInt64(7), Content: reader.GetString(8),
        Message: reader.IsDBNull(9) ? null : new EntryMessage(reader.GetString(9), reader.GetGuid(10), reader.GetString(11), reader.IsDBNull(12) ? null : reader.GetString(12)),
        PublishDueAt: reader.IsDBNull(13) ? null : reader.GetInt64(13));
}
