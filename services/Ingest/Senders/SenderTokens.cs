using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ClaimsTransfer.Ingest.Senders;

/// <summary>Tokens of an OpenID provider, as senders show them.</summary>
internal static class SenderTokens
{
    public const string SchemeName = "sender-token";
    private const int LongestName = 64;

    public static void AddSenderTokens(this AuthenticationBuilder authentication, SenderOidcOptions oidc) => authentication.AddJwtBearer(SchemeName, bearer =>
    {
        bearer.Authority = oidc.Authority;
        bearer.RequireHttpsMetadata = !oidc.AllowHttp;
        bearer.MapInboundClaims = false;
        bearer.BackchannelHttpHandler = new SocketsHttpHandler { AllowAutoRedirect = false };
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAudience = oidc.Audience,
            // Signed by the provider's private key; with a shared secret whoever checks a token could make one.
            ValidAlgorithms = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384"],
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromMinutes(1),
        };
    });

    /// <returns>Without the scope it is known and has no agency. Null: the token names nobody.</returns>
    public static Sender? Of(ClaimsPrincipal token, SenderOidcOptions oidc)
    {
        var name = token.FindFirst(oidc.NameClaim)?.Value ?? token.FindFirst(JwtRegisteredClaimNames.Sub)?.Value;
        if (name is not { Length: > 0 and <= LongestName } || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or ':' or '@'))
            return null;
        // RFC 8693: the scopes are one text with blanks between. Entra calls it scp.
        var hasScope = token.Claims.Where(claim => claim.Type is "scope" or "scp").SelectMany(claim => claim.Value.Split(' ')).Contains(oidc.Scope, StringComparer.Ordinal);
        var agencies = hasScope ? token.FindAll(oidc.AgencyClaim).Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal) : [];
        return new Sender($"jwt/{name}", agencies.Contains(Sender.AllAgencies) ? null : agencies);
    }
}
