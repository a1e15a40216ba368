using System.Data.Common;
using ClaimsTransfer.ConnectorSdk.Asking;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.ConnectorSdk.Erasing;

/// <summary>
/// Erases what the log says of a claim's debtor and materials, and what the debtor system wrote of it. The rows stay with ids, amounts and outcomes: an
/// instruction that comes again is answered as before and never sent a second time, an entry that is read again is known.
/// </summary>
/// <remarks>Refused documents are gone when they are settled, and receipts are ids alone.</remarks>
public sealed class ConnectorEraser(IStore store)
{
    private readonly Table _renewed = InstructionSchema.Renewed(store.Schema);

    private readonly string _instructions = store.Sql(
        $"SELECT {InstructionSchema.Columns} FROM {store.Schema}.instructions i WHERE {store.In("i.claim_id", "claims")}");

    private readonly string _unpublished = store.Sql(string.Join(" UNION ", ((string[])["entries", "entry_conflicts"]).Select(table =>
        $"SELECT claim_id FROM {store.Schema}.{table} WHERE publish_due_at IS NOT NULL AND {store.In("claim_id", "claims")}")));

    private readonly string[] _ofClaims = [.. ((string[])["entries", "entry_conflicts"]).Select(table => store.Sql(
        $"{Clear(store, table)} WHERE {store.In("claim_id", "claims")} AND content <> '' AND publish_due_at IS NULL"))];

    /// <summary>Entries that name no claim; and what came under an id that was taken, whatever it names.</summary>
    private readonly (string Find, string Clear)[] _others = [Others(store, "entries", "claim_id IS NULL AND"), Others(store, "entry_conflicts", "")];

    public Task<Erased> EraseAsync(Erasure asked, CancellationToken cancellation) => store.InTransactionAsync(
        async transaction =>
        {
            var rows = await SqlInstructionLog.ReadAsync(
                transaction.Connection!, _instructions, new { claims = store.List(asked.ClaimIds) }, transaction, cancellation);
            var kept = new Dictionary<Guid, Note>();
            foreach (var row in rows.Where(row => row.IsInHand || row.Status == InstructionStatus.Pending || row.ReportDueAt is not null))
                kept[row.ClaimId] = ConnectorNotes.KeptInstruction;
            foreach (var claim in await transaction.Connection!.QueryAsync<Guid>(_unpublished, new { claims = store.List(asked.ClaimIds) }, transaction))
                kept.TryAdd(claim, ConnectorNotes.KeptEntry);

            await store.SaveVersionedAsync(
                transaction, _renewed, "revision",
                [
                    .. rows.Where(row => !kept.ContainsKey(row.ClaimId)).Select(row => (Before: row, After: row.Erased()))
                        .Where(row => Said(row.Before) != Said(row.After))
                        .Select(row => InstructionSchema.RenewedRow(row.After with { Revision = row.After.Revision + 1 })),
                ],
                cancellation);
            var claims = store.List(asked.ClaimIds.Where(claim => !kept.ContainsKey(claim)).ToList());
            foreach (var statement in _ofClaims)
                await transaction.Connection!.ExecuteAsync(statement, new { claims }, transaction);
            var others = asked.Before is { } before ? await OthersAsync(transaction, asked.Municipality, before) : 0;
            return Erased.Of(kept, others);
        },
        cancellation);

    private static (string?, string?, string, string?) Said(InstructionRow row) => (row.TraceParent, row.Failure, row.Body, row.Outcome);

    /// <returns>How many; one beyond what a call erases where there are more.</returns>
    private async Task<int> OthersAsync(DbTransaction transaction, string municipality, DateTimeOffset before)
    {
        var count = 0;
        foreach (var (find, clear) in _others)
        {
            var found = (await transaction.Connection!.QueryAsync<Other>(
                find, new { municipality, before = before.ToUnixTimeMilliseconds(), limit = Erased.MostOthers + 1 - count }, transaction)).AsList();
            var cleared = found.Take(Erased.MostOthers - count).ToList();
            var (ids, hashes) = (store.List(cleared.ConvertAll(entry => entry.EntryId)), store.List(cleared.ConvertAll(entry => entry.ContentHash)));
            await transaction.Connection!.ExecuteAsync(clear, new { municipality, ids, hashes }, transaction);
            count += found.Count;
            if (count > Erased.MostOthers)
                break;
        }

        return count;
    }

    private static (string Find, string Clear) Others(IStore store, string table, string only) => (
        store.Sql(
            $"""
            SELECT {store.Top("limit")} entry_id AS EntryId, content_hash AS ContentHash
            FROM {store.Schema}.{table}
            WHERE {only} municipality = @municipality AND taken_at < @before AND content <> '' AND publish_due_at IS NULL
            ORDER BY taken_at {store.Limit("limit")}
            """),
        // The hash is of the id as well, so that the two lists together mean these rows and no others.
        store.Sql(
            $"""
            {Clear(store, table)}
            WHERE municipality = @municipality AND {store.In("entry_id", "ids", ColumnType.Text)} AND {store.In("content_hash", "hashes", ColumnType.Text)}
            """));

    private static string Clear(IStore store, string table) =>
        $"UPDATE {store.Schema}.{table} SET content = '', body = CASE WHEN body IS NULL THEN NULL ELSE '' END, trace_parent = NULL";

    private sealed record Other
    {
        public required string EntryId { get; init; }
        public required string ContentHash { get; init; }
    }
}
