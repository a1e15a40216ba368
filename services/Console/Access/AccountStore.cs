using System.Data.Common;
using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>Local accounts in the installation's store.</summary>
public sealed class AccountStore(IStores stores)
{
    private const string All = "*";

    private const string Columns = """
        user_name AS UserName, display_name AS DisplayName, role AS Role, municipalities AS Municipalities, password AS Password, stamp AS Stamp, disabled AS Disabled,
        failures AS Failures, locked_until_at AS LockedUntilAt, created_at AS CreatedAt, changed_at AS ChangedAt, row_version AS RowVersion
        """;

    private readonly IStore _store = stores.Open(AccessSchema.Name);

    public Task MigrateAsync(CancellationToken cancellation) => _store.MigrateAsync(AccessSchema.Migrations, cancellation);

    public async Task<bool> AnyAsync(CancellationToken cancellation)
    {
        await using var connection = await _store.OpenAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(_store.Sql("SELECT COUNT(*) FROM console_access.accounts"), cancellationToken: cancellation)) > 0;
    }

    public async Task<IReadOnlyList<Account>> ListAsync(CancellationToken cancellation)
    {
        await using var connection = await _store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            _store.Sql($"SELECT {Columns} FROM console_access.accounts ORDER BY user_name"), cancellationToken: cancellation));
        return [.. rows.Select(row => row.Read())];
    }

    public async Task<Account?> FindAsync(string userName, CancellationToken cancellation)
    {
        await using var connection = await _store.OpenAsync(cancellation);
        return await FindAsync(connection, null, userName, cancellation);
    }

    /// <summary>False: the user name is taken.</summary>
    public Task<bool> AddAsync(Account account, CancellationToken cancellation) => _store.InTransactionAsync(
        async transaction => (await _store.InsertNewAsync(transaction, AccessSchema.Accounts, [Values(account)], cancellation)).Count == 1, cancellation);

    /// <summary>Changes the account as it is in the store at that moment; null: there is none, or <paramref name="change"/> leaves it as it is.</summary>
    public Task<Account?> ChangeAsync(string userName, Func<Account, Account?> change, CancellationToken cancellation) => _store.InTransactionAsync(async transaction =>
    {
        if (await FindAsync(transaction.Connection!, transaction, userName, cancellation) is not { } account || change(account) is not { } changed)
            return null;
        changed = changed with { RowVersion = account.RowVersion + 1 };
        await _store.SaveVersionedAsync(transaction, AccessSchema.Accounts, "row_version", [Values(changed)], cancellation);
        return changed;
    }, cancellation);

    private async Task<Account?> FindAsync(DbConnection connection, DbTransaction? transaction, string userName, CancellationToken cancellation)
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            _store.Sql($"SELECT {Columns} FROM console_access.accounts WHERE user_name = @userName"), new { userName }, transaction, cancellationToken: cancellation));
        return row?.Read();
    }

    private static object?[] Values(Account account) =>
    [
        account.UserName, account.DisplayName, account.Role.ToString(), account.Municipalities is { } some ? string.Join(',', some.Order(StringComparer.Ordinal)) : All,
        account.Password, account.Stamp, account.Disabled, (long)account.Failures, account.LockedUntil?.ToUnixTimeMilliseconds(), account.CreatedAt.ToUnixTimeMilliseconds(),
        account.ChangedAt.ToUnixTimeMilliseconds(), account.RowVersion,
    ];

    private sealed record Row(
        string UserName, string DisplayName, string Role, string Municipalities, string Password, string Stamp, bool Disabled, int Failures, long? LockedUntilAt, long CreatedAt,
        long ChangedAt, long RowVersion)
    {
        public Account Read() => new(
            UserName, DisplayName, Enum.Parse<Role>(Role), Municipalities == All ? null : Municipalities.Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal),
            Password, Stamp, Disabled, Failures, LockedUntilAt is { } until ? DateTimeOffset.FromUnixTimeMilliseconds(until) : null,
            DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt), DateTimeOffset.FromUnixTimeMilliseconds(ChangedAt), RowVersion);
    }
}
