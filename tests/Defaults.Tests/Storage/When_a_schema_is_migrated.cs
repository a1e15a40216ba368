using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Storage;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_a_schema_is_migrated(Engine engine) : StoreFixture(engine)
{
    private static readonly Migration[] Visits =
    [
        new(1, "Visits are counted", ["CREATE TABLE {schema}.visits (number {integer} NOT NULL PRIMARY KEY)", "INSERT INTO {schema}.visits (number) VALUES (1)"]),
        new(2, "A second visit", ["INSERT INTO {schema}.visits (number) VALUES (2)"]),
    ];

    [Test]
    public async Task Many_instances_at_once_apply_each_step_once()
    {
        var stores = Enumerable.Range(0, 5).Select(_ => NewStores()).ToArray();

        await Task.WhenAll(stores.Select(s => Task.Run(() => s.Open("many").MigrateAsync(For("many", Visits), CancellationToken.None))));

        (await Numbers("many")).ShouldBe([1L, 2]);
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [Test]
    public async Task Only_the_steps_that_are_new_are_applied()
    {
        await using var stores = NewStores();
        await stores.Open("growing").MigrateAsync(For("growing", Visits[..1]), CancellationToken.None);
        await stores.Open("growing").MigrateAsync(For("growing", Visits), CancellationToken.None);
        await stores.Open("growing").MigrateAsync(For("growing", Visits), CancellationToken.None);

        (await Numbers("growing")).ShouldBe([1L, 2]);
    }

    [Test]
    public async Task A_step_that_fails_leaves_the_schema_as_it_was()
    {
        await using var stores = NewStores();
        await stores.Open("broken").MigrateAsync(For("broken", Visits[..1]), CancellationToken.None);

        await Should.ThrowAsync<Exception>(() => stores.Open("broken").MigrateAsync(For("broken",
            [Visits[0], new Migration(2, "Half", ["INSERT INTO {schema}.visits (number) VALUES (7)", "INSERT INTO {schema}.nowhere (number) VALUES (1)"])]), CancellationToken.None));

        (await Numbers("broken")).ShouldBe([1L]);
    }

    [Test]
    public async Task A_changed_past_is_refused_by_name()
    {
        await using var stores = NewStores();
        await stores.Open("past").MigrateAsync(For("past", Visits), CancellationToken.None);

        var refusal = await Should.ThrowAsync<InvalidOperationException>(() => stores.Open("past").MigrateAsync(For("past", [Visits[0] with { Sentence = "Visits are weighed" }]), CancellationToken.None));

        refusal.Message.ShouldContain("Visits are counted");
        refusal.Message.ShouldContain("Visits are weighed");
    }

    [Test]
    public async Task Schemas_do_not_see_each_other()
    {
        await using var stores = NewStores();
        await stores.Open("one").MigrateAsync(For("one", Visits), CancellationToken.None);
        await stores.Open("two").MigrateAsync(For("two", Visits[..1]), CancellationToken.None);

        (await Numbers("one")).ShouldBe([1L, 2]);
        (await Numbers("two")).ShouldBe([1L]);
    }

    private static Migration[] For(string schema, Migration[] migrations) =>
        [.. migrations.Select(m => m with { Statements = [.. m.Statements.Select(s => s.Replace("{schema}", schema, StringComparison.Ordinal))] })];

    private async Task<IEnumerable<long>> Numbers(string schema)
    {
        await using var stores = NewStores();
        var store = stores.Open(schema);
        await using var connection = await store.OpenAsync(CancellationToken.None);
        return await connection.QueryAsync<long>(store.Sql($"SELECT number FROM {schema}.visits ORDER BY number"));
    }
}
