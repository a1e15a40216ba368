using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ClaimsTransfer.OperationsConsole.Tests.Access;

/// <summary>
/// An organisation's identity provider: discovery, keys, and a code for whoever comes, which becomes an id token for who knows the secret and the verifier of PKCE. What the
/// token says, a test changes.
/// </summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    public const string ClientId = "claims-console";
    public const string ClientSecret = "et-klient-kodeord";
    private readonly RSA _key = RSA.Create(2048);
    private readonly RSA _anothersKey = RSA.Create(2048);
    private readonly Dictionary<string, (string Challenge, string Nonce)> _asked = new(StringComparer.Ordinal);
    private WebApplication _app = null!;

    public string Url { get; private set; } = "";

    /// <summary>What the next tokens say beyond issuer, audience and time.</summary>
    public Dictionary<string, object> Claims { get; set; } = new(StringComparer.Ordinal) { ["preferred_username"] = "anna@kommune.example", ["name"] = "Anna Ø", ["roles"] = new[] { "Operator" }, ["municipalities"] = new[] { "0101" } };

    public string Audience { get; set; } = ClientId;

    /// <summary>Instead of the one that the browser came with.</summary>
    public string? Nonce { get; set; }

    public string? Issuer { get; set; }

    public DateTime Expires { get; set; } = DateTime.UtcNow.AddMinutes(10);

    public bool SignsWithAnothersKey { get; set; }

    public static async Task<IdentityProvider> StartAsync()
    {
        var provider = new IdentityProvider();
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        provider._app = builder.Build();
        provider.Map(provider._app);
        await provider._app.StartAsync();
        provider.Url = provider._app.Urls.First();
        return provider;
    }

    public (string Key, string Value)[] Settings =>
    [
        ("Console:Oidc:Authority", Url), ("Console:Oidc:ClientId", ClientId), ("Console:Oidc:ClientSecret", ClientSecret), ("Console:Oidc:AllowHttp", "true"),
    ];

    public string Token(string? nonce = null)
    {
        var claims = new Dictionary<string, object>(Claims, StringComparer.Ordinal) { ["sub"] = "a1b2c3" };
        if (nonce is not null)
            claims["nonce"] = nonce;
        var key = new RsaSecurityKey(SignsWithAnothersKey ? _anothersKey : _key) { KeyId = "one" };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer ?? Url, Audience = Audience, Claims = claims, IssuedAt = DateTime.UtcNow, NotBefore = DateTime.UtcNow.AddHours(-1), Expires = Expires,
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.RsaSha256) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } },
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _key.Dispose();
        _anothersKey.Dispose();
    }

    private void Map(WebApplication app)
    {
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = Url, authorization_endpoint = $"{Url}/authorize", token_endpoint = $"{Url}/token", jwks_uri = $"{Url}/keys",
            id_token_signing_alg_values_supported = new[] { "RS256" }, response_types_supported = new[] { "code" }, subject_types_supported = new[] { "public" },
        }));
        app.MapGet("/keys", () =>
        {
            var key = _key.ExportParameters(includePrivateParameters: false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", kid = "one", alg = "RS256", n = Base64UrlEncoder.Encode(key.Modulus), e = Base64UrlEncoder.Encode(key.Exponent) } } });
        });
        app.MapGet("/authorize", (HttpContext context) =>
        {
            var query = context.Request.Query;
            if (query["client_id"] != ClientId || query["response_type"] != "code" || query["code_challenge_method"] != "S256" || !query["scope"].ToString().Contains("openid", StringComparison.Ordinal))
                return Results.BadRequest();
            var code = $"code-{_asked.Count}";
            _asked[code] = (query["code_challenge"].ToString(), query["nonce"].ToString());
            return Results.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"].ToString(), new Dictionary<string, string?>(StringComparer.Ordinal) { ["code"] = code, ["state"] = query["state"] }));
        });
        app.MapPost("/token", async (HttpContext context) =>
        {
            var form = await context.Request.ReadFormAsync();
            var verified = Base64UrlEncoder.Encode(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
            return form["client_secret"] == ClientSecret && _asked.Remove(form["code"].ToString(), out var asked) && asked.Challenge == verified
                ? Results.Json(new { access_token = "opaque", token_type = "Bearer", expires_in = 600, id_token = Token(Nonce ?? asked.Nonce) })
                : Results.BadRequest();
        });
    }
}
