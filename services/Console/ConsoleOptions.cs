using ClaimsTransfer.OperationsConsole.Access;

namespace ClaimsTransfer.OperationsConsole;

/// <summary>Settings of the operations console, section <c>Console</c>.</summary>
public sealed record ConsoleOptions
{
    /// <summary>
    /// Base URLs of the services it asks, by name: <c>Ingest</c>, <c>Routing</c>, <c>Payments</c>, <c>KmdOpus</c>, <c>Prisme</c>, <c>OesIndsigt</c>, or <c>All</c> where
    /// they share one process.
    /// </summary>
    public IReadOnlyDictionary<string, string> Services { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The first administrator's password, used when there is no account yet; without it, one is drawn and printed once.</summary>
    public string AdministratorPassword { get; init; } = "";

    /// <summary>How long a session lives without being used.</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromHours(8);

    /// <summary>Attempts to sign in from one address a minute.</summary>
    public int SignInsPerMinute { get; init; } = 30;

    /// <summary>Calls of the API by one user a minute.</summary>
    public int ApiCallsPerMinute { get; init; } = 3000;

    /// <summary>Sign-in with the organisation's own identity provider.</summary>
    public OidcOptions Oidc { get; init; } = new();

    public IEnumerable<string> Faults()
    {
        foreach (var (name, url) in Services)
        {
            if (!Asking.ServiceUrls.Known.Contains(name, StringComparer.OrdinalIgnoreCase))
                yield return $"Console:Services:{name} is no service; {string.Join(", ", Asking.ServiceUrls.Known)} are.";
            else if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                yield return $"Console:Services:{name} is '{url}'; give an http URL, such as http://127.0.0.1:5081.";
        }

        if (AdministratorPassword.Length is > 0 and < Account.ShortestPassword or > Account.LongestPassword)
            yield return $"Console:AdministratorPassword has {AdministratorPassword.Length} characters; give {Account.ShortestPassword} to {Account.LongestPassword}, or none: one is drawn then.";
        if (SessionIdle < TimeSpan.FromMinutes(1) || SessionIdle > TimeSpan.FromDays(7))
            yield return $"Console:SessionIdle is {SessionIdle}; give a time between a minute and 7 days, such as 08:00:00.";
        if (SignInsPerMinute < 1)
            yield return $"Console:SignInsPerMinute is {SignInsPerMinute}; give 1 or more, such as 30.";
        if (ApiCallsPerMinute < 1)
            yield return $"Console:ApiCallsPerMinute is {ApiCallsPerMinute}; give 1 or more, such as 3000.";
        foreach (var fault in Oidc.Faults())
            yield return fault;
    }
}
