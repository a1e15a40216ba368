using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>How an attempt to sign in ended.</summary>
public abstract record SignInOutcome
{
    public sealed record SignedIn(Account Account) : SignInOutcome;

    /// <summary>No such account, a wrong password, or disabled: which, is not said.</summary>
    public sealed record Refused : SignInOutcome;

    public sealed record Locked(DateTimeOffset Until) : SignInOutcome;
}

/// <summary>Local accounts: signing in, and what an administrator and the owner change. Each change is on the audit trail.</summary>
public sealed class Accounts(AccountStore store, IAuditTrail audit, TimeProvider time)
{
    private const int Iterations = 210_000;

    private readonly PasswordHasher<Account> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly Lazy<string> _nobody = new(() => new PasswordHasher<Account>(Options.Create(new PasswordHasherOptions { IterationCount = Iterations })).HashPassword(null!, Stamp()));

    public async Task<SignInOutcome> SignInAsync(string userName, string password, CancellationToken cancellation)
    {
        var key = Account.Key(userName);
        if (password.Length > Account.LongestPassword)
            return new SignInOutcome.Refused();
        DateTimeOffset? lockedUntil = null;
        var attempted = await store.ChangeAsync(key, account =>
        {
            lockedUntil = account.IsLocked(time.GetUtcNow()) ? account.LockedUntil : null;
            return lockedUntil is null ? account.Attempt(time.GetUtcNow()) : null;
        }, cancellation);
        if (lockedUntil is { } until)
            return new SignInOutcome.Locked(until);
        if (attempted is null)
        {
            // As long as with an account: the time it takes does not say which user names there are.
            _hasher.VerifyHashedPassword(null!, _nobody.Value, password);
            return new SignInOutcome.Refused();
        }

        if (_hasher.VerifyHashedPassword(attempted, attempted.Password, password) == PasswordVerificationResult.Failed || attempted.Disabled)
        {
            if (attempted.Failures >= Account.MostFailures)
                await audit.RecordAsync(System, "user-locked", $"user {key}", null, $"{attempted.Failures} wrong passwords", null, "locked", cancellation);
            return new SignInOutcome.Refused();
        }

        var signedIn = await store.ChangeAsync(key, account => account.Stamp == attempted.Stamp && !account.Disabled ? account.SignedIn() : null, cancellation);
        return signedIn is null ? new SignInOutcome.Refused() : new SignInOutcome.SignedIn(signedIn);
    }

    public Task<IReadOnlyList<Account>> ListAsync(CancellationToken cancellation) => store.ListAsync(cancellation);

    public Task<Account?> FindAsync(string userName, CancellationToken cancellation) => store.FindAsync(Account.Key(userName), cancellation);

    /// <summary>The session's account as it is now, unless what it was begun under has changed since.</summary>
    public async Task<Account?> OfSessionAsync(string userName, string stamp, CancellationToken cancellation) =>
        await store.FindAsync(userName, cancellation) is { Disabled: false } account && account.Stamp == stamp ? account : null;

    /// <summary>The account to start with, where there is none; false: somebody else was faster, or there are accounts.</summary>
    public async Task<bool> AddFirstAsync(string userName, string password, CancellationToken cancellation)
    {
        if (await store.AnyAsync(cancellation) || !await store.AddAsync(New(userName, "Administrator", Role.Administrator, null, password), cancellation))
            return false;
        await audit.RecordAsync(System, "user-added", $"user {userName}", null, "first start", new { role = Role.Administrator }, "done", cancellation);
        return true;
    }

    /// <summary>False: the user name is taken.</summary>
    public async Task<bool> AddAsync(
        Actor who, string userName, string displayName, Role role, IReadOnlySet<string>? municipalities, string password, string why, CancellationToken cancellation)
    {
        var added = await store.AddAsync(New(Account.Key(userName), displayName, role, municipalities, password), cancellation);
        await audit.RecordAsync(
            who, "user-added", $"user {Account.Key(userName)}", null, why, new { role, municipalities = municipalities?.Order(StringComparer.Ordinal) }, added ? "done" : "name taken", cancellation);
        return added;
    }

    public Task<Account?> ChangeAccessAsync(
        Actor who, string userName, string displayName, Role role, IReadOnlySet<string>? municipalities, bool disabled, string why, CancellationToken cancellation) =>
        ChangeAsync(who, "user-changed", userName, why,
            account => account with { DisplayName = displayName, Role = role, Municipalities = municipalities, Disabled = disabled, Stamp = Stamp() },
            new { role, municipalities = municipalities?.Order(StringComparer.Ordinal), disabled }, cancellation);

    /// <summary>Also unlocks.</summary>
    public Task<Account?> SetPasswordAsync(Actor who, string userName, string password, string why, CancellationToken cancellation) =>
        ChangeAsync(who, "password-changed", userName, why, account => account.SignedIn() with { Password = _hasher.HashPassword(account, password), Stamp = Stamp() }, null, cancellation);

    /// <summary>A password that nobody chose.</summary>
    public static string RandomPassword() => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20);

    private static Actor System { get; } = new("console", Role.Administrator, null);

    private async Task<Account?> ChangeAsync(Actor who, string action, string userName, string why, Func<Account, Account> change, object? what, CancellationToken cancellation)
    {
        var changed = await store.ChangeAsync(Account.Key(userName), account => change(account) with { ChangedAt = time.GetUtcNow() }, cancellation);
        await audit.RecordAsync(who, action, $"user {Account.Key(userName)}", null, why, what, changed is null ? "no such user" : "done", cancellation);
        return changed;
    }

    private Account New(string userName, string displayName, Role role, IReadOnlySet<string>? municipalities, string password)
    {
        var now = time.GetUtcNow();
        var account = new Account(userName, displayName, role, municipalities, "", Stamp(), Disabled: false, Failures: 0, LockedUntil: null, now, now, RowVersion: 1);
        return account with { Password = _hasher.HashPassword(account, password) };
    }

    private static string Stamp() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
