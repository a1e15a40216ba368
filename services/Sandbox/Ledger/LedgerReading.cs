using System.Data.Common;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Sandbox.Money;
using Dapper;

namespace ClaimsTransfer.Sandbox.Ledger;

/// <summary>Claims with their money, as more than one reader needs them: two statements, whatever their number.</summary>
internal static class LedgerReading
{
    public static async Task<List<LedgerClaim>> ClaimsAsync(IStore store, DbConnection connection, DbTransaction? transaction, IReadOnlyCollection<string> references)
    {
        if (references.Count == 0)
            return [];
        var rows = await connection.QueryAsync<LedgerTables.ClaimRow>(
            store.Sql($"SELECT {LedgerTables.ClaimColumns} FROM sandbox.claims WHERE {store.In("reference", "references", ColumnType.Text)}"),
            new { references = store.List(references) }, transaction);
        return await WithMoneyAsync(store, connection, transaction, rows.AsList());
    }

    public static async Task<List<LedgerClaim>> WithMoneyAsync(IStore store, DbConnection connection, DbTransaction? transaction, IReadOnlyList<LedgerTables.ClaimRow> claims)
    {
        var rows = claims.Count == 0 ? [] : await connection.QueryAsync<MoneyTables.AccountRow>(store.Sql(
            $"""
            SELECT reference AS Reference, municipality AS Municipality, covered_ore AS CoveredOre, reversed_ore AS ReversedOre, written_off_ore AS WrittenOffOre,
              status AS Status, changed_at AS ChangedAt
            FROM sandbox.accounts WHERE {store.In("reference", "references", ColumnType.Text)}
            """), new { references = store.List<string>([.. claims.Select(claim => claim.Reference).Distinct(StringComparer.Ordinal)]) }, transaction);
        var money = rows.ToDictionary(row => (row.Municipality, row.Reference), row => row.ToMoney());
        return [.. claims.Select(claim => claim.ToClaim() with { Money = money.GetValueOrDefault((claim.Municipality, claim.Reference), ClaimMoney.None) })];
    }
}
