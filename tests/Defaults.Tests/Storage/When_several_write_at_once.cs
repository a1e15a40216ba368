using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Storage;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_several_write_at_once(Engine engine) : StoreFixture(engine)
{
    [Test]
    public async Task A_key_that_exists_is_said_so()
    {
        await InTransaction(t => Store.InsertAsync(t, Claims, Rows(5), CancellationToken.None));

        await Should.ThrowAsync<RowExistsException>(() => InTransaction(t => Store.InsertAsync(t, Claims, [Row(9), Row(3)], CancellationToken.None)));
        await Should.ThrowAsync<RowExistsException>(() => InTransaction(t =>
            t.Connection!.ExecuteAsync(Store.Sql("INSERT INTO routing.marks (mark) VALUES ('a'), ('a')"), transaction: t)));

        (await Count("claims")).ShouldBe(5);
        (await Count("marks")).ShouldBe(0);
    }

    [Test]
    public async Task Work_that_fails_leaves_nothing_behind()
    {
        await Should.ThrowAsync<FormatException>(() => InTransaction(async t =>
        {
            await Store.InsertAsync(t, Claims, Rows(5), CancellationToken.None);
            throw new FormatException("not this time");
        }));

        (await Count("claims")).ShouldBe(0);
    }

    [Test]
    public async Task A_stale_version_loses_the_race()
    {
        await InTransaction(t => Store.SaveVersionedAsync(t, Claims, "version", Rows(3), CancellationToken.None));

        var attempts = 0;
        await Should.ThrowAsync<TransientException>(() => InTransaction(t =>
        {
            attempts++;
            return Store.SaveVersionedAsync(t, Claims, "version", [Row(0, version: 2), Row(1, version: 4), Row(7)], CancellationToken.None);
        }));
        await Should.ThrowAsync<TransientException>(() => InTransaction(t => Store.SaveVersionedAsync(t, Claims, "version", [Row(8), Row(2)], CancellationToken.None)));

        attempts.ShouldBeGreaterThan(1);
        var stored = await AllClaims();
        stored.Count.ShouldBe(3);
        stored.ShouldAllBe(c => c.Version == 1);
    }

    [Test]
    public async Task Work_that_lost_a_race_is_done_again_from_what_is_there_now()
    {
        await InTransaction(t => Store.SaveVersionedAsync(t, Claims, "version", Rows(1), CancellationToken.None));

        var attempts = 0;
        var version = await Store.InTransactionAsync(async t =>
        {
            var expected = attempts++ == 0 ? 5 : await VersionOf(t, 0);
            await Store.SaveVersionedAsync(t, Claims, "version", [Row(0, version: expected + 1)], CancellationToken.None);
            return expected + 1;
        }, CancellationToken.None);

        version.ShouldBe(2);
        attempts.ShouldBe(2);
    }

    [Test]
    public async Task A_key_twice_in_one_save_is_a_mistake()
    {
        await Should.ThrowAsync<ArgumentException>(() => InTransaction(t => Store.SaveVersionedAsync(t, Claims, "version", [Row(1), Row(1, version: 2)], CancellationToken.None)));
    }

    [Test]
    public async Task Counters_raised_by_many_lose_nothing()
    {
        const int Workers = 6, Rounds = 15, Shared = 5;
        await InTransaction(t => Store.SaveVersionedAsync(t, Claims, "version", Rows(Shared), CancellationToken.None));
        await using var other = NewStores();
        IStore[] instances = [Store, other.Open("routing")];

        var transient = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var store = instances[worker % 2];
            for (var round = 0; round < Rounds;)
            {
                try
                {
                    await store.InTransactionAsync(async t =>
                    {
                        var rows = new List<object?[]>();
                        foreach (var number in Enumerable.Range(0, Shared).OrderBy(n => (n * 7 * (worker + 1)) % 11))
                            rows.Add(Row(number, version: await VersionOf(t, number) + 1));
                        await store.SaveVersionedAsync(t, Claims, "version", rows, CancellationToken.None);
                        return true;
                    }, CancellationToken.None);
                    round++;
                }
                catch (TransientException)
                {
                    // Six rivals for the same five rows can lose six times in a row; the transport would deliver again.
                    Interlocked.Increment(ref transient);
                }
            }
        })));

        (await AllClaims()).ShouldAllBe(c => c.Version == 1 + (Workers * Rounds));
        TestContext.Out.WriteLine($"{transient} transactions gave up and were tried again.");
    }

    [Test]
    public async Task The_same_new_rows_from_many_go_in_once()
    {
        const int Workers = 6, Rows = 300;
        await using var other = NewStores();
        IStore[] instances = [Store, other.Open("routing")];
        var rows = StoreFixture.Rows(Rows);

        var inserted = await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() =>
        {
            var mine = worker % 2 == 0 ? rows : rows.Reverse().ToArray();
            return instances[worker % 2].InTransactionAsync(t => instances[worker % 2].InsertNewAsync(t, Claims, mine, CancellationToken.None), CancellationToken.None);
        })));

        inserted.Sum(i => i.Count).ShouldBe(Rows);
        (await Count("claims")).ShouldBe(Rows);
    }

    [Test]
    public async Task Readers_are_not_held_up_by_a_writer()
    {
        await InTransaction(t => Store.InsertAsync(t, Marks, [["before"]], CancellationToken.None));

        await InTransaction(async t =>
        {
            await Store.InsertAsync(t, Claims, Rows(5), CancellationToken.None);
            if (Engine != Engine.SqlServer)
                (await Count("claims")).ShouldBe(0);
            (await Count("marks")).ShouldBe(1);
        });

        (await Count("claims")).ShouldBe(5);
    }

    private async Task<long> VersionOf(System.Data.Common.DbTransaction transaction, int number) => await transaction.Connection!.ExecuteScalarAsync<long>(
        Store.Sql("SELECT version FROM routing.claims WHERE claim_id = @id"), new { id = IdOf(number) }, transaction);
}
