using System.Data.Common;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Access;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_accounts_are_kept(Engine engine)
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private StoreForTests _stores = null!;
    private AccountStore _accounts = null!;

    [SetUp]
    public async Task Start()
    {
        _stores = await StoreForTests.NewAsync(engine);
        _accounts = new AccountStore(_stores.Stores);
        await _accounts.MigrateAsync(CancellationToken.None);
    }

    [TearDown]
    public async Task Stop()
    {
        if (_stores is not null)
            await _stores.DisposeAsync();
    }

    [Test]
    public async Task an_account_is_read_as_it_was_written()
    {
        var anna = Account("anna") with { Municipalities = new HashSet<string>(StringComparer.Ordinal) { "0101", "0157" }, Disabled = true };
        (await _accounts.AnyAsync(CancellationToken.None)).ShouldBeFalse();
        (await _accounts.AddAsync(anna, Unrecorded, CancellationToken.None)).ShouldBeTrue();
        (await _accounts.AnyAsync(CancellationToken.None)).ShouldBeTrue();

        var read = (await _accounts.FindAsync("anna", CancellationToken.None))!;
        read.Municipalities.ShouldBe(anna.Municipalities, ignoreOrder: true);
        (read with { Municipalities = null }).ShouldBe(anna with { Municipalities = null });
    }

    [Test]
    public async Task all_municipalities_and_none_are_different()
    {
        await _accounts.AddAsync(Account("all"), Unrecorded, CancellationToken.None);
        await _accounts.AddAsync(Account("none") with { Municipalities = new HashSet<string>(StringComparer.Ordinal) }, Unrecorded, CancellationToken.None);
        var read = await _accounts.ListAsync(CancellationToken.None);
        read.Select(account => account.UserName).ShouldBe(["all", "none"]);
        read[0].Municipalities.ShouldBeNull();
        read[1].Municipalities.ShouldNotBeNull().ShouldBeEmpty();
    }

    [Test]
    public async Task a_name_is_taken_once()
    {
        await _accounts.AddAsync(Account("anna"), Unrecorded, CancellationToken.None);
        (await _accounts.AddAsync(Account("anna") with { Role = Role.Administrator }, Unrecorded, CancellationToken.None)).ShouldBeFalse();
        (await _accounts.FindAsync("anna", CancellationToken.None))!.Role.ShouldBe(Role.Viewer);
    }

    [Test]
    public async Task changes_at_the_same_time_are_all_kept()
    {
        await _accounts.AddAsync(Account("anna"), Unrecorded, CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _accounts.ChangeAsync(
            "anna", account => account with { DisplayName = account.DisplayName + "!" }, (_, _) => Task.CompletedTask, CancellationToken.None)));
        (await _accounts.FindAsync("anna", CancellationToken.None))!.DisplayName.ShouldBe("Anna Ø!!!!!!");
    }

    [Test]
    public async Task what_cannot_be_put_on_record_is_not_done()
    {
        await _accounts.AddAsync(Account("anna"), Unrecorded, CancellationToken.None);
        await Should.ThrowAsync<InvalidDataException>(() => _accounts.ChangeAsync(
            "anna", account => account with { Role = Role.Administrator }, (_, _) => throw new InvalidDataException(), CancellationToken.None));
        await Should.ThrowAsync<InvalidDataException>(() => _accounts.AddAsync(Account("bo"), (_, _) => throw new InvalidDataException(), CancellationToken.None));
        (await _accounts.ListAsync(CancellationToken.None)).ShouldHaveSingleItem().Role.ShouldBe(Role.Viewer);
    }

    [Test]
    public async Task attempts_are_counted_each_for_itself_and_no_more_of_them_are_kept_than_there_is_room_for()
    {
        for (var n = 1; n <= SignInAttempts.MostFailures; n++)
            (await AttemptAsync("one")).ShouldBe((n, true));
        (await AttemptAsync("one")).ShouldBe((SignInAttempts.MostFailures, false));
        (await AttemptAsync("two")).ShouldBe((1, true));
        await _accounts.ForgetAttemptsAsync("one", _ => Task.CompletedTask, CancellationToken.None);
        (await AttemptAsync("one")).ShouldBe((1, true));

        var store = _stores.Stores.Open(ConsoleSchema.Name);
        var old = Now.AddMinutes(-1).ToUnixTimeMilliseconds();
        foreach (var some in Enumerable.Range(0, AccountStore.MostAttempts).Select(n => (object?[])[$"{n}", 1L, null, old - n, 1L]).Chunk(1000))
            await store.InTransactionAsync(async transaction =>
            {
                await store.InsertAsync(transaction, ConsoleSchema.SignInAttempts, some, CancellationToken.None);
                return true;
            }, CancellationToken.None);
        await AttemptAsync("three");
        await using var connection = await store.OpenAsync(CancellationToken.None);
        (await connection.ExecuteScalarAsync<long>(store.Sql("SELECT COUNT(*) FROM console.sign_in_attempts"))).ShouldBe(AccountStore.MostAttempts - (AccountStore.MostAttempts / 10) + 3);
        (await AttemptAsync("two")).ShouldBe((2, true));
    }

    [Test]
    public async Task accounts_of_an_installation_that_kept_them_apart_are_taken_over_once()
    {
        var former = _stores.Stores.Open(AccessSchema.Name);
        await using (var connection = await former.OpenAsync(CancellationToken.None))
            await connection.ExecuteAsync(
                former.Sql("""
                    INSERT INTO console_access.accounts (user_name, display_name, role, municipalities, password, stamp, disabled, failures, created_at, changed_at, row_version)
                    VALUES ('anna', 'Anna Ø', 'Approver', '0101,0157', 'hash', 'stamp', @disabled, 3, 1, 2, 7)
                    """), new { disabled = true });
        await _accounts.MigrateAsync(CancellationToken.None);
        await _accounts.MigrateAsync(CancellationToken.None);

        var anna = (await _accounts.ListAsync(CancellationToken.None)).ShouldHaveSingleItem();
        (anna.UserName, anna.Role, anna.Password, anna.Stamp, anna.Disabled, anna.RowVersion).ShouldBe(("anna", Role.Approver, "hash", "stamp", true, 1));
        anna.Municipalities.ShouldBe(["0101", "0157"], ignoreOrder: true);
        await using var again = await former.OpenAsync(CancellationToken.None);
        (await again.ExecuteScalarAsync<long>(former.Sql("SELECT COUNT(*) FROM console_access.accounts"))).ShouldBe(0);
    }

    private async Task<(int, bool)> AttemptAsync(string key)
    {
        var (attempts, isCounted) = await _accounts.AttemptAsync(key, Now, (_, _) => Task.CompletedTask, CancellationToken.None);
        return (attempts.Failures, isCounted);
    }

    private static Task Unrecorded(DbTransaction transaction, bool added) => Task.CompletedTask;

    private static Account Account(string userName) => new(userName, "Anna Ø", Role.Viewer, null, new string('h', 300), "stamp", Disabled: false, Now, Now, RowVersion: 1);
}
