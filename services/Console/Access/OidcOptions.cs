using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>The organisation's identity provider, section <c>Console:Oidc</c>; without an authority there are local accounts only.</summary>
public sealed record OidcOptions
{
    /// <summary>The provider's issuer; its discovery document lies below it.</summary>
    public string Authority { get; init; } = "";

    /// <summary>Where people sign in; found by discovery when empty.</summary>
    public string AuthorizationEndpoint { get; init; } = "";

    /// <summary>Where the code becomes tokens; found by discovery when empty.</summary>
    public string TokenEndpoint { get; init; } = "";

    public string ClientId { get; init; } = "";

    public string ClientSecret { get; init; } = "";

    /// <summary>The audience of tokens for the API; the client's id when empty.</summary>
    public string Audience { get; init; } = "";

    public string NameClaim { get; init; } = "preferred_username";

    /// <summary>Its values are roles: Viewer, Operator, Approver, Administrator, or what <see cref="Roles"/> says. Who has none gets no further.</summary>
    public string RoleClaim { get; init; } = "roles";

    /// <summary>The provider's own words for the roles: <c>Console:Oidc:Roles:finance-staff=Operator</c>.</summary>
    public IReadOnlyDictionary<string, string> Roles { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Its values are municipality codes, or <c>*</c> for all. Who has none sees nothing.</summary>
    public string MunicipalityClaim { get; init; } = "municipalities";

    /// <summary>Also takes an authority over http: for tests on this machine.</summary>
    public bool AllowHttp { get; init; }

    public bool IsUsed => Authority.Length > 0;

    public IEnumerable<string> Faults()
    {
        if (!IsUsed)
        {
            if (ClientId.Length > 0)
                yield return "Console:Oidc:ClientId is given without Console:Oidc:Authority; give the provider's issuer, such as https://login.example.dk/realms/kommune.";
            yield break;
        }

        foreach (var (key, url) in new[] { (nameof(Authority), Authority), (nameof(AuthorizationEndpoint), AuthorizationEndpoint), (nameof(TokenEndpoint), TokenEndpoint) })
        {
            if (url.Length > 0 && (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || !(uri.Scheme == "https" || (uri.Scheme == "http" && AllowHttp))))
                yield return $"Console:Oidc:{key} is '{Installation.Redacted(url)}'; give an https URL, such as https://login.example.dk/realms/kommune.";
        }

        if (ClientId.Length == 0)
            yield return "Console:Oidc:ClientId is empty; give the id that the provider knows the console by, such as claims-console.";
        if (ClientSecret.Length == 0)
            yield return "Console:Oidc:ClientSecret is empty; give it by environment, as Console__Oidc__ClientSecret.";
        foreach (var (theirs, ours) in Roles)
        {
            if (!Enum.TryParse<Role>(ours, ignoreCase: true, out _))
                yield return $"Console:Oidc:Roles:{theirs} is '{ours}'; give Viewer, Operator, Approver or Administrator.";
        }
    }
}
