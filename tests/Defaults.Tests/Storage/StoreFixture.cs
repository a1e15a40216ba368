using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Support;
using Dapper;

namespace ClaimsTransfer.Defaults.Tests.Storage;

/// <summary>One schema with a table of every column type, on a real engine.</summary>
public abstract class StoreFixture(Engine engine)
{
    protected static readonly Table Claims = new("routing.claims", ["claim_id"],
    [
        new Column("claim_id", ColumnType.Id), new Column("version", ColumnType.Integer), new Column("state", ColumnType.Text),
        new Column("note", ColumnType.LongText, Nullable: true), new Column("amount_ore", ColumnType.Integer), new Column("is_minor", ColumnType.Flag),
        new Column("other_id", ColumnType.Id, Nullable: true), new Column("due_at", ColumnType.Integer, Nullable: true), new Column("is_checked", ColumnType.Flag, Nullable: true),
    ]);

    protected static readonly Table Steps = new("routing.steps", ["municipality", "number"],
        [new Column("municipality", ColumnType.Text), new Column("number", ColumnType.Integer), new Column("note", ColumnType.Text)]);

    protected static readonly Table Marks = new("routing.marks", ["mark"], [new Column("mark", ColumnType.Text)]);

    protected static readonly Migration[] History =
    [
        new(1, "Claims have a state", ["CREATE TABLE routing.claims (claim_id {id} NOT NULL PRIMARY KEY, version {integer} NOT NULL, state {text} NOT NULL, note {longtext} NULL, amount_ore {integer} NOT NULL, is_minor {flag} NOT NULL, other_id {id} NULL, due_at {integer} NULL, is_checked {flag} NULL)"]),
        new(2, "Steps are numbered within a municipality", ["CREATE TABLE routing.steps (municipality {text} NOT NULL, number {integer} NOT NULL, note {text} NOT NULL, PRIMARY KEY (municipality, number))", "CREATE INDEX steps_by_note ON routing.steps (note)"]),
        new(3, "Marks are kept", ["CREATE TABLE routing.marks (mark {text} NOT NULL PRIMARY KEY)"]),
    ];

    private string? _address;
    private TemporaryFolder _folder = null!;
    private Stores _stores = null!;

    protected Engine Engine { get; } = engine;

    protected IStore Store { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task Open()
    {
        _folder = new TemporaryFolder();
        _address = await StoreForTests.AddressAsync(Engine);
        _stores = NewStores();
        Store = _stores.Open("routing");
        await Store.MigrateAsync(History, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        if (Store is not null)
            await Store.DisposeAsync();
        if (_stores is not null)
            await _stores.DisposeAsync();
        _folder.Dispose();
    }

    [SetUp]
    public async Task Empty() => await InTransaction(async t =>
    {
        foreach (var table in (string[])["claims", "steps", "marks"])
            await t.Connection!.ExecuteAsync(Store.Sql($"DELETE FROM routing.{table}"), transaction: t);
    });

    protected static Guid IdOf(int number) => Messages.DeterministicId.OfClaim("DK-710100", number);

    protected static object?[] Row(int number, long version = 1, string state = "Received", string? note = null, long amount = 7000) =>
        [IdOf(number), version, state, note, amount, number % 2 == 0, number % 3 == 0 ? IdOf(number + 1) : null, number % 5 == 0 ? 1_700_000_000_000L : null, number % 7 == 0 ? true : null];

    protected static object?[][] Rows(int count, long version = 1, string state = "Received") => [.. Enumerable.Range(0, count).Select(i => Row(i, version, state))];

    /// <summary>The same installation, as another process would open it.</summary>
    protected Stores NewStores() => StoreForTests.On(_address!, _folder.Path);

    protected Task InTransaction(Func<System.Data.Common.DbTransaction, Task> work) => Store.InTransactionAsync(async t =>
    {
        await work(t);
        return true;
    }, CancellationToken.None);

    protected async Task<IReadOnlyList<ClaimRow>> AllClaims()
    {
        await using var connection = await Store.OpenAsync(CancellationToken.None);
        return [.. await connection.QueryAsync<ClaimRow>(Store.Sql("SELECT claim_id, version, state, note, amount_ore, is_minor, other_id, due_at, is_checked FROM routing.claims"))];
    }

    protected async Task<long> Count(string table)
    {
        await using var connection = await Store.OpenAsync(CancellationToken.None);
        return await connection.ExecuteScalarAsync<long>(Store.Sql($"SELECT COUNT(*) FROM routing.{table}"));
    }

    protected sealed record ClaimRow(Guid Claim_Id, long Version, string State, string? Note, long Amount_Ore, bool Is_Minor, Guid? Other_Id, long? Due_At, bool? Is_Checked);
}
