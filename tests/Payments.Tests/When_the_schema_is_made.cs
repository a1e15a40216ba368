using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_the_schema_is_made(Engine engine)
{
    [Test]
    public async Task a_second_start_changes_nothing()
    {
        await using var installation = await StoreForTests.NewAsync(engine);
        await using var store = installation.Stores.Open("payments");

        await store.MigrateAsync(PaymentsSchema.Migrations, CancellationToken.None);

        await Should.NotThrowAsync(() => store.MigrateAsync(PaymentsSchema.Migrations, CancellationToken.None));
    }
}
