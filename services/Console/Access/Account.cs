using System.Text.RegularExpressions;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>A local account.</summary>
/// <param name="UserName">In lower case; what is typed is compared in lower case.</param>
/// <param name="Municipalities">Those it sees and touches; null: all.</param>
/// <param name="Password">The hash.</param>
/// <param name="Stamp">Changes with password, role, municipalities and disabling: a session that was begun under another one has ended.</param>
public sealed partial record Account(
    string UserName, string DisplayName, Role Role, IReadOnlySet<string>? Municipalities, string Password, string Stamp, bool Disabled, DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt, long RowVersion)
{
    /// <summary>A password below is refused.</summary>
    public const int ShortestPassword = 12;

    /// <summary>Hashing is work: what is longer is refused unread.</summary>
    public const int LongestPassword = 200;

    public static string Key(string userName) => userName.Trim().ToLowerInvariant();

    public static bool IsUserName(string userName) => UserNames().IsMatch(userName);

    [GeneratedRegex("^[a-z0-9](?:[a-z0-9._@-]{0,78}[a-z0-9])?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UserNames();
}
