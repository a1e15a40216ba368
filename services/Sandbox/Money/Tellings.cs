using System.Data.Common;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.Sandbox.Money;

/// <summary>What is still to be told: put down in the transaction that booked, taken off when it is told for good. One caller a vendor.</summary>
public sealed class Tellings(IStore store, TimeProvider time)
{
    /// <summary>The municipalities with something due now: each is served by itself, so that one that takes nothing holds back nobody.</summary>
    public async Task<IReadOnlyList<string>> MunicipalitiesAsync(Vendor vendor, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return (await connection.QueryAsync<string>(
            store.Sql("SELECT municipality FROM sandbox.tellings WHERE vendor = @vendor AND due_at <= @now GROUP BY municipality ORDER BY municipality"),
            new { vendor = vendor.ToString(), now = Now })).AsList();
    }

    /// <summary>What is due now at one municipality, an entry once: its second telling goes another time.</summary>
    public async Task<IReadOnlyList<Telling>> DueAsync(Vendor vendor, string municipality, int most, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<MoneyTables.ToldRow>(store.Sql(
            $"""
            SELECT {store.Top("most")} t.telling_number AS Told, {MoneyTables.EntryColumns} FROM sandbox.tellings t JOIN sandbox.money_entries e ON e.entry_number = t.entry_number
            WHERE t.vendor = @vendor AND t.municipality = @municipality AND t.due_at <= @now ORDER BY t.due_at, t.telling_number {store.Limit("most")}
            """), new { vendor = vendor.ToString(), municipality, now = Now, most });
        return [.. rows.Select(row => new Telling(row.Told, row.ToEntry())).DistinctBy(telling => telling.Entry.Number)];
    }

    public Task TakeOffAsync(IReadOnlyCollection<Telling> told, CancellationToken cancellation) =>
        store.InTransactionAsync(transaction => TakeOffAsync(store, transaction, told), cancellation);

    internal static Task<int> TakeOffAsync(IStore store, DbTransaction transaction, IReadOnlyCollection<Telling> told) => transaction.Connection!.ExecuteAsync(
        store.Sql($"DELETE FROM sandbox.tellings WHERE {store.In("telling_number", "numbers", ColumnType.Integer)}"),
        new { numbers = store.List<long>([.. told.Select(telling => telling.Number)]) }, transaction);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}
