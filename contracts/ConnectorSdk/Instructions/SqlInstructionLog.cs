using System.Data.Common;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.ConnectorSdk.Instructions;

/// <summary>The log on any of the three engines: a few statements a batch, whatever its size.</summary>
public sealed class SqlInstructionLog(IStore store) : IInstructionLog
{
    private readonly string _schema = store.Schema;
    private readonly Table _new = InstructionSchema.New(store.Schema);
    private readonly Table _changed = InstructionSchema.Changed(store.Schema);
    private readonly Table _renewed = InstructionSchema.Renewed(store.Schema);
    private readonly Table _receipts = InstructionSchema.Receipts(store.Schema);
    private readonly Table _strays = InstructionSchema.Strays(store.Schema);

    public async Task MigrateAsync(IReadOnlyCollection<string> municipalities, CancellationToken cancellation)
    {
        await store.MigrateAsync(InstructionSchema.Migrations(_schema), cancellation);
        await store.InTransactionAsync(
            transaction => store.InsertNewAsync(transaction, InstructionSchema.Lanes(_schema), [.. municipalities.Select(code => new object?[] { code, 0L, 0L })], cancellation),
            cancellation);
    }

    public Task<IReadOnlyList<InstructionRow>> ChangeAsync(
        IReadOnlyCollection<Guid> ids, Func<IReadOnlyDictionary<Guid, InstructionRow>, IReadOnlyList<InstructionRow>> decide, CancellationToken cancellation) =>
        store.InTransactionAsync(async transaction => await SaveAsync(transaction, decide(await LoadAsync(transaction, ids, cancellation)), cancellation), cancellation);

    public Task<IReadOnlyList<InstructionRow>> PickAsync(
        string municipality, IReadOnlyCollection<Guid>? taken, DateTimeOffset now, int limit, Func<InstructionRow, InstructionRow> mark, CancellationToken cancellation)
    {
        var eligible = taken is null ? "i.municipality = @municipality AND i.due_at <= @now" : $"{store.In("i.instruction_id", "ids")} AND i.status = 'Taken'";
        var statement = store.Sql($"""
            SELECT {store.Top("limit")} {InstructionSchema.Columns}
            FROM {_schema}.instructions i
            WHERE {eligible}
              AND (i.kind = 'Find' OR NOT EXISTS (
                SELECT 1 FROM {_schema}.instructions earlier
                WHERE earlier.claim_id = i.claim_id AND earlier.kind <> 'Find'
                  AND earlier.status IN ('Taken', 'InCall', 'Waiting', 'Unclear', 'Pending', 'DeadLettered')
                  AND (earlier.version < i.version OR (earlier.version = i.version AND earlier.position < i.position))))
            ORDER BY i.due_at, i.position
            {store.Limit("limit")}
            """);
        return store.InTransactionAsync(async transaction =>
        {
            var parameters = new DynamicParameters(new { municipality, now = now.ToUnixTimeMilliseconds(), limit });
            if (taken is not null)
                parameters.Add("ids", store.List(taken));
            var picked = await ReadAsync(transaction.Connection!, statement, parameters, transaction, cancellation);
            return await SaveAsync(transaction, [.. picked.Select(mark)], cancellation);
        }, cancellation);
    }

    public Task<(IReadOnlyList<InstructionRow> Changed, int Strays)> RecordReceiptsAsync(
        string municipality, IReadOnlyList<Receipt> receipts, DateTimeOffset now,
        Func<Receipt, InstructionRow, InstructionRow?> decide, CancellationToken cancellation) =>
        store.InTransactionAsync(async transaction =>
        {
            var rows = await LoadAsync(transaction, [.. receipts.Select(receipt => receipt.InstructionId).Distinct()], cancellation);
            var nonsense = receipts.Where(receipt => receipt.Outcome is Submitted.NotUnderstood).ToList();
            var known = receipts.Except(nonsense).Where(receipt => IsOf(municipality, receipt, rows)).ToList();
            var strays = receipts.Except(nonsense).Where(receipt => !IsOf(municipality, receipt, rows)).ToList();
            var fresh = await store.InsertNewAsync(transaction, _receipts, [.. known.Select(receipt => ReceiptRow(municipality, receipt, now))], cancellation);
            var kept = await store.InsertNewAsync(transaction, _strays, [.. strays.Select(receipt => ReceiptRow(municipality, receipt, now))], cancellation);

            var changed = new Dictionary<Guid, InstructionRow>();
            foreach (var receipt in fresh.Select(index => known[index]).Concat(nonsense.Where(receipt => IsOf(municipality, receipt, rows))))
            {
                var row = changed.GetValueOrDefault(receipt.InstructionId) ?? rows[receipt.InstructionId];
                if (decide(receipt, row) is { } after)
                    changed[receipt.InstructionId] = after;
            }

            return (await SaveAsync(transaction, [.. changed.Values], cancellation), kept.Count);
        }, cancellation);

