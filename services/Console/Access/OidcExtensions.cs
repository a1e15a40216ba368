using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>Sign-in with the organisation's identity provider: people with authorization code and PKCE, programs with its JWTs.</summary>
internal static class OidcExtensions
{
    public const string Scheme = "console-oidc";
    public const string JwtScheme = "console-jwt";

    public static void AddOidc(this AuthenticationBuilder authentication, OidcOptions oidc)
    {
        var provider = new Lazy<ConfigurationManager<OpenIdConnectConfiguration>>(() => new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{oidc.Authority.TrimEnd('/')}/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), new HttpDocumentRetriever { RequireHttps = !oidc.AllowHttp }));
        authentication.AddOpenIdConnect(Scheme, sign =>
        {
            sign.ConfigurationManager = provider.Value;
            sign.SignInScheme = Session.Scheme;
            sign.ClientId = oidc.ClientId;
            sign.ClientSecret = oidc.ClientSecret;
            sign.ResponseType = OpenIdConnectResponseType.Code;
            // The answer comes by GET, as cookies of SameSite=Lax do.
            sign.ResponseMode = OpenIdConnectResponseMode.Query;
            sign.MapInboundClaims = false;
            sign.DisableTelemetry = true;
            sign.TokenValidationParameters = Validation(oidc, oidc.ClientId);
            sign.CallbackPath = Where.OidcCallback;
            sign.AccessDeniedPath = Where.SignIn;
            // The provider ends no session here, and there is no path of it outside the console's.
            sign.RemoteSignOutPath = sign.SignedOutCallbackPath = PathString.Empty;
            foreach (var cookie in (CookieBuilder[])[sign.CorrelationCookie, sign.NonceCookie])
                (cookie.Path, cookie.SameSite, cookie.SecurePolicy) = (Where.Console, SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest);
            sign.Events = new OpenIdConnectEvents
            {
                // Both are what discovery says, unless they are set.
                OnRedirectToIdentityProvider = away =>
                {
                    if (oidc.AuthorizationEndpoint.Length > 0)
                        away.ProtocolMessage.IssuerAddress = oidc.AuthorizationEndpoint;
                    return Task.CompletedTask;
                },
                OnAuthorizationCodeReceived = code =>
                {
                    if (oidc.TokenEndpoint.Length > 0)
                        code.TokenEndpointRequest!.TokenEndpoint = oidc.TokenEndpoint;
                    return Task.CompletedTask;
                },
                OnTokenValidated = validated =>
                {
                    if (IdentityOf(validated.Principal!.Claims, oidc, Session.Scheme) is { } identity)
                        validated.Principal = new ClaimsPrincipal(identity);
                    else
                        validated.Fail("The identity provider gives the person no role here.");
                    return Task.CompletedTask;
                },
                OnRemoteFailure = failed =>
                {
                    failed.Response.Redirect($"{Where.SignIn}?failed=oidc");
                    failed.HandleResponse();
                    return Task.CompletedTask;
                },
            };
        });
        authentication.AddJwtBearer(JwtScheme, bearer =>
        {
            bearer.ConfigurationManager = provider.Value;
            bearer.MapInboundClaims = false;
            bearer.TokenValidationParameters = Validation(oidc, oidc.Audience.Length > 0 ? oidc.Audience : oidc.ClientId);
            bearer.Events = new JwtBearerEvents
            {
                OnTokenValidated = validated =>
                {
                    if (IdentityOf(validated.Principal!.Claims, oidc, JwtScheme) is { } identity)
                        validated.Principal = new ClaimsPrincipal(identity);
                    else
                        validated.Fail("The token gives no role here.");
                    return Task.CompletedTask;
                },
                OnChallenge = async challenge =>
                {
                    challenge.HandleResponse();
                    challenge.Response.Headers.WWWAuthenticate = "Bearer";
                    await Refusals.WriteAsync(challenge.HttpContext, StatusCodes.Status401Unauthorized);
                },
                OnForbidden = forbidden => Refusals.WriteAsync(forbidden.HttpContext, StatusCodes.Status403Forbidden),
            };
        });
    }

    internal static TokenValidationParameters Validation(OidcOptions oidc, string audience) => new()
    {
        ValidAudience = audience,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        // A token signed with a shared secret could be made by whoever verifies it.
        ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384],
        NameClaimType = oidc.NameClaim,
        ClockSkew = TimeSpan.FromMinutes(1),
    };

    /// <summary>Null: the provider knows the person, and nobody gave it a role here.</summary>
    internal static ClaimsIdentity? IdentityOf(IEnumerable<Claim> claims, OidcOptions oidc, string scheme)
    {
        var all = claims.ToList();
        var roles = Values(all, oidc.RoleClaim).Select(value => oidc.Roles.GetValueOrDefault(value) ?? (oidc.Roles.Count == 0 ? value : ""))
            .Where(name => Enum.GetNames<Role>().Contains(name, StringComparer.OrdinalIgnoreCase)).Select(name => Enum.Parse<Role>(name, ignoreCase: true)).ToList();
        var name = all.Find(claim => claim.Type == oidc.NameClaim)?.Value ?? all.Find(claim => claim.Type == JwtRegisteredClaimNames.Sub)?.Value;
        if (roles.Count == 0 || string.IsNullOrWhiteSpace(name))
            return null;
        var municipalities = Values(all, oidc.MunicipalityClaim).ToHashSet(StringComparer.Ordinal);
        return Session.Identity(
            name, all.Find(claim => claim.Type == JwtRegisteredClaimNames.Name)?.Value ?? name, roles.Max(), municipalities.Contains("*") ? null : municipalities, scheme);
    }

    /// <summary>A value is compared whole: whoever is a "Library Administrator" there is no Administrator here.</summary>
    private static IEnumerable<string> Values(List<Claim> claims, string type) => claims.Where(claim => claim.Type == type).Select(claim => claim.Value);
}
