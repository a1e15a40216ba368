using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ClaimsTransfer.Ingest.Tests.Senders;

/// <summary>An OpenID provider as a sender's token is checked against: discovery, keys, and tokens as it would issue them.</summary>
internal sealed class OpenIdProvider : IAsyncDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly WebApplication _app;

    private OpenIdProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = Issuer, jwks_uri = $"{Issuer}/keys", id_token_signing_alg_values_supported = new[] { "RS256" } }));
        _app.MapGet("/keys", () =>
        {
            var key = _key.ExportParameters(includePrivateParameters: false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", kid = "one", n = Base64UrlEncoder.Encode(key.Modulus), e = Base64UrlEncoder.Encode(key.Exponent) } } });
        });
    }

    public string Issuer => _app.Urls.First();

    public static async Task<OpenIdProvider> StartAsync()
    {
        var provider = new OpenIdProvider();
        await provider._app.StartAsync();
        return provider;
    }

    public string Token(Action<Dictionary<string, object>>? change = null, RSA? key = null, TimeSpan? expires = null)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["iss"] = Issuer, ["aud"] = "claims-transfer", ["sub"] = "fbs", ["client_id"] = "fbs", ["scope"] = "other claims.submit", ["agencies"] = new[] { "DK-710100" },
        };
        change?.Invoke(claims);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Claims = claims, NotBefore = now.AddHours(-2), IssuedAt = now.AddHours(-2), Expires = now + (expires ?? TimeSpan.FromMinutes(10)), Subject = new ClaimsIdentity(),
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(key ?? _key) { KeyId = "one" }, SecurityAlgorithms.RsaSha256),
        });
    }

    /// <summary>Signed with what everybody knows, as if it were a shared secret.</summary>
    public string TokenBySharedSecret()
    {
        var parts = Token().Split('.');
        var head = Base64UrlEncoder.Encode("""{"alg":"HS256","kid":"one","typ":"JWT"}""");
        var secret = System.Text.Encoding.UTF8.GetBytes(_key.ExportSubjectPublicKeyInfoPem());
        var signature = HMACSHA256.HashData(secret, System.Text.Encoding.ASCII.GetBytes($"{head}.{parts[1]}"));
        return $"{head}.{parts[1]}.{Base64UrlEncoder.Encode(signature)}";
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _key.Dispose();
    }
}
