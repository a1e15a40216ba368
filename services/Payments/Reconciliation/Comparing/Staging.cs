using System.Data.Common;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Reconciliation.Reading;
using ClaimsTransfer.Payments.Reconciliation.Running;
using Dapper;

namespace ClaimsTransfer.Payments.Reconciliation.Comparing;

/// <summary>The two lists of others, laid beside our accounts for the time of a run: sorted by the database, whatever order they came in.</summary>
internal sealed class Staging(IStore store)
{
    private const int ClearPage = 20_000;

    public Task AddAsync(
        long run, IReadOnlyList<FbsClaim> page, LeaseFence fence, CancellationToken cancellation) => store.UnderAsync(fence, async transaction =>
    {
        var fresh = await store.InsertNewAsync(transaction, ReconciliationSchema.Fbs, Rows(page, claim => [run, claim.Agency, claim.FeeId, claim.AmountOre]), cancellation);
        foreach (var again in Others(page, fresh))
        {
            // The same line twice is one; two amounts for one fee cannot both be right.
            var known = await transaction.Connection!.ExecuteScalarAsync<long>(
                store.Sql("SELECT amount_ore FROM payments.reconciliation_fbs WHERE run = @run AND agency = @Agency AND fee_id = @FeeId"), new { run, again.Agency, again.FeeId }, transaction);
            if (known != again.AmountOre)
                throw new ReadingFailed($"FBS lists {again.Agency} {again.FeeId} twice, with two amounts{(again.Line > 0 ? $" (the second on line {again.Line})" : "")}.");
        }

        return true;
    }, cancellation);

    public Task AddAsync(
        long run, IReadOnlyList<DebtorClaim> page, LeaseFence fence, CancellationToken cancellation) => store.UnderAsync(fence, async transaction =>
    {
        var fresh = await store.InsertNewAsync(transaction, ReconciliationSchema.Debtor, Rows(page, claim =>
            [run, claim.Agency, claim.FeeId, claim.AmountOre, claim.CoveredOre, claim.WrittenOffOre, claim.BalanceOre, claim.InForce, claim.Bookings, claim.ChangedAt]), cancellation);
        foreach (var again in Others(page, fresh))
            await AddAgainAsync(transaction, run, again);
        return true;
    }, cancellation);

    /// <summary>A large library in pages, each from where the last one ended: nobody else's statement waits long for ours, and no page looks again at what is gone.</summary>
    public async Task ClearAsync(long run, LeaseFence fence, CancellationToken cancellation)
    {
        foreach (var table in (string[])[ReconciliationSchema.Fbs.Name, ReconciliationSchema.Debtor.Name])
        {
            foreach (var agency in await LargeAsync(table, run, cancellation))
            {
                var after = long.MinValue;
                while (await LastOfPageAsync(table, run, agency, after, cancellation) is { } last)
                {
                    await DeleteAsync($"DELETE FROM {table} WHERE run = @run AND agency = @agency AND fee_id > @after AND fee_id <= @last", new { run, agency, after, last });
                    after = last;
                }
            }

            await DeleteAsync($"DELETE FROM {table} WHERE run = @run", new { run });
        }

        Task DeleteAsync(string statement, object parameters) =>
            store.UnderAsync(fence, transaction => transaction.Connection!.ExecuteAsync(store.Sql(statement), parameters, transaction), cancellation);
    }

    /// <summary>A second account of the same reference is a second booking, unless it is the same line again; what it claims, it claims together.</summary>
    private async Task AddAgainAsync(DbTransaction transaction, long run, DebtorClaim again) =>
        await transaction.Connection!.ExecuteAsync(
            store.Sql(
                """
                UPDATE payments.reconciliation_debtor
                SET amount_ore = amount_ore + @AmountOre, covered_ore = covered_ore + @CoveredOre, written_off_ore = written_off_ore + @WrittenOffOre,
                    balance_ore = balance_ore + @BalanceOre, bookings = bookings + @more
                WHERE run = @run AND agency = @Agency AND fee_id = @FeeId
                  AND NOT (amount_ore = @AmountOre AND covered_ore = @CoveredOre AND written_off_ore = @WrittenOffOre AND in_force = @InForce AND bookings = @Bookings)
                """),
            new { run, again.Agency, again.FeeId, again.AmountOre, again.CoveredOre, again.WrittenOffOre, again.BalanceOre, again.InForce, again.Bookings, more = Math.Max(again.Bookings, 1) }, transaction);

    private async Task<IReadOnlyList<string>> LargeAsync(string table, long run, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return (await connection.QueryAsync<string>(new CommandDefinition(
            store.Sql($"SELECT agency FROM {table} WHERE run = @run GROUP BY agency HAVING COUNT(*) > @page"), new { run, page = ClearPage }, cancellationToken: cancellation))).AsList();
    }

    private async Task<long?> LastOfPageAsync(string table, long run, string agency, long after, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var page = await connection.QueryAsync<long>(new CommandDefinition(
            store.Sql($"SELECT {store.Top("page")} fee_id FROM {table} WHERE run = @run AND agency = @agency AND fee_id > @after ORDER BY fee_id {store.Limit("page")}"),
            new { run, agency, after, page = ClearPage }, cancellationToken: cancellation));
        return page.AsList() is { Count: > 0 } fees ? fees[^1] : null;
    }

    private static object?[][] Rows<T>(IReadOnlyList<T> page, Func<T, object?[]> row) => [.. page.Select(row)];

    private static IEnumerable<T> Others<T>(IReadOnlyList<T> page, IReadOnlyList<int> fresh) =>
        fresh.Count == page.Count ? [] : Enumerable.Range(0, page.Count).Except(fresh).Select(i => page[i]);
}
