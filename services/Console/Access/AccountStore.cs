using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>Local accounts, in the console's schema of the installation's store.</summary>
public sealed class AccountStore(IStores stores)
{
    /// <summary>Names and addresses are anybody's to make up: of the attempts on them no more than so many are kept.</summary>
    internal const int MostAttempts = 10_000;

    private const string All = "*";

    private const string Columns = """
        user_name AS UserName, display_name AS DisplayName, role AS Role, municipalities AS Municipalities, password AS Password, stamp AS Stamp, disabled AS Disabled,
        created_at AS CreatedAt, changed_at AS ChangedAt, row_version AS RowVersion
        """;

    private readonly IStore _store = stores.Open(ConsoleSchema.Name);

    /// <summary>Also takes over the accounts of an installation that kept them in a schema of their own.</summary>
    public async Task MigrateAsync(CancellationToken cancellation)
    {
        await _store.MigrateAsync(ConsoleSchema.Migrations, cancellation);
        var former = stores.Open(AccessSchema.Name);
        await former.MigrateAsync(AccessSchema.Migrations, cancellation);
        List<Row> rows;
        await using (var connection = await former.OpenAsync(cancellation))
            rows = (await connection.QueryAsync<Row>(new CommandDefinition(former.Sql($"SELECT {Columns} FROM console_access.accounts"), cancellationToken: cancellation))).ToList();
        if (rows.Count == 0)
            return;
        await _store.InTransactionAsync(
            transaction => _store.InsertNewAsync(transaction, ConsoleSchema.Accounts, [.. rows.Select(row => Values(row.Read() with { RowVersion = 1 }))], cancellation), cancellation);
        await former.InTransactionAsync(
            transaction => transaction.Connection!.ExecuteAsync(new CommandDefinition(former.Sql("DELETE FROM console_access.accounts"), transaction: transaction, cancellationToken: cancellation)),
            cancellation);
    }

