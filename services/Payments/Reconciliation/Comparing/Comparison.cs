using System.Data.Common;
using System.Runtime.CompilerServices;
using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.Payments.Reconciliation.Comparing;

/// <summary>
/// Lays the three ledgers side by side in the database and streams out the claims that may differ; <see cref="Judgement"/> has the last word on each. Three joins, since not every
/// engine joins three tables fully outer: what we have, what only the debtor system has, what only FBS has.
/// </summary>
internal sealed class Comparison(IStore store)
{
    /// <summary>One statement looks at a whole municipality; the largest is not done in the half minute that is enough elsewhere.</summary>
    private const int StatementSeconds = 1_800;

    private const string Listed =
        """
        f.amount_ore AS FbsOre, d.bookings AS Bookings, d.amount_ore AS DebtorAmountOre, d.balance_ore AS DebtorOre, d.in_force AS IsInForceAtDebtor, d.changed_at AS DebtorChangedAt
        """;

    private const string OfOurs =
        $"""
        SELECT a.agency AS Agency, a.fee_id AS FeeId, a.status AS Status, a.version AS Version, a.amount_ore AS AmountOre, a.covered_ore AS CoveredOre,
               a.reversed_ore AS ReversedOre, a.written_off_ore AS WrittenOffOre, a.balance_ore AS BalanceOre, a.changed_at AS ChangedAt,
               CASE WHEN @byPatron = 1 AND a.patron_id IS NULL THEN 1 ELSE 0 END AS IsUnasked, {Listed}
        FROM payments.accounts a
        LEFT JOIN payments.reconciliation_fbs f ON f.run = @run AND f.agency = a.agency AND f.fee_id = a.fee_id
        LEFT JOIN payments.reconciliation_debtor d ON d.run = @run AND d.agency = a.agency AND d.fee_id = a.fee_id
        WHERE a.municipality = @municipality
          AND (d.bookings > 1
            OR (a.status IN ('Open', 'Settled') AND (d.balance_ore IS NULL OR d.balance_ore <> a.balance_ore))
            OR (a.status = 'Cancelled' AND COALESCE(d.balance_ore, 0) <> a.balance_ore)
            OR (a.status <> 'Awaited' AND COALESCE(f.amount_ore, 0) <> CASE WHEN a.balance_ore > 0 THEN a.balance_ore ELSE 0 END
              AND NOT (@byPatron = 1 AND a.patron_id IS NULL))
            OR (a.status = 'Awaited' AND (a.covered_ore <> a.reversed_ore OR f.amount_ore IS NOT NULL OR d.balance_ore IS NOT NULL)))
        ORDER BY a.agency, a.fee_id
        """;

    private const string OfDebtorAlone =
        $"""
        SELECT d.agency AS Agency, d.fee_id AS FeeId, {Listed}
        FROM payments.reconciliation_debtor d
        LEFT JOIN payments.reconciliation_fbs f ON f.run = @run AND f.agency = d.agency AND f.fee_id = d.fee_id
        WHERE d.run = @run
          AND NOT EXISTS (SELECT 1 FROM payments.accounts a WHERE a.municipality = @municipality AND a.agency = d.agency AND a.fee_id = d.fee_id)
        ORDER BY d.agency, d.fee_id
        """;

    private const string OfFbsAlone =
        """
        SELECT f.agency AS Agency, f.fee_id AS FeeId, f.amount_ore AS FbsOre
        FROM payments.reconciliation_fbs f
        WHERE f.run = @run
          AND NOT EXISTS (SELECT 1 FROM payments.accounts a WHERE a.municipality = @municipality AND a.agency = f.agency AND a.fee_id = f.fee_id)
          AND NOT EXISTS (SELECT 1 FROM payments.reconciliation_debtor d WHERE d.run = @run AND d.agency = f.agency AND d.fee_id = f.fee_id)
        ORDER BY f.agency, f.fee_id
        """;

    /// <summary>What may differ, in pages; the database is read on while a page is worked on.</summary>
    public async IAsyncEnumerable<IReadOnlyList<Standing>> DifferAsync(long run, string municipality, bool byPatron, int pageSize, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var page = new List<Standing>(pageSize);
        foreach (var statement in (string[])[OfOurs, OfDebtorAlone, OfFbsAlone])
        {
            var rows = connection.QueryUnbufferedAsync<Standing>(store.Sql(statement), new { run, municipality, byPatron = byPatron ? 1 : 0 }, commandTimeout: StatementSeconds);
            await foreach (var row in rows.WithCancellation(cancellation))
            {
                page.Add(row);
                if (page.Count < pageSize)
                    continue;
                yield return page;
                page = new List<Standing>(pageSize);
            }
        }

        if (page.Count > 0)
            yield return page;
    }

    /// <summary>What each ledger holds open, and how many of ours are settled or cancelled.</summary>
    public async Task<Totals> TotalsAsync(long run, string municipality, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var fbs = await OneAsync<Total>("SELECT COUNT(*) AS Claims, COALESCE(SUM(amount_ore), 0) AS Ore FROM payments.reconciliation_fbs WHERE run = @run");
        var debtor = await OneAsync<Total>("SELECT COUNT(*) AS Claims, COALESCE(SUM(balance_ore), 0) AS Ore FROM payments.reconciliation_debtor WHERE run = @run AND balance_ore > 0");
        var ours = await OneAsync<OurTotal>(
            """
            SELECT COALESCE(SUM(CASE WHEN status <> 'Awaited' AND balance_ore > 0 THEN 1 ELSE 0 END), 0) AS Claims,
                   COALESCE(SUM(CASE WHEN status <> 'Awaited' AND balance_ore > 0 THEN balance_ore ELSE 0 END), 0) AS Ore,
                   COALESCE(SUM(CASE WHEN status = 'Settled' THEN 1 ELSE 0 END), 0) AS Settled,
                   COALESCE(SUM(CASE WHEN status = 'Cancelled' THEN 1 ELSE 0 END), 0) AS Cancelled,
                   COALESCE(SUM(CASE WHEN status <> 'Awaited' THEN 1 ELSE 0 END), 0) AS Acknowledged
            FROM payments.accounts
            WHERE municipality = @municipality
            """);
        return new Totals(fbs, ours, debtor);

        Task<T> OneAsync<T>(string statement) =>
            connection.QuerySingleAsync<T>(new CommandDefinition(store.Sql(statement), new { run, municipality }, commandTimeout: StatementSeconds, cancellationToken: cancellation));
    }
}

/// <summary>Claims on which something is owed, and how much, øre.</summary>
public record Total
{
    public long Claims { get; init; }

    public long Ore { get; init; }
}

public sealed record OurTotal : Total
{
    public long Settled { get; init; }

    public long Cancelled { get; init; }

    /// <summary>All that the debtor system has acknowledged: open, settled and cancelled.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Acknowledged { get; init; }
}

internal sealed record Totals(Total Fbs, OurTotal Ours, Total Debtor);
