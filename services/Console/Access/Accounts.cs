using System.Net;
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

/// <summary>Local accounts: signing in, and what an administrator and the owner change. Each change is one transaction with its entry of the audit trail.</summary>
public sealed class Accounts(AccountStore store, IAuditTrail audit, TimeProvider time)
{
    private const int Iterations = 210_000;

    private readonly PasswordHasher<Account> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly Lazy<string> _nobody = new(() => new PasswordHasher<Account>(Options.Create(new PasswordHasherOptions { IterationCount = Iterations })).HashPassword(null!, Stamp()));

    /// <param name="from">Where the attempt comes from; null where it is not known.</param>
    public async Task<SignInOutcome> SignInAsync(string userName, string password, IPAddress? from, CancellationToken cancellation)
    {
        var key = Account.Key(userName);
        if (password.Length > Account.LongestPassword)
            return new SignInOutcome.Refused();
        var account = await store.FindAsync(key, cancellation);
        var visitor = Visitor.Of(from);
        var attempt = AccountStore.AttemptKey(key, account?.Stamp ?? "", visitor);
        var subject = $"user {key}";
        var (attempts, isCounted) = await store.AttemptAsync(attempt, time.GetUtcNow(), async (transaction, counted) =>
        {
            // What is typed as a name that nobody has may be anything, also a password.
            if (counted.LockedUntil is not null && account is not null)
                await audit.RecordAsync(
                    transaction, System, "user-locked", subject, $"{counted.Failures} attempts without the right password", new { from = visitor }, "locked for that address", cancellation);
        }, cancellation);
        if (!isCounted)
            return new SignInOutcome.Locked(attempts.LockedUntil!.Value);
        // As long with no account as with one: the time it takes does not say which user names there are.
        var verified = _hasher.VerifyHashedPassword(account!, account?.Password ?? _nobody.Value, password);
        if (account is null || account.Disabled || verified == PasswordVerificationResult.Failed)
            return new SignInOutcome.Refused();

        // As it is now: while the password was looked at, it may have been changed or the account closed.
        if (await OfSessionAsync(key, account.Stamp, cancellation) is not { } signedIn)
            return new SignInOutcome.Refused();
        await store.ForgetAttemptsAsync(attempt, transaction => attempts.LockedUntil is null ? Task.CompletedTask : audit.RecordAsync(
            transaction, System, "user-unlocked", subject, "the right password", new { from = visitor }, "done", cancellation), cancellation);
        return new SignInOutcome.SignedIn(signedIn);
    }

    public Task<IReadOnlyList<Account>> ListAsync(CancellationToken cancellation) => store.ListAsync(cancellation);

    public Task<Account?> FindAsync(string userName, CancellationToken cancellation) => store.FindAsync(Account.Key(userName), cancellation);

    /// <summary>The session's account as it is now, unless what it was begun under has changed since.</summary>
    public async Task<Account?> OfSessionAsync(string userName, string stamp, CancellationToken cancellation) =>
        await store.FindAsync(userName, cancellation) is { Disabled: false } account && account.Stamp == stamp ? account : null;

    /// <summary>The account to start with, where there is none; false: somebody else was faster, or there are accounts.</summary>
    public async Task<bool> AddFirstAsync(string userName, string password, CancellationToken cancellation)
    {
        return !await store.AnyAsync(cancellation) && await store.AddAsync(
            New(userName, "Administrator", Role.Administrator, null, password),
            (transaction, added) => added
                ? audit.RecordAsync(transaction, System, "user-added", $"user {userName}", "first start", new { role = Role.Administrator }, "done", cancellation)
                : Task.CompletedTask,
            cancellation);
    }

    /// <summary>False: the user name is taken.</summary>
    public Task<bool> AddAsync(
        Actor who, string userName, string displayName, Role role, IReadOnlySet<string>? municipalities, string password, string why, CancellationToken cancellation) =>
        store.AddAsync(
            New(Account.Key(userName), displayName, role, municipalities, password),
            (transaction, added) => audit.RecordAsync(
                transaction, who, "user-added", $"user {Account.Key(userName)}", why, new { role, municipalities = municipalities?.Order(StringComparer.Ordinal) }, added ? "done" : "name taken",
                cancellation),
            cancellation);

    public Task<Account?> ChangeAccessAsync(
        Actor who, string userName, string displayName, Role role, IReadOnlySet<string>? municipalities, bool disabled, string why, CancellationToken cancellation) =>
        ChangeAsync(who, "user-changed", userName, why,
            account => account with { DisplayName = displayName, Role = role, Municipalities = municipalities, Disabled = disabled, Stamp = Stamp() },
            new { role, municipalities = municipalities?.Order(StringComparer.Ordinal), disabled }, cancellation);

    /// <summary>Also unlocks.</summary>
    public Task<Account?> SetPasswordAsync(Actor who, string userName, string password, string why, CancellationToken cancellation) =>
        ChangeAsync(who, "password-changed", userName, why, account => account with { Password = _hasher.HashPassword(account, password), Stamp = Stamp() }, null, cancellation);

    /// <summary>A password that nobody chose.</summary>
    public static string RandomPassword() => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20);

    private static Actor System { get; } = new("console", Role.Administrator, null);

    private Task<Account?> ChangeAsync(Actor who, string action, string userName, string why, Func<Account, Account> change, object? what, CancellationToken cancellation) =>
        store.ChangeAsync(
            Account.Key(userName), account => change(account) with { ChangedAt = time.GetUtcNow() },
            (transaction, changed) => audit.RecordAsync(
                transaction, who, action, $"user {Account.Key(userName)}", why, what, changed is null ? "no such user" : "done", cancellation), cancellation);

    private Account New(string userName, string displayName, Role role, IReadOnlySet<string>? municipalities, string password)
    {
        var now = time.GetUtcNow();
        var account = new Account(userName, displayName, role, municipalities, "", Stamp(), Disabled: false, now, now, RowVersion: 1);
        return account with { Password = _hasher.HashPassword(account, password) };
    }

    private static string Stamp() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