    public async Task MarkReportedAsync(IReadOnlyList<InstructionRow> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return;
        // By outcome as well as by row: an outcome that replaced the one just published is still to be published.
        await store.InTransactionAsync(
            transaction => transaction.Connection!.ExecuteAsync(new CommandDefinition(
                store.Sql($"""
                    UPDATE {_schema}.instructions SET report_due_at = NULL
                    WHERE {store.In("instruction_id", "ids")} AND {store.In("outcome_id", "outcomes")}
                    """),
                new { ids = store.List(rows.Select(row => row.InstructionId).ToList()), outcomes = store.List(rows.Select(row => row.OutcomeId!.Value).ToList()) },
                transaction, cancellationToken: cancellation)),
            cancellation);
    }

    public async Task<IReadOnlyList<InstructionRow>> UnreportedAsync(DateTimeOffset now, int limit, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return await ReadAsync(
            connection,
            store.Sql($"""
                SELECT {store.Top("limit")} {InstructionSchema.Columns} FROM {_schema}.instructions i
                WHERE i.report_due_at <= @now ORDER BY i.report_due_at {store.Limit("limit")}
                """),
            new { now = now.ToUnixTimeMilliseconds(), limit }, null, cancellation);
    }

    public async Task<IReadOnlyList<LaneDepth>> DepthsAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return [.. await connection.QueryAsync<LaneDepth>(new CommandDefinition(
            store.Sql($"""
                SELECT municipality AS Municipality, COUNT(*) AS InHand, SUM(CASE WHEN due_at <= @now THEN 1 ELSE 0 END) AS Due, MIN(taken_at) AS OldestAt
                FROM {_schema}.instructions WHERE due_at IS NOT NULL GROUP BY municipality
                """),
            new { now = now.ToUnixTimeMilliseconds() }, cancellationToken: cancellation))];
    }

    public async Task<IReadOnlyList<LaneRow>> LanesAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return [.. await connection.QueryAsync<LaneRow>(new CommandDefinition(
            store.Sql($"SELECT municipality AS Municipality, paused AS Paused, unavailable_since_at AS UnavailableSince, read_cursor AS ReadCursor FROM {_schema}.lanes"),
            cancellationToken: cancellation))];
    }

    public Task SetPausedAsync(string municipality, bool paused, CancellationToken cancellation) =>
        ExecuteAsync($"UPDATE {_schema}.lanes SET paused = @paused WHERE municipality = @municipality", new { municipality, paused = paused ? 1L : 0L }, cancellation);

    public Task SetUnavailableSinceAsync(string municipality, DateTimeOffset? since, CancellationToken cancellation) =>
        since is { } at
            ? ExecuteAsync(
                $"UPDATE {_schema}.lanes SET unavailable_since_at = @at WHERE municipality = @municipality AND unavailable_since_at IS NULL",
                new { municipality, at = at.ToUnixTimeMilliseconds() }, cancellation)
            : ExecuteAsync($"UPDATE {_schema}.lanes SET unavailable_since_at = NULL WHERE municipality = @municipality", new { municipality }, cancellation);

    public async Task<bool> ClaimReadingAsync(string municipality, DateTimeOffset now, DateTimeOffset next, CancellationToken cancellation) =>
        await ExecuteAsync(
            $"UPDATE {_schema}.lanes SET read_due_at = @next WHERE municipality = @municipality AND read_due_at <= @now",
            new { municipality, now = now.ToUnixTimeMilliseconds(), next = next.ToUnixTimeMilliseconds() }, cancellation) == 1;

    public Task SetCursorAsync(string municipality, string? from, string? to, CancellationToken cancellation) =>
        from is null
            ? ExecuteAsync($"UPDATE {_schema}.lanes SET read_cursor = @to WHERE municipality = @municipality AND read_cursor IS NULL", new { municipality, to }, cancellation)
            : ExecuteAsync($"UPDATE {_schema}.lanes SET read_cursor = @to WHERE municipality = @municipality AND read_cursor = @from", new { municipality, from, to }, cancellation);

    private static bool IsOf(string municipality, Receipt receipt, IReadOnlyDictionary<Guid, InstructionRow> rows) =>
        rows.TryGetValue(receipt.InstructionId, out var row) && row.Municipality == municipality;

    private static object?[] ReceiptRow(string municipality, Receipt receipt, DateTimeOffset now) =>
        // An id beyond what a key column holds is replaced by a hash of it: still the same for the same receipt.
        [municipality, receipt.ReceiptId.Length <= 200 ? receipt.ReceiptId : DeterministicId.Of(receipt.InstructionId, receipt.ReceiptId).ToString(), receipt.InstructionId, receipt.Outcome.GetType().Name, now.ToUnixTimeMilliseconds()];

    private async Task<IReadOnlyDictionary<Guid, InstructionRow>> LoadAsync(DbTransaction transaction, IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0)
            return new Dictionary<Guid, InstructionRow>();
        var statement = store.Sql($"SELECT {InstructionSchema.Columns} FROM {_schema}.instructions i WHERE {store.In("i.instruction_id", "ids")}");
        var rows = await ReadAsync(transaction.Connection!, statement, new { ids = store.List(ids) }, transaction, cancellation);
        return rows.ToDictionary(row => row.InstructionId);
    }

    private async Task<IReadOnlyList<InstructionRow>> SaveAsync(DbTransaction transaction, IReadOnlyList<InstructionRow> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return rows;
        var saved = rows.Select(row => row with { Revision = row.Revision + 1 }).ToList();
        await store.SaveVersionedAsync(transaction, _new, "revision", [.. saved.Where(row => row.Revision == 1).Select(InstructionSchema.NewRow)], cancellation);
        await store.SaveVersionedAsync(transaction, _changed, "revision", [.. saved.Where(row => row is { Revision: > 1, IsRenewed: false }).Select(InstructionSchema.ChangedRow)], cancellation);
        await store.SaveVersionedAsync(transaction, _renewed, "revision", [.. saved.Where(row => row is { Revision: > 1, IsRenewed: true }).Select(InstructionSchema.RenewedRow)], cancellation);
        return saved;
    }

    private Task<int> ExecuteAsync(string statement, object parameters, CancellationToken cancellation) =>
        store.InTransactionAsync(
            transaction => transaction.Connection!.ExecuteAsync(new CommandDefinition(store.Sql(statement), parameters, transaction, cancellationToken: cancellation)),
            cancellation);

    internal static async Task<IReadOnlyList<InstructionRow>> ReadAsync(
        DbConnection connection, string statement, object parameters, DbTransaction? transaction, CancellationToken cancellation)
    {
        await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(statement, parameters, transaction, cancellationToken: cancellation));
        var rows = new List<InstructionRow>();
        while (await reader.ReadAsync(cancellation))
            rows.Add(Read(reader));
        return rows;
    }

    /// <summary>By position, in the order of <see cref="InstructionSchema.Columns"/>.</summary>
    private static InstructionRow Read(DbDataReader reader) => new(
        InstructionId: reader.GetGuid(0), ClaimId: reader.GetGuid(1), Municipality: reader.GetString(2), Kind: Enum.Parse<InstructionKind>(reader.GetString(3)),
        About: Id(reader, 4), Version: (int)reader.GetInt64(5), Position: reader.GetInt64(6), TakenAt: reader.GetInt64(7), TraceParent: Text(reader, 8),
        Body: reader.GetString(9), Revision: reader.GetInt64(10), MessageId: reader.GetGuid(11), Status: Enum.Parse<InstructionStatus>(reader.GetString(12)),
        Attempts: (int)reader.GetInt64(13), Owner: Text(reader, 14), FirstAttemptAt: Number(reader, 15), UnclearSince: Number(reader, 16), DueAt: Number(reader, 17),
        OutcomeId: Id(reader, 18), Outcome: Text(reader, 19), ReportDueAt: Number(reader, 20))
    {
        NotUnderstood = (int)(Number(reader, 21) ?? 0), FailedAt = Number(reader, 22), Failure = Text(reader, 23),
    };

    private static Guid? Id(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetGuid(column);

    private static long? Number(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
