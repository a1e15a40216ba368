using System.Security.Claims;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>What a user may do; each role may do what those before it may.</summary>
public enum Role
{
    /// <summary>Sees claims, failures and figures; no sealed value.</summary>
    Viewer,

    /// <summary>Acts on claims, replays, edits and archives; opens a sealed value, with a reason.</summary>
    Operator,

    /// <summary>Approves what another has asked for.</summary>
    Approver,

    /// <summary>Users, municipalities, the audit log.</summary>
    Administrator,
}

/// <summary>Who acts: a signed-in person, or a program with a token.</summary>
/// <param name="Municipalities">Those it sees and touches; null: all.</param>
public sealed record Actor(string Name, Role Role, IReadOnlySet<string>? Municipalities)
{
    /// <summary>Claim types of the signed-in principal, whatever signed it in.</summary>
    public const string RoleClaim = "claims-role";

    /// <summary>One claim a municipality, four digits; a single <c>*</c>: all. None: it sees nothing.</summary>
    public const string MunicipalityClaim = "claims-municipality";

    /// <summary>A person who signed in to a session of their own. Who calls with a token is whoever holds it, whatever name is given.</summary>
    public bool IsSignedIn { get; init; }

    public bool Sees(string municipality) => Municipalities is null || Municipalities.Contains(municipality);

    public bool Is(Role atLeast) => Role >= atLeast;

    public static Actor Of(ClaimsPrincipal user)
    {
        var municipalities = user.FindAll(MunicipalityClaim).Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal);
        return new Actor(
            user.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : throw new InvalidOperationException("Nobody is signed in."),
            Enum.TryParse<Role>(user.FindFirstValue(RoleClaim), out var role) ? role : Role.Viewer,
            municipalities.Contains("*") ? null : municipalities)
        {
            IsSignedIn = user.Identity.AuthenticationType == Session.Scheme,
        };
    }
}
