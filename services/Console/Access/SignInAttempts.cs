namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>
/// The attempts on one user name from one address since the last right one. Guessing locks out the address that guesses: from everywhere else the person comes in.
/// A name that nobody has is counted the same, so that a lock says nothing of who there is.
/// </summary>
/// <param name="Key">A hash of user name and address: what somebody typed by mistake stands nowhere.</param>
public sealed record SignInAttempts(string Key, int Failures, DateTimeOffset? LockedUntil, DateTimeOffset LastAt, long RowVersion)
{
    /// <summary>This many wrong passwords in a row, and the next is waited for, for a time that doubles with each further one.</summary>
    public const int MostFailures = 5;

    /// <summary>After that time without an attempt, they begin from nothing.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    private static readonly TimeSpan FirstLock = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLock = TimeSpan.FromHours(1);

    public bool IsLocked(DateTimeOffset now) => LockedUntil > now;

    /// <summary>
    /// An attempt counts as failed before the password is looked at, and the right one clears it: however many guesses come at once, no more than
    /// <see cref="MostFailures"/> are looked at.
    /// </summary>
    public SignInAttempts Attempt(DateTimeOffset now)
    {
        var failures = now - LastAt > KeptFor ? 1 : Failures + 1;
        var locked = failures < MostFailures ? null : (DateTimeOffset?)(now + TimeSpan.FromTicks(Math.Min(FirstLock.Ticks << Math.Min(failures - MostFailures, 20), LongestLock.Ticks)));
        return this with { Failures = failures, LockedUntil = locked, LastAt = now };
    }
}
