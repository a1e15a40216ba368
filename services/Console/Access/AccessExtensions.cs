using ClaimsTransfer.Defaults.Hosting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Mvc;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>
/// Who gets in and what they may do. Policies are named as the roles: <c>RequireAuthorization(nameof(Role.Operator))</c>, <c>[Authorize(nameof(Role.Operator))]</c>; an
/// <see cref="Actor"/> is injected where one is signed in.
/// </summary>
public static class AccessExtensions
{
    /// <summary>The scheme that finds out which one a request means: token, JWT or session.</summary>
    private const string AnyScheme = "console";

    /// <summary>A form's field, and the header of a script's call.</summary>
    public const string AntiforgeryHeader = "X-Claims-Antiforgery";

    public static WebApplicationBuilder AddAccess(this WebApplicationBuilder builder, ConsoleOptions options)
    {
        var services = builder.Services;
        services.AddSingleton<AccountStore>().AddSingleton<Accounts>().AddSingleton<ApiToken>().AddSingleton<Session>();
        services.AddHostedService<FirstStart>();
        services.AddTransient<IStartupFilter, FrontDoor>();
        services.AddHttpContextAccessor();
        services.AddScoped(provider => Actor.Of(provider.GetRequiredService<IHttpContextAccessor>().HttpContext!.User));

        AddAuthentication(services, options);
        services.AddAuthorization(authorization =>
        {
            foreach (var role in Enum.GetValues<Role>())
                authorization.AddPolicy(role.ToString(), For(role));
        });
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.FormFieldName = "antiforgery";
            antiforgery.HeaderName = AntiforgeryHeader;
            antiforgery.SuppressXFrameOptionsHeader = true;
            antiforgery.Cookie.Name = "claims-console-antiforgery";
            antiforgery.Cookie.Path = Where.Console;
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.Configure<CookieTempDataProviderOptions>(done => (done.Cookie.Path, done.Cookie.SecurePolicy) = (Where.Console, CookieSecurePolicy.SameAsRequest));
        services.AddRateLimiter(limiter => Limits.Configure(limiter, options));
        // Sessions outlive a restart. The keys lie in a folder that only its owner reads, beside the token that allows as much.
        services.AddDataProtection().SetApplicationName("claims-console");
        services.AddOptions<KeyManagementOptions>().Configure<Installation, ILoggerFactory>((keys, installation, loggers) =>
            keys.XmlRepository = new FileSystemXmlRepository(ConsoleFolder.Make(installation).CreateSubdirectory("sessions"), loggers));
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        return builder;
    }

    public static WebApplication MapAccess(this WebApplication app)
    {
        app.UseWhen(Where.IsConsole, console =>
        {
            console.UseRateLimiter();
            console.Use(MeantOrRefusedAsync);
        });
        return app;
    }

    /// <summary>The API below <c>/console/api</c>, for signed-in users; an endpoint that asks for more says so with its own <c>RequireAuthorization</c>.</summary>
    public static RouteGroupBuilder MapConsoleApi(this IEndpointRouteBuilder app, string path = "") => app.MapGroup(Where.Api + path).RequireAuthorization(nameof(Role.Viewer));

    private static void AddAuthentication(IServiceCollection services, ConsoleOptions options)
    {
        // No default scheme: what other services of the process answer is theirs.
        var authentication = services.AddAuthentication();
        authentication.AddPolicyScheme(AnyScheme, null, any => any.ForwardDefaultSelector = context =>
            Bearer.Of(context.Request) is { } token ? (options.Oidc.IsUsed && token.Contains('.', StringComparison.Ordinal) ? OidcExtensions.JwtScheme : ApiTokenHandler.TokenScheme) : Session.Scheme);
        authentication.AddCookie(Session.Scheme, cookie =>
        {
            cookie.EventsType = typeof(Session);
            cookie.LoginPath = Where.SignIn;
            cookie.ReturnUrlParameter = "to";
            cookie.ExpireTimeSpan = options.SessionIdle;
            cookie.SlidingExpiration = true;
            cookie.Cookie.Name = "claims-console";
            cookie.Cookie.Path = Where.Console;
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            // A person who comes back from the identity provider comes from another site.
            cookie.Cookie.SameSite = options.Oidc.IsUsed ? SameSiteMode.Lax : SameSiteMode.Strict;
        });
        authentication.AddScheme<AuthenticationSchemeOptions, ApiTokenHandler>(ApiTokenHandler.TokenScheme, null);
        if (options.Oidc.IsUsed)
            authentication.AddOidc(options.Oidc);
    }

    private static AuthorizationPolicy For(Role role) => new AuthorizationPolicyBuilder(AnyScheme)
        .RequireAuthenticatedUser()
        .RequireAssertion(context => context.User.Identity is { IsAuthenticated: true } && Actor.Of(context.User).Is(role))
        .Build();

    /// <summary>A browser sends the session's cookie with whatever any page makes it send; a token it does not.</summary>
    private static async Task MeantOrRefusedAsync(HttpContext context, RequestDelegate next)
    {
        var writes = !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) && !HttpMethods.IsOptions(context.Request.Method);
        if (writes && Where.IsApi(context) && context.User.Identity?.AuthenticationType == Session.Scheme
            && !await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
        {
            await TypedResults.Problem($"The call lacks the antiforgery token; send it as {AntiforgeryHeader}.", statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(context);
            return;
        }
        await next(context);
    }
}