    public async Task<bool> AnyAsync(CancellationToken cancellation)
    {
        await using var connection = await _store.OpenAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(_store.Sql("SELECT COUNT(*) FROM console.accounts"), cancellationToken: cancellation)) > 0;
    }

    public async Task<IReadOnlyList<Account>> ListAsync(CancellationToken cancellation)
    {
        await using var connection = await _store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(_store.Sql($"SELECT {Columns} FROM console.accounts ORDER BY user_name"), cancellationToken: cancellation));
        return [.. rows.Select(row => row.Read())];
    }

    public async Task<Account?> FindAsync(string userName, CancellationToken cancellation)
    {
        await using var connection = await _store.OpenAsync(cancellation);
        return await FindAsync(connection, null, userName, cancellation);
    }

    /// <summary>False: the user name is taken.</summary>
    /// <param name="record">Puts what was done, or not, on record in the same transaction.</param>
    public Task<bool> AddAsync(Account account, Func<DbTransaction, bool, Task> record, CancellationToken cancellation) => _store.InTransactionAsync(async transaction =>
    {
        var added = (await _store.InsertNewAsync(transaction, ConsoleSchema.Accounts, [Values(account)], cancellation)).Count == 1;
        await record(transaction, added);
        return added;
    }, cancellation);

    /// <summary>Changes the account as it is in the store at that moment; null: there is none.</summary>
    /// <param name="record">Puts what was done, or not, on record in the same transaction.</param>
    public Task<Account?> ChangeAsync(string userName, Func<Account, Account> change, Func<DbTransaction, Account?, Task> record, CancellationToken cancellation) =>
        _store.InTransactionAsync(async transaction =>
        {
            Account? changed = null;
            if (await FindAsync(transaction.Connection!, transaction, userName, cancellation) is { } account)
            {
                changed = change(account) with { RowVersion = account.RowVersion + 1 };
                await _store.SaveVersionedAsync(transaction, ConsoleSchema.Accounts, "row_version", [Values(changed)], cancellation);
            }
            await record(transaction, changed);
            return changed;
        }, cancellation);

    /// <summary>Counts one more attempt, unless the next is waited for: then it is not to be looked at.</summary>
    /// <param name="record">Puts a lock on record in the same transaction.</param>
    public Task<(SignInAttempts Attempts, bool IsCounted)> AttemptAsync(string key, DateTimeOffset now, Func<DbTransaction, SignInAttempts, Task> record, CancellationToken cancellation) =>
        _store.InTransactionAsync(async transaction =>
        {
            var row = await transaction.Connection!.QuerySingleOrDefaultAsync<AttemptsRow>(new CommandDefinition(
                _store.Sql("SELECT failures AS Failures, locked_until_at AS LockedUntilAt, last_at AS LastAt, row_version AS RowVersion FROM console.sign_in_attempts WHERE attempt_key = @key"),
                new { key }, transaction, cancellationToken: cancellation));
            var before = row?.Read(key) ?? new SignInAttempts(key, 0, null, now, 0);
            if (before.IsLocked(now))
                return (before, false);
            if (row is null)
                await MakeRoomAsync(transaction, now, cancellation);
            var after = before.Attempt(now) with { RowVersion = before.RowVersion + 1 };
            await _store.SaveVersionedAsync(
                transaction, ConsoleSchema.SignInAttempts, "row_version",
                [[key, (long)after.Failures, after.LockedUntil?.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds(), after.RowVersion]], cancellation);
            await record(transaction, after);
            return (after, true);
        }, cancellation);

    /// <summary>The right password: the attempts begin from nothing.</summary>
    public Task ForgetAttemptsAsync(string key, Func<DbTransaction, Task> record, CancellationToken cancellation) => _store.InTransactionAsync(async transaction =>
    {
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            _store.Sql("DELETE FROM console.sign_in_attempts WHERE attempt_key = @key"), new { key }, transaction, cancellationToken: cancellation));
        await record(transaction);
        return true;
    }, cancellation);

    /// <summary>A new stamp, as a new password brings, begins them from nothing too.</summary>
    public static string AttemptKey(string userName, string stamp, string visitor) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{userName}\n{stamp}\n{visitor}")));

    private async Task MakeRoomAsync(DbTransaction transaction, DateTimeOffset now, CancellationToken cancellation)
    {
        var connection = transaction.Connection!;
        await connection.ExecuteAsync(new CommandDefinition(
            _store.Sql("DELETE FROM console.sign_in_attempts WHERE last_at < @old"), new { old = (now - SignInAttempts.KeptFor).ToUnixTimeMilliseconds() }, transaction, cancellationToken: cancellation));
        if (await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            _store.Sql("SELECT COUNT(*) FROM console.sign_in_attempts"), transaction: transaction, cancellationToken: cancellation)) < MostAttempts)
            return;
        var oldest = await connection.QueryAsync<long>(new CommandDefinition(
            _store.Sql($"SELECT {_store.Top("n")} last_at FROM console.sign_in_attempts ORDER BY last_at {_store.Limit("n")}"), new { n = MostAttempts / 10 }, transaction,
            cancellationToken: cancellation));
        await connection.ExecuteAsync(new CommandDefinition(
            _store.Sql("DELETE FROM console.sign_in_attempts WHERE last_at <= @last"), new { last = oldest.Max() }, transaction, cancellationToken: cancellation));
    }

    private async Task<Account?> FindAsync(DbConnection connection, DbTransaction? transaction, string userName, CancellationToken cancellation)
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            _store.Sql($"SELECT {Columns} FROM console.accounts WHERE user_name = @userName"), new { userName }, transaction, cancellationToken: cancellation));
        return row?.Read();
    }

    private static object?[] Values(Account account) =>
    [
        account.UserName, account.DisplayName, account.Role.ToString(), account.Municipalities is { } some ? string.Join(',', some.Order(StringComparer.Ordinal)) : All,
        account.Password, account.Stamp, account.Disabled, account.CreatedAt.ToUnixTimeMilliseconds(), account.ChangedAt.ToUnixTimeMilliseconds(), account.RowVersion,
    ];

    private sealed record Row(
        string UserName, string DisplayName, string Role, string Municipalities, string Password, string Stamp, bool Disabled, long CreatedAt, long ChangedAt, long RowVersion)
    {
        public Account Read() => new(
            UserName, DisplayName, Enum.Parse<Role>(Role), Municipalities == All ? null : Municipalities.Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal),
            Password, Stamp, Disabled, DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt), DateTimeOffset.FromUnixTimeMilliseconds(ChangedAt), RowVersion);
    }

    private sealed record AttemptsRow
    {
        public long Failures { get; init; }
        public long? LockedUntilAt { get; init; }
        public long LastAt { get; init; }
        public long RowVersion { get; init; }

        public SignInAttempts Read(string key) => new(
            key, (int)Failures, LockedUntilAt is { } until ? DateTimeOffset.FromUnixTimeMilliseconds(until) : null, DateTimeOffset.FromUnixTimeMilliseconds(LastAt), RowVersion);
    }
}
