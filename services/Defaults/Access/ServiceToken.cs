using System.Security.Claims;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Sealing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ClaimsTransfer.Defaults.Access;

/// <summary>
/// What our services and commands show each other on one machine: a JWT signed (HS256) with a key that is derived from the installation's master key, so that
/// who can read that key can call, and nobody else.
/// </summary>
public sealed class ServiceToken(Installation installation, TimeProvider time)
{
    /// <summary>Long enough for a call to be sent; who overhears one has no more time than that.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    private const string Issuer = "claims-transfer";
    private const string Audience = "claims-transfer-services";
    private static readonly JsonWebTokenHandler Tokens = new() { SetDefaultTimesOnTokenCreation = false };

    // Not before it is needed: a service that is called by certificate alone, or not at all, may have no master key.
    private readonly Lazy<SymmetricSecurityKey> _key = new(() => new SymmetricSecurityKey(MasterKey.Load(installation).Derive("service-token")));

    /// <summary>At the first start with an embedded store the master key is made, so that commands find one to sign with.</summary>
    public void Prepare()
    {
        if (installation.IsEmbeddedStore)
            _ = _key.Value;
    }

    /// <param name="name">Who calls: a service's name, or a command's.</param>
    /// <returns>Null: there is no master key here.</returns>
    /// <exception cref="InvalidOperationException">The master key cannot be read.</exception>
    public string? TryIssue(string name)
    {
        if (!MasterKey.IsThere(installation))
            return null;
        var now = time.GetUtcNow().UtcDateTime;
        return Tokens.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            Subject = new ClaimsIdentity([new Claim(JwtRegisteredClaimNames.Sub, name)]),
            NotBefore = now,
            Expires = now + Life,
            SigningCredentials = new SigningCredentials(_key.Value, SecurityAlgorithms.HmacSha256),
        });
    }

    /// <summary>Whether it says that it is one; whether it is, <see cref="CallerAsync"/> says.</summary>
    public static bool IsOne(string token)
    {
        try
        {
            return Tokens.CanReadToken(token) && Tokens.ReadJsonWebToken(token).Issuer == Issuer;
        }
        catch (Exception unread) when (unread is ArgumentException or SecurityTokenException or FormatException)
        {
            // It looks like a token, and is none.
            return false;
        }
    }

    /// <returns>Who calls; null: the token is not ours, or its time is over.</returns>
    public async Task<string?> CallerAsync(string token)
    {
        var read = await Tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidAudience = Audience,
            IssuerSigningKey = _key.Value,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            RequireExpirationTime = true,
            LifetimeValidator = (from, until, _, _) => IsNow(from, until),
        });
        return read.IsValid && read.Claims.TryGetValue(JwtRegisteredClaimNames.Sub, out var name) ? name as string : null;
    }

    /// <summary>A machine has one clock: what another second says is not of this moment.</summary>
    private bool IsNow(DateTime? from, DateTime? until)
    {
        // A JWT tells whole seconds.
        var now = time.GetUtcNow().UtcDateTime;
        return from is { } begins && until is { } ends && begins < now.AddSeconds(1) && now < ends && ends - begins <= Life;
    }
}
