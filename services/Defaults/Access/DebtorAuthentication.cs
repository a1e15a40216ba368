using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClaimsTransfer.Defaults.Access;

/// <summary>Whom a scheme knows.</summary>
internal sealed class DebtorAuthenticationOptions : AuthenticationSchemeOptions
{
    /// <summary>Where callers are looked up.</summary>
    public Func<IServiceProvider, DebtorCallers> Callers { get; set; } = services => services.GetRequiredService<DebtorCallers>();

    /// <summary>Hears of each caller that is not known.</summary>
    public Func<HttpContext, Task> Unknown { get; set; } = _ => Task.CompletedTask;
}

/// <summary>Which debtor system calls: by HTTP Basic with the name and password it was given, or by the certificate of the connection. For whom it speaks stands in its claims.</summary>
internal sealed class DebtorAuthentication(IOptionsMonitor<DebtorAuthenticationOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<DebtorAuthenticationOptions>(options, loggers, encoder)
{
    /// <summary>A claim for each municipality that the caller speaks for.</summary>
    public const string SpeaksFor = "municipality";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        try
        {
            return Task.FromResult(Who());
        }
        catch (CredentialsException unread)
        {
            Logger.LogError("No debtor system is let in. {Why}", unread.Message);
            return Task.FromResult(AuthenticateResult.Fail("Who may call cannot be read."));
        }
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Basic realm=\"claims\"";
        await Options.Unknown(Context);
        await TypedResults.Problem(
            "Who calls is not known. Sign in with the name and password, or the certificate, that was agreed for this.",
            statusCode: StatusCodes.Status401Unauthorized).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        TypedResults.Problem("Whoever calls does not speak for this municipality.", statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(Context);

    private AuthenticateResult Who()
    {
        var callers = Options.Callers(Context.RequestServices);
        if (Request.Headers.Authorization is [{ } given] && AuthenticationHeaderValue.TryParse(given, out var header) && string.Equals(header.Scheme, "Basic", StringComparison.OrdinalIgnoreCase))
        {
            return Credentials(header.Parameter) is [var name, var password] && callers.ByPassword(name, password) is { } caller
                ? Known(name, caller) : AuthenticateResult.Fail("The name or the password is not known.");
        }
        if (Context.Connection.ClientCertificate is { } presented)
            return callers.ByCertificate(presented) is { } found ? Known(found.Name, found.Caller) : AuthenticateResult.Fail("The certificate is nobody's.");
        return AuthenticateResult.NoResult();
    }

    private static string[] Credentials(string? parameter)
    {
        Span<byte> bytes = stackalloc byte[1024];
        return parameter is not null && Convert.TryFromBase64String(parameter, bytes, out var length) ? Encoding.UTF8.GetString(bytes[..length]).Split(':', 2) : [];
    }

    private AuthenticateResult Known(string name, DebtorCaller caller) => AuthenticateResult.Success(new AuthenticationTicket(
        new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), .. caller.Municipalities.Select(code => new Claim(SpeaksFor, code))], Scheme.Name)), Scheme.Name));
}

public static class DebtorDoor
{
    /// <summary>Adds a policy by which debtor systems come in.</summary>
    /// <param name="policy">Such as <see cref="Door.DebtorSystem"/>.</param>
    /// <param name="callers">Null: the installation's.</param>
    /// <param name="unknown">Hears of each caller that is not known; null: nobody does.</param>
    /// <param name="speaksFor">Whom a caller must speak for, by what is asked for; null: the endpoint looks itself (<see cref="SpeaksFor"/>).</param>
    public static IServiceCollection AddDebtorDoor(
        this IServiceCollection services, string policy, Func<IServiceProvider, DebtorCallers>? callers = null, Func<HttpContext, string?>? speaksFor = null,
        Func<HttpContext, Task>? unknown = null)
    {
        services.AddAuthentication().AddScheme<DebtorAuthenticationOptions, DebtorAuthentication>(policy, options =>
            (options.Callers, options.Unknown) = (callers ?? options.Callers, unknown ?? options.Unknown));
        services.AddAuthorization(authorization => authorization.AddPolicy(policy, who =>
        {
            who.AddAuthenticationSchemes(policy).RequireAuthenticatedUser();
            if (speaksFor is not null)
                who.RequireAssertion(asked => asked.Resource is HttpContext http && speaksFor(http) is { } municipality && asked.User.SpeaksFor(municipality));
        }));
        return services;
    }

    public static bool SpeaksFor(this ClaimsPrincipal caller, string municipality) => caller.HasClaim(DebtorAuthentication.SpeaksFor, municipality);
}
