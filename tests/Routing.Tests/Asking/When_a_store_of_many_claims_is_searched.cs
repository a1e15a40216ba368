using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Routing.Asking;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Asking;

/// <summary>What PostgreSQL says it would do, by the figures it has of fifty thousand claims.</summary>
public sealed class When_a_store_of_many_claims_is_searched
{
    private StoreForTests _installation = null!;
    private IStore _store = null!;

    [OneTimeSetUp]
    public async Task Open()
    {
        _installation = await StoreForTests.NewAsync(Engine.Postgres);
        _store = _installation.Stores.Open("routing");
        await _store.MigrateAsync(RoutingSchema.Migrations, default);
        await using var connection = await _store.OpenAsync(default);
        await connection.ExecuteAsync("""
            INSERT INTO routing.claims (claim_id, municipality, agency, fee_id, status, category, version, amount_ore, open_instruction, row_version, state, listed_at, payment_slip, debtor_reference, patron_id)
            SELECT gen_random_uuid(), '0101', 'DK-710100', n, 'Transferred', 'Transferred', 1, 7000, false, 1, '{}', n, LPAD(n::text, 15, '0'), 'OPUS-' || n, n / 3
            FROM generate_series(1, 50000) n;
            ANALYZE routing.claims;
            """);
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        if (_installation is not null)
            await _installation.DisposeAsync();
    }

    [TestCase("434536")]
    [TestCase("OPUS-77")]
    [TestCase("+71< 123456789012347 +81234567<")]
    public async Task What_names_a_claim_is_found_in_indexes_alone(string text)
    {
        foreach (var filter in new[] { new ClaimFilter(Text: text), new ClaimFilter(Text: text, Municipality: ["0101"], Category: ["Transferred"]) })
        {
            var (sql, parameters) = new ClaimSearch(_store).Statement(filter, 50, null);
            await using var connection = await _store.OpenAsync(default);
            var plan = (await connection.QueryAsync<string>($"EXPLAIN {sql}", parameters)).ToList();
            plan.ShouldContain(step => step.Contains("claims_by_debtor_reference", StringComparison.Ordinal), string.Join(Environment.NewLine, plan));
            plan.ShouldNotContain(step => step.Contains("Seq Scan on claims", StringComparison.Ordinal) || step.Contains("claims_listed", StringComparison.Ordinal)
                || step.Contains("claims_of_municipality", StringComparison.Ordinal), string.Join(Environment.NewLine, plan));
        }
    }
}
