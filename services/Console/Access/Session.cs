using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>
/// A signed-in person's session, in a cookie. It has an end however much it is used; that of a local account ends with what it was begun under, too: password, role, municipalities.
/// </summary>
internal sealed class Session(Accounts accounts, ConsoleOptions options, TimeProvider time) : CookieAuthenticationEvents
{
    private const string Begun = "claims-begun";
    public const string Scheme = "console-session";
    private const string StampClaim = "claims-stamp";
    private const string DisplayNameClaim = "claims-display-name";

    public static string DisplayName(ClaimsPrincipal user) => user.FindFirstValue(DisplayNameClaim) is { Length: > 0 } name ? name : user.Identity?.Name ?? "";

    /// <summary>Signed in with an account that is kept here, whose password can be changed here.</summary>
    public static bool IsLocal(ClaimsPrincipal user) => user.HasClaim(claim => claim.Type == StampClaim);

    public static Task BeginAsync(HttpContext context, Account account)
    {
        var identity = Identity(account.UserName, account.DisplayName, account.Role, account.Municipalities);
        identity.AddClaim(new Claim(StampClaim, account.Stamp));
        return context.SignInAsync(Scheme, new ClaimsPrincipal(identity));
    }

    public static ClaimsIdentity Identity(string name, string displayName, Role role, IReadOnlySet<string>? municipalities, string scheme = Scheme)
    {
        var identity = new ClaimsIdentity(scheme);
        identity.AddClaim(new Claim(ClaimTypes.Name, name));
        identity.AddClaim(new Claim(DisplayNameClaim, displayName));
        identity.AddClaim(new Claim(Actor.RoleClaim, role.ToString()));
        identity.AddClaims((municipalities ?? new HashSet<string>(StringComparer.Ordinal) { "*" }).Select(code => new Claim(Actor.MunicipalityClaim, code)));
        return identity;
    }

    /// <summary>A session that is used gets a new cookie with the same properties: what it began with it keeps.</summary>
    public override Task SigningIn(CookieSigningInContext context)
    {
        context.Properties.Items[Begun] = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        var begun = context.Properties.Items.TryGetValue(Begun, out var text) && long.TryParse(text, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
        if (time.GetUtcNow() < DateTimeOffset.FromUnixTimeSeconds(begun) + options.SessionAtMost
            && (context.Principal?.FindFirstValue(StampClaim) is not { } stamp
                || await accounts.OfSessionAsync(context.Principal.Identity!.Name!, stamp, context.HttpContext.RequestAborted) is not null))
            return;
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(Scheme);
    }

    public override Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context) =>
        Where.IsApi(context.HttpContext) ? Refusals.WriteAsync(context.HttpContext, StatusCodes.Status401Unauthorized) : base.RedirectToLogin(context);

    /// <summary>The page that says so comes with the status: a redirect would look like success.</summary>
    public override Task RedirectToAccessDenied(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (Where.IsApi(context.HttpContext))
            return Refusals.WriteAsync(context.HttpContext, StatusCodes.Status403Forbidden);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}
