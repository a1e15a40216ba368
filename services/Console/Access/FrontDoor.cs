using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>
/// Around all that is below <c>/console</c>, before anything else runs: the headers that keep a browser from doing what nobody meant, and pages for what went wrong. Paths of
/// other services in the same process pass by untouched.
/// </summary>
internal sealed class FrontDoor(ConsoleOptions options) : IStartupFilter
{
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseWhen(Where.IsConsole, console =>
        {
            if (options.Proxies.Count > 0)
                console.UseForwardedHeaders(Forwarded(options.Proxies));
            console.Use((context, proceed) =>
            {
                context.Response.OnStarting(AddHeaders, context);
                return proceed(context);
            });
        });
        app.UseWhen(Where.IsPage, pages =>
        {
            pages.UseExceptionHandler(Where.Status);
            pages.UseStatusCodePagesWithReExecute(Where.Status, "?code={0}");
        });
        app.UseWhen(Where.IsApi, api => api.UseExceptionHandler(failed => failed.Run(context =>
            TypedResults.Problem("Something failed here; the log says what. Try again.", statusCode: StatusCodes.Status500InternalServerError).ExecuteAsync(context))));
        next(app);
    };

    /// <summary>From the right, as long as a proxy that we know says it: what a visitor wrote further left is not believed.</summary>
    private static ForwardedHeadersOptions Forwarded(IReadOnlyList<string> proxies)
    {
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            if (System.Net.IPNetwork.TryParse(proxy, out var network))
                forwarded.KnownIPNetworks.Add(network);
            else
                forwarded.KnownProxies.Add(IPAddress.Parse(proxy));
        }

        return forwarded;
    }

    private static Task AddHeaders(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (context.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000";
        // What a signed-in person saw is not for whoever sits down at the machine next.
        if (!Where.IsAsset(context))
            headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
