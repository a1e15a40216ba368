namespace ClaimsTransfer.Ingest.Senders;

/// <summary>The identity provider whose tokens senders show (OAuth 2 client credentials), section <c>Ingest:Oidc</c>; without an authority there is none.</summary>
public sealed record SenderOidcOptions
{
    /// <summary>The provider's issuer; its discovery document lies below it.</summary>
    public string Authority { get; init; } = "";

    /// <summary>What a token must be made out to: us.</summary>
    public string Audience { get; init; } = "";

    /// <summary>A word that a token's <c>scope</c> must hold.</summary>
    public string Scope { get; init; } = "claims.submit";

    /// <summary>The claim whose values are the sender's agencies, or <c>*</c> for all.</summary>
    public string AgencyClaim { get; init; } = "agencies";

    /// <summary>The claim that names the sender; <c>sub</c> where a token has none.</summary>
    public string NameClaim { get; init; } = "client_id";

    /// <summary>Also takes an authority over http: for tests on this machine.</summary>
    public bool AllowHttp { get; init; }

    public bool IsUsed => Authority.Length > 0;

    public IEnumerable<string> Faults()
    {
        if (!IsUsed)
            yield break;
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var authority) || !(authority.Scheme == "https" || (authority is { Scheme: "http", IsLoopback: true } && AllowHttp)))
            yield return $"Ingest:Oidc:Authority is '{Authority}': it must be an https URL. Good: https://login.example.dk/realms/libraries";
        if (Audience.Length == 0)
            yield return "Ingest:Oidc:Audience is empty: a token for anybody would be taken. Good: claims-transfer";
        foreach (var (key, value) in new[] { (nameof(Scope), Scope), (nameof(AgencyClaim), AgencyClaim), (nameof(NameClaim), NameClaim) })
        {
            if (value.Length == 0 || value.Contains(' ', StringComparison.Ordinal))
                yield return $"Ingest:Oidc:{key} is '{value}': it must be one word. Good: {typeof(SenderOidcOptions).GetProperty(key)!.GetValue(new SenderOidcOptions())}";
        }
    }
}
