using System.Text.RegularExpressions;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>A local account.</summary>
/// <param name="UserName">In lower case; what is typed is compared in lower case.</param>
/// <param name="Municipalities">Those it sees and touches; null: all.</param>
/// <param name="Password">The hash.</param>
/// <param name="Stamp">Changes with password, role, municipalities and disabling: a session that was begun under another one has ended.</param>
/// <param name="Failures">Wrong passwords since the last right one.</param>
public sealed partial record Account(
    string UserName, string DisplayName, Role Role, IReadOnlySet<string>? Municipalities, string Password, string Stamp, bool Disabled, int Failures, DateTimeOffset? LockedUntil,
    DateTimeOffset CreatedAt, DateTimeOffset ChangedAt, long RowVersion)
{
    /// <summary>A password below is refused.</summary>
    public const int ShortestPassword = 12;

    /// <summary>Hashing is work: what is longer is refused unread.</summary>
    public const int LongestPassword = 200;

    /// <summary>This many wrong passwords in a row, and the account is locked for a time that doubles with each further one.</summary>
    public const int MostFailures = 5;

    private static readonly TimeSpan FirstLock = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLock = TimeSpan.FromHours(1);

    public bool IsLocked(DateTimeOffset now) => LockedUntil > now;

    /// <summary>
    /// An attempt counts as failed before the password is looked at, and the right one clears it: however many guesses come at once, no more than
    /// <see cref="MostFailures"/> are looked at.
    /// </summary>
    public Account Attempt(DateTimeOffset now)
    {
        var failures = Failures + 1;
        var locked = failures < MostFailures ? null : (DateTimeOffset?)(now + TimeSpan.FromTicks(Math.Min(FirstLock.Ticks << Math.Min(failures - MostFailures, 20), LongestLock.Ticks)));
        return this with { Failures = failures, LockedUntil = locked };
    }

    public Account SignedIn() => this with { Failures = 0, LockedUntil = null };

    public static string Key(string userName) => userName.Trim().ToLowerInvariant();

    public static bool IsUserName(string userName) => UserNames().IsMatch(userName);

    [GeneratedRegex("^[a-z0-9](?:[a-z0-9._@-]{0,78}[a-z0-9])?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UserNames();
}
