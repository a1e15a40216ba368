using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.Sandbox.Money;

/// <summary>
/// How much is still to come back. An entry goes one way: drawn, made, told, taken. It is counted in that order, so that one that moves on while it is counted is
/// counted twice rather than not at all: nothing pending means nothing will come.
/// </summary>
public sealed class MoneyPending(IStore store, MoneyControl control, MoneyLedger ledger)
{
    private static readonly string[] Stages =
    [
        "SELECT municipality AS Municipality, CAST(COUNT(*) AS bigint) AS Pending FROM sandbox.money_steps GROUP BY municipality",
        "SELECT municipality AS Municipality, CAST(COUNT(*) AS bigint) AS Pending FROM sandbox.tellings GROUP BY municipality",
        "SELECT municipality AS Municipality, CAST(SUM(entries) AS bigint) AS Pending FROM sandbox.payment_files WHERE state <> 'Taken' GROUP BY municipality",
        """
        SELECT r.municipality AS Municipality, CAST(COUNT(*) AS bigint) AS Pending
        FROM sandbox.feed_reads r JOIN sandbox.feed f ON f.municipality = r.municipality AND f.feed_position > r.asked_position GROUP BY r.municipality
        """,
    ];

    /// <summary>By municipality; those with nothing pending are missing.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellation)
    {
        var pending = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var swept = control.IsOn ? await ledger.SweptAsync(cancellation) : long.MaxValue;
        await using var connection = await store.OpenAsync(cancellation);
        Add(await connection.QueryAsync<PendingRow>(store.Sql(
            """
            SELECT municipality AS Municipality, CAST(COUNT(*) AS bigint) AS Pending FROM sandbox.decisions
            WHERE receipt_number > @swept AND kind = @kind AND refusal IS NULL GROUP BY municipality
            """), new { swept, kind = nameof(InstructionKind.Register) }));
        foreach (var stage in Stages)
            Add(await connection.QueryAsync<PendingRow>(store.Sql(stage)));
        return pending;

        void Add(IEnumerable<PendingRow> rows)
        {
            foreach (var row in rows)
                pending[row.Municipality] = pending.GetValueOrDefault(row.Municipality) + row.Pending;
        }
    }

    private sealed class PendingRow
    {
        public string Municipality { get; init; } = "";
        public long Pending { get; init; }
    }
}
