using ClaimsTransfer.Sandbox.Money;
using Dapper;

namespace ClaimsTransfer.Sandbox.Ledger;

/// <summary>What whoever reconciles is told: how the claims stand, and what they sum to.</summary>
public sealed partial class DebtorLedger
{
    /// <summary>The municipality's claims after a reference, as they stand now: a page of an extract.</summary>
    public async Task<IReadOnlyList<ExtractLine>> ExtractAsync(string municipality, string? afterReference, int most, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = (await connection.QueryAsync<LedgerTables.ClaimRow>(store.Sql(
            $"""
            SELECT {store.Top("most")} {LedgerTables.ClaimColumns} FROM sandbox.claims
            WHERE municipality = @municipality AND reference > @after ORDER BY municipality, reference {store.Limit("most")}
            """), new { municipality, after = afterReference ?? "", most })).AsList();
        if (rows.Count == 0)
            return [];
        var claims = await LedgerReading.WithMoneyAsync(store, connection, null, rows);
        var booked = (await connection.QueryAsync<BookedRow>(store.Sql(
            $"""
            SELECT reference AS Reference, MAX(booked_at) AS BookedAt FROM sandbox.entries
            WHERE municipality = @municipality AND {store.In("reference", "references", Defaults.Storage.ColumnType.Text)} GROUP BY reference
            """), new { municipality, references = store.List<string>([.. rows.Select(row => row.Reference)]) })).ToDictionary(row => row.Reference, row => row.BookedAt);
        return [.. claims.Select(claim => new ExtractLine(claim, Later(DateTimeOffset.FromUnixTimeMilliseconds(booked[claim.Reference]), claim.Money.ChangedAt)))];

        static DateTimeOffset Later(DateTimeOffset instructed, DateTimeOffset? money) => money > instructed ? money.Value : instructed;
    }

    public async Task<IReadOnlyList<LedgerSummary>> SummaryAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var money = (await connection.QueryAsync<MoneyRow>(store.Sql(
            """
            SELECT municipality AS Municipality, CAST(SUM(covered_ore) AS bigint) AS CoveredOre, CAST(SUM(reversed_ore) AS bigint) AS ReversedOre,
              CAST(SUM(written_off_ore) AS bigint) AS WrittenOffOre
            FROM sandbox.accounts GROUP BY municipality
            """))).ToDictionary(row => row.Municipality, StringComparer.Ordinal);
        var rows = await connection.QueryAsync<SummaryRow>(store.Sql(
            """
            SELECT municipality AS Municipality, CAST(SUM(CASE WHEN state = 'InForce' THEN 1 ELSE 0 END) AS bigint) AS Claims,
              CAST(SUM(CASE WHEN state = 'InForce' THEN amount_ore ELSE 0 END) AS bigint) AS Ore, MAX(bookings) AS MaxBookings
            FROM sandbox.claims GROUP BY municipality ORDER BY municipality
            """));
        return [.. rows.Select(row =>
        {
            var sums = money.GetValueOrDefault(row.Municipality, MoneyRow.None);
            return new LedgerSummary(row.Municipality, row.Claims, row.Ore, row.MaxBookings, sums.CoveredOre, sums.ReversedOre, sums.WrittenOffOre);
        })];
    }

    private sealed class BookedRow
    {
        public string Reference { get; init; } = "";
        public long BookedAt { get; init; }
    }

    private sealed class MoneyRow
    {
        public static readonly MoneyRow None = new();

        public string Municipality { get; init; } = "";
        public long CoveredOre { get; init; }
        public long ReversedOre { get; init; }
        public long WrittenOffOre { get; init; }
    }

    private sealed class SummaryRow
    {
        public string Municipality { get; init; } = "";
        public long Claims { get; init; }
        public long Ore { get; init; }
        public long MaxBookings { get; init; }
    }
}

/// <summary>A claim as an extract shows it.</summary>
/// <param name="ChangedAt">When it was last booked on, by instruction or by itself.</param>
public sealed record ExtractLine(LedgerClaim Claim, DateTimeOffset ChangedAt);
