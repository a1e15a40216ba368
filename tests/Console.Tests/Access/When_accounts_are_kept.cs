using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.Support;
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
        var anna = Account("anna") with { Municipalities = new HashSet<string>(StringComparer.Ordinal) { "0101", "0157" }, LockedUntil = Now.AddMinutes(1), Failures = 5, Disabled = true };
        (await _accounts.AnyAsync(CancellationToken.None)).ShouldBeFalse();
        (await _accounts.AddAsync(anna, CancellationToken.None)).ShouldBeTrue();
        (await _accounts.AnyAsync(CancellationToken.None)).ShouldBeTrue();

        var read = (await _accounts.FindAsync("anna", CancellationToken.None))!;
        read.Municipalities.ShouldBe(anna.Municipalities, ignoreOrder: true);
        (read with { Municipalities = null }).ShouldBe(anna with { Municipalities = null });
    }

    [Test]
    public async Task all_municipalities_and_none_are_different()
    {
        await _accounts.AddAsync(Account("all"), CancellationToken.None);
        await _accounts.AddAsync(Account("none") with { Municipalities = new HashSet<string>(StringComparer.Ordinal) }, CancellationToken.None);
        var read = await _accounts.ListAsync(CancellationToken.None);
        read.Select(account => account.UserName).ShouldBe(["all", "none"]);
        read[0].Municipalities.ShouldBeNull();
        read[1].Municipalities.ShouldNotBeNull().ShouldBeEmpty();
    }

    [Test]
    public async Task a_name_is_taken_once()
    {
        await _accounts.AddAsync(Account("anna"), CancellationToken.None);
        (await _accounts.AddAsync(Account("anna") with { Role = Role.Administrator }, CancellationToken.None)).ShouldBeFalse();
        (await _accounts.FindAsync("anna", CancellationToken.None))!.Role.ShouldBe(Role.Viewer);
    }

    [Test]
    public async Task changes_at_the_same_time_are_all_kept()
    {
        await _accounts.AddAsync(Account("anna"), CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _accounts.ChangeAsync("anna", account => account with { Failures = account.Failures + 1 }, CancellationToken.None)));
        (await _accounts.FindAsync("anna", CancellationToken.None))!.Failures.ShouldBe(6);
    }

    private static Account Account(string userName) => new(userName, "Anna Ø", Role.Viewer, null, new string('h', 300), "stamp", Disabled: false, Failures: 0, LockedUntil: null, Now, Now, RowVersion: 1);
}
