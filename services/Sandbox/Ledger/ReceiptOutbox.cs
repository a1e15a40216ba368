using System.Data.Common;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.Sandbox.Ledger;

/// <summary>
/// Business receipts that a stand-in has to bring somewhere by itself (a callback, a receipt file): put down in the transaction that booked, taken off when
/// they have arrived. A receipt whose instruction arrives again is brought again: its first copy may be what was lost.
/// </summary>
public sealed class ReceiptOutbox(IStore store, TimeProvider time)
{
    /// <summary>Receipts due now, oldest first; the same again until they are taken off or postponed. One caller a vendor.</summary>
    public async Task<IReadOnlyList<Decision>> DueAsync(Vendor vendor, int most, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<LedgerTables.DecisionRow>(store.Sql(
            $"""
            SELECT {store.Top("most")} {Prefixed} FROM sandbox.outbox o JOIN sandbox.decisions d ON d.instruction_id = o.instruction_id
            WHERE o.due_at <= @now AND d.vendor = @vendor ORDER BY o.due_at {store.Limit("most")}
            """), new { now = time.GetUtcNow().ToUnixTimeMilliseconds(), vendor = vendor.ToString(), most });
        return [.. rows.Select(row => row.ToDecision())];
    }

    /// <summary>They have arrived.</summary>
    public Task TakeOffAsync(IReadOnlyCollection<Decision> receipts, CancellationToken cancellation) => store.InTransactionAsync(async transaction =>
        await transaction.Connection!.ExecuteAsync(
            store.Sql($"DELETE FROM sandbox.outbox WHERE {store.In("receipt_id", "ids", ColumnType.Text)}"),
            new { ids = store.List<string>([.. receipts.Select(receipt => receipt.ReceiptId.ToString())]) }, transaction), cancellation);

    /// <summary>They could not be brought; try again then.</summary>
    public Task PostponeAsync(IReadOnlyCollection<Decision> receipts, TimeSpan delay, CancellationToken cancellation) => store.InTransactionAsync(async transaction =>
        await transaction.Connection!.ExecuteAsync(
            store.Sql($"UPDATE sandbox.outbox SET due_at = @due, attempts = attempts + 1 WHERE {store.In("receipt_id", "ids", ColumnType.Text)}"),
            new
            {
                due = (time.GetUtcNow() + delay).ToUnixTimeMilliseconds(),
                ids = store.List<string>([.. receipts.Select(receipt => receipt.ReceiptId.ToString())]),
            }, transaction), cancellation);

    internal static Task PutAsync(IStore store, DbTransaction transaction, IReadOnlyCollection<Decision> decisions)
    {
        var rows = decisions.Where(decision => decision.ReplyTo is not null)
            .Select(decision => (object?[])[decision.ReceiptId.ToString(), decision.InstructionId.ToString(), decision.ReceiptDueAt.ToUnixTimeMilliseconds(), 0L]);
        return store.UpsertAsync(transaction, LedgerTables.Outbox, [.. rows], CancellationToken.None);
    }

    private static readonly string Prefixed = string.Join(", ", LedgerTables.DecisionColumns.Split(',').Select(column => $"d.{column.Trim()}"));
}
