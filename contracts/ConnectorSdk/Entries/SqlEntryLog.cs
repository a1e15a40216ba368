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
    private readonly Table _refused = EntrySchema.Refused(store.Schema);

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

    public async Task<IReadOnlyList<Refusal>> RefusalsAsync(string? municipality, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return [.. (await connection.QueryAsync<RefusalRow>(new CommandDefinition(
            store.Sql($"""
                SELECT municipality AS Municipality, document_id AS DocumentId, kind AS Kind, name AS Name, fault AS Fault, line AS Line, field AS Field, entry_id AS EntryId,
                       found_again AS FoundAgain, since_at AS SinceAt, last_at AS LastAt, times AS Times
                FROM {_refused.Name}
                {(municipality is null ? "" : "WHERE municipality = @municipality")}
                ORDER BY since_at, document_id
                """),
            new { municipality }, cancellationToken: cancellation))).Select(row => row.Refusal())];
    }

    public Task RefuseAsync(string municipality, IReadOnlyList<RefusedDocument> documents, DateTimeOffset now, CancellationToken cancellation) =>
        store.InTransactionAsync(async transaction =>
        {
            var at = now.ToUnixTimeMilliseconds();
            var rows = documents.Select(document => EntrySchema.RowOf(municipality, document, at)).ToArray();
            var fresh = await store.InsertNewAsync(transaction, _refused, rows, cancellation);
            foreach (var document in documents.Where((_, index) => !fresh.Contains(index)))
            {
                await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                    store.Sql($"""
                        UPDATE {_refused.Name}
                        SET name = @Name, fault = @fault, line = @Line, field = @Field, entry_id = @EntryId, found_again = @IsFoundAgain, last_at = @at, times = times + 1
                        WHERE municipality = @municipality AND document_id = @DocumentId
                        """),
                    new
                    {
                        municipality, at, document.DocumentId, document.Name, fault = document.Fault.ToString(), document.Line, document.Field, document.EntryId, document.IsFoundAgain,
                    },
                    transaction, cancellationToken: cancellation));
            }

            return true;
        }, cancellation);

    public Task SettleAsync(string municipality, IReadOnlyList<string> documentIds, CancellationToken cancellation) => store.InTransactionAsync(
        transaction => transaction.Connection!.ExecuteAsync(new CommandDefinition(
            store.Sql($"DELETE FROM {_refused.Name} WHERE municipality = @municipality AND {store.In("document_id", "ids", ColumnType.Text)}"),
            new { municipality, ids = store.List(documentIds) }, transaction, cancellationToken: cancellation)), cancellation);

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

    private sealed record RefusalRow
    {
        public required string Municipality { get; init; }
        public required string DocumentId { get; init; }
        public required string Kind { get; init; }
        public required string Name { get; init; }
        public required string Fault { get; init; }
        public long? Line { get; init; }
        public string? Field { get; init; }
        public string? EntryId { get; init; }
        public bool FoundAgain { get; init; }
        public long SinceAt { get; init; }
        public long LastAt { get; init; }
        public long Times { get; init; }

        public Refusal Refusal() => new(
            Municipality, new RefusedDocument(DocumentId, Enum.Parse<DocumentKind>(Kind), Name, Enum.Parse<DocumentFault>(Fault), (int?)Line, Field) { EntryId = EntryId, IsFoundAgain = FoundAgain },
            SinceAt, LastAt, Times);
    }
}
