using System.Net.Security;
using System.Text.Json;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ClaimsTransfer.Defaults.Access;

/// <summary>Every door has a key: what an endpoint does not say of who may come in, nobody may.</summary>
internal static class DoorsExtensions
{
    private static readonly string[] Json = ["application/json", "application/x-ndjson"];

    public static void AddDoors(this IHostApplicationBuilder builder, string service, Installation installation)
    {
        var services = builder.Services;
        services.AddSingleton<ServiceToken>().AddSingleton<Certificates>();
        services.AddSingleton(provider => new ServiceHttp(installation, service, provider.GetRequiredService<TimeProvider>()));
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ServiceAuthentication>(ServiceAuthentication.SchemeName, null);
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddAuthorization(authorization =>
        {
            // The service that others come to says who they are; until one does, these doors are for our own too.
            foreach (var door in (string[])[Door.Service, Door.Sender, Door.DebtorSystem])
                authorization.AddPolicy(door, policy => policy.AddAuthenticationSchemes(ServiceAuthentication.SchemeName).RequireAuthenticatedUser());
            // Where there is no endpoint there is nothing to refuse: 404 says so, or 405 and 415, for which the router has endpoints of its own that nobody mapped.
            authorization.FallbackPolicy = new AuthorizationPolicyBuilder(ServiceAuthentication.SchemeName)
                .RequireAssertion(context => context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint).Build();
        });
        // Before the framework's filter of names, which is the first there is.
        services.Insert(0, ServiceDescriptor.Transient<IStartupFilter, HealthByAnyName>());
        services.Configure<HostFilteringOptions>(filtering => filtering.AllowedHosts = [.. Hosts(builder.Configuration, installation)]);
        services.AddOptions<KestrelServerOptions>().Configure<Certificates>((kestrel, certificates) => kestrel.ConfigureHttpsDefaults(https =>
        {
            if (installation.BrokerCertificate.Length > 0)
                https.ServerCertificateSelector = (_, _) => certificates.Own;
            // Who comes in with which certificate is said by the endpoint's policy, not by the handshake.
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        }));
    }

    /// <summary>Whether one of ours asks, where anybody may.</summary>
    public static async Task<bool> IsOursAsync(HttpContext context) => (await context.AuthenticateAsync(ServiceAuthentication.SchemeName)).Succeeded;

    /// <summary>A page that a browser shows can post forms and plain text to any address, but not JSON: what is no JSON is refused, unless an endpoint names another type.</summary>
    public static Task JsonOnlyAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not { } endpoint || !HasBody(context.Request))
            return next(context);
        var taken = endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes ?? Json;
        var type = context.Request.ContentType?.Split(';')[0].Trim();
        if (taken.Contains(type, StringComparer.OrdinalIgnoreCase))
            return next(context);
        return TypedResults.Problem(
            $"The content is {(type is { Length: > 0 and < 100 } ? $"'{PersonalData.Mask(type, 100)}'" : "of no type that is named")}; what is taken is {string.Join(" or ", taken)}. Name it in Content-Type.",
            statusCode: StatusCodes.Status415UnsupportedMediaType).ExecuteAsync(context);
    }

    /// <summary>Whoever is refused is told why: the framework's own refusals, of what does not bind and of what no endpoint takes, have a status and not a word.</summary>
    public static void SayWhy(WebApplication app)
    {
        // The console's pages have a page for that, and only where that itself is refused is there nothing to say it.
        app.UseWhen(
            context => context.Features.Get<IStatusCodePagesFeature>() is null || context.Features.Get<IStatusCodeReExecuteFeature>() is not null,
            rest => rest.UseStatusCodePages(refused => TypedResults.Problem(statusCode: refused.HttpContext.Response.StatusCode).ExecuteAsync(refused.HttpContext)));
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (Microsoft.AspNetCore.Http.BadHttpRequestException bad) when (!context.Response.HasStarted)
            {
                var where = bad.InnerException is JsonException { Path: { Length: > 0 } path } ? $" What does not fit stands at {path}." : "";
                await TypedResults.Problem(PersonalData.Mask($"{bad.Message}{where}", 500), statusCode: bad.StatusCode).ExecuteAsync(context);
            }
        });
    }

    private static bool HasBody(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0 || request.ContentType is { Length: > 0 });

    /// <summary>The names we answer to: this machine's, those we are told to listen at, and the setting's.</summary>
    private static IEnumerable<string> Hosts(IConfiguration configuration, Installation installation) =>
        (configuration["urls"] ?? configuration["ASPNETCORE_URLS"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(url => Uri.TryCreate(url.Replace("://+", "://any", StringComparison.Ordinal).Replace("://*", "://any", StringComparison.Ordinal), UriKind.Absolute, out var listened) ? listened.Host : "")
            .Where(host => host.Length > 0 && host is not ("any" or "0.0.0.0" or "[::]"))
            .Concat(["localhost", "127.0.0.1", "[::1]", Environment.MachineName])
            .Concat(installation.Hosts.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Distinct(StringComparer.OrdinalIgnoreCase);
}
