using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Options;
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
        authentication.AddOAuth<OidcSignInOptions, OidcSignIn>(Scheme, Scheme, sign =>
        {
            sign.Provider = provider;
            sign.Oidc = oidc;
            sign.SignInScheme = Session.Scheme;
            sign.ClientId = oidc.ClientId;
            sign.ClientSecret = oidc.ClientSecret;
            sign.UsePkce = true;
            sign.Scope.Add("openid");
            sign.Scope.Add("profile");
            sign.CallbackPath = Where.OidcCallback;
            sign.AccessDeniedPath = Where.SignIn;
            // Both are what discovery says, unless they are set; there has to be something before that is asked.
            sign.AuthorizationEndpoint = oidc.AuthorizationEndpoint.Length > 0 ? oidc.AuthorizationEndpoint : oidc.Authority;
            sign.TokenEndpoint = oidc.TokenEndpoint.Length > 0 ? oidc.TokenEndpoint : oidc.Authority;
            sign.CorrelationCookie.Path = Where.Console;
            sign.CorrelationCookie.SameSite = SameSiteMode.Lax;
            sign.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            sign.Events.OnRemoteFailure = failed =>
            {
                failed.Response.Redirect($"{Where.SignIn}?failed=oidc");
                failed.HandleResponse();
                return Task.CompletedTask;
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

    private static IEnumerable<string> Values(List<Claim> claims, string type) =>
        claims.Where(claim => claim.Type == type).SelectMany(claim => claim.Value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries));
}

internal sealed class OidcSignInOptions : OAuthOptions
{
    public OidcOptions Oidc { get; set; } = new();

    public Lazy<ConfigurationManager<OpenIdConnectConfiguration>> Provider { get; set; } = null!;
}

/// <summary>Authorization code with PKCE; who it was says the id token, whose signature, issuer, audience and time are checked.</summary>
internal sealed class OidcSignIn(IOptionsMonitor<OidcSignInOptions> options, ILoggerFactory logger, UrlEncoder encoder) : OAuthHandler<OidcSignInOptions>(options, logger, encoder)
{
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await DiscoverAsync();
        await base.HandleChallengeAsync(properties);
    }

    protected override async Task<HandleRequestResult> HandleRemoteAuthenticateAsync()
    {
        await DiscoverAsync();
        return await base.HandleRemoteAuthenticateAsync();
    }

    protected override async Task<AuthenticationTicket> CreateTicketAsync(ClaimsIdentity identity, AuthenticationProperties properties, OAuthTokenResponse tokens)
    {
        var token = tokens.Response?.RootElement.TryGetProperty("id_token", out var given) == true ? given.GetString() : null;
        var configuration = await Options.Provider.Value.GetConfigurationAsync(Context.RequestAborted);
        var validation = OidcExtensions.Validation(Options.Oidc, Options.Oidc.ClientId);
        validation.ValidIssuer = configuration.Issuer;
        validation.IssuerSigningKeys = configuration.SigningKeys;
        var result = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(token, validation);
        if (!result.IsValid)
        {
            Options.Provider.Value.RequestRefresh();
            throw new AuthenticationFailureException("The identity provider's id token is not valid.", result.Exception);
        }

        var who = OidcExtensions.IdentityOf(result.ClaimsIdentity.Claims, Options.Oidc, Session.Scheme) ?? throw new AuthenticationFailureException("The identity provider gives the person no role here.");
        return new AuthenticationTicket(new ClaimsPrincipal(who), properties, Scheme.Name);
    }

    private async Task DiscoverAsync()
    {
        if (Options.Oidc is { AuthorizationEndpoint.Length: > 0, TokenEndpoint.Length: > 0 })
            return;
        var configuration = await Options.Provider.Value.GetConfigurationAsync(Context.RequestAborted);
        if (Options.Oidc.AuthorizationEndpoint.Length == 0)
            Options.AuthorizationEndpoint = configuration.AuthorizationEndpoint;
        if (Options.Oidc.TokenEndpoint.Length == 0)
            Options.TokenEndpoint = configuration.TokenEndpoint;
    }
}
