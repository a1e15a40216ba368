using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Routing.Asking;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Tests.Saga;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Asking;

/// <summary>What SQLite says it would do: the page comes out of an index, in its order where one municipality or none is asked for, and the table is read for the page alone.</summary>
public sealed class When_a_million_claims_are_behind_the_list
{
    private StoreForTests _installation = null!;
    private IStore _store = null!;

    private static readonly ClaimFilter[] Filters =
    [
        new(), new(Municipality: ["0101"], Category: ["Held"]), new(Municipality: ["0101"]), new(Municipality: ["0101", "0751"], Category: ["Held", "Rejected"]), new(Category: ["Unknown"]),
        new(Status: ["Sent"]), new(Agency: Claims.Agency), new(FeeId: 1), new(Text: "434536"), new(Text: "OPUS-77"), new(Text: "+71<000000043453667+81234567<"), new(Text: "guardian"), new(From: Claims.Start, To: Claims.Start.AddDays(1)),
        new(ClaimId: Claims.Id),
    ];

    [OneTimeSetUp]
    public async Task Open()
    {
        _installation = await StoreForTests.NewAsync(Engine.Sqlite);
        _store = _installation.Stores.Open("routing");
        await _store.MigrateAsync(RoutingSchema.Migrations, default);
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        await _store.DisposeAsync();
        await _installation.DisposeAsync();
    }

    [TestCaseSource(nameof(Filters))]
    public async Task No_filter_reads_the_table_row_by_row(ClaimFilter filter)
    {
        foreach (var after in new[] { null, new Place(1, Claims.Id) })
        {
            var (sql, parameters) = new ClaimSearch(_store).Statement(filter, 100, after);
            var plan = await PlanAsync(sql, parameters);
            plan.ShouldContain(step => step.Contains("INDEX", StringComparison.Ordinal), string.Join(Environment.NewLine, plan));
            plan.ShouldNotContain(step => step.StartsWith("SCAN claims", StringComparison.Ordinal) && !step.Contains("INDEX", StringComparison.Ordinal), string.Join(Environment.NewLine, plan));
        }
    }

    [Test]
    public async Task One_municipality_and_one_category_come_in_the_order_of_the_list()
    {
        var (sql, parameters) = new ClaimSearch(_store).Statement(new ClaimFilter(Municipality: ["0101"], Category: ["Held"]), 100, new Place(1, Claims.Id));
        var plan = string.Join(Environment.NewLine, (await PlanAsync(sql, parameters)).TakeWhile(step => !step.StartsWith("SCAN page", StringComparison.Ordinal)));
        plan.ShouldContain("SEARCH claims USING COVERING INDEX claims_of_municipality (municipality=? AND category=? AND listed_at<?)");
        plan.ShouldNotContain("TEMP B-TREE");
    }

    [Test]
    public async Task A_fee_is_found_by_its_index()
    {
        var (sql, parameters) = new ClaimSearch(_store).Statement(new ClaimFilter(FeeId: 1), 100, null);
        (await PlanAsync(sql, parameters)).ShouldContain("SEARCH claims USING INDEX claims_of_fee (fee_id=?)");
    }

    [TestCase("434536")]
    [TestCase("+71< 123456789012347 +81234567<")]
    [TestCase("1234567890128")]
    public async Task What_names_a_claim_is_found_in_the_index_of_each_that_it_may_be_and_no_list_is_gone_through(string text)
    {
        foreach (var filter in new[] { new ClaimFilter(Text: text), new ClaimFilter(Text: text, Municipality: ["0101"], Category: ["Held"]) })
        {
            var (sql, parameters) = new ClaimSearch(_store).Statement(filter, 100, null);
            var plan = await PlanAsync(sql, parameters);
            plan.ShouldContain(step => step.Contains("claims_by_debtor_reference (debtor_reference=?)", StringComparison.Ordinal), string.Join(Environment.NewLine, plan));
            plan.ShouldNotContain(step => step.StartsWith("SCAN claims", StringComparison.Ordinal), string.Join(Environment.NewLine, plan));
            plan.ShouldNotContain(step => step.Contains("claims_of_municipality", StringComparison.Ordinal) || step.Contains("claims_listed", StringComparison.Ordinal), string.Join(Environment.NewLine, plan));
        }
    }

    [Test]
    public async Task A_count_reads_an_index_alone()
    {
        foreach (var filter in Filters.Where(filter => filter is { FeeId: null, ClaimId: null, Text: null }))
        {
            var (where, parameters) = filter.Condition(_store);
            var plan = await PlanAsync(_store.Sql($"SELECT COUNT(*), SUM(amount_ore) FROM routing.claims WHERE {where}"), parameters);
            plan.ShouldContain(step => step.Contains("claims USING COVERING INDEX", StringComparison.Ordinal), string.Join(Environment.NewLine, plan));
        }
    }

    private async Task<List<string>> PlanAsync(string sql, DynamicParameters parameters)
    {
        await using var connection = await _store.OpenAsync(default);
        return (await connection.QueryAsync($"EXPLAIN QUERY PLAN {sql}", parameters)).Select(step => (string)step.detail).ToList();
    }
}
