using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Ingest;
using ClaimsTransfer.KmdOpus;
using ClaimsTransfer.OesIndsigt;
using ClaimsTransfer.OperationsConsole;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.Payments;
using ClaimsTransfer.Prisme;
using ClaimsTransfer.Routing;
using ClaimsTransfer.Sandbox;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Journeys.Doors;

/// <summary>One way into a service: an endpoint and who may come in by it.</summary>
/// <param name="Who">Policies; <c>anybody</c>; or null: it says nothing.</param>
internal sealed record FoundDoor(string Service, string Method, string Path, string? Who)
{
    /// <summary>The content type that a body must have.</summary>
    public string Takes { get; init; } = "application/json";

    public override string ToString() => $"| {Service} | {Method} | `{Path}` | {Who} |";
}

/// <summary>A service as it runs, or all of them in one process as <c>deploy/run.sh</c> has them, on a real server and in a folder of its own.</summary>
internal sealed partial class RunningService : IAsyncDisposable
{
    public static readonly IReadOnlyDictionary<string, (Action<WebApplicationBuilder> Add, Action<WebApplication> Map)> All =
        new Dictionary<string, (Action<WebApplicationBuilder>, Action<WebApplication>)>(StringComparer.Ordinal)
        {
            ["ingest"] = (builder => builder.AddIngest(), app => app.MapIngest()),
            ["routing"] = (builder => builder.AddRouting(), app => app.MapRouting()),
            ["payments"] = (builder => builder.AddPayments(), app => app.MapPayments()),
            ["kmdopus"] = (builder => builder.AddKmdOpus(), app => app.MapKmdOpus()),
            ["prisme"] = (builder => builder.AddPrisme(), app => app.MapPrisme()),
            ["oesindsigt"] = (builder => builder.AddOesIndsigt(), app => app.MapOesIndsigt()),
            ["sandbox"] = (builder => builder.AddSandbox(), app => app.MapSandbox()),
            ["console"] = (builder => builder.AddOperationsConsole(), app => app.MapOperationsConsole()),
        };

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;
    private readonly string _name;

    private RunningService(
        string name, Action<WebApplication>? also, string url, IEnumerable<KeyValuePair<string, string?>> settings, Action<IServiceCollection>? replace)
    {
        _name = name;
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls(url);
        builder.Configuration.AddInMemoryCollection([
            new("CLAIMS_DATA", _folder.Path), new("CLAIMS_LOG", "file"), new("CLAIMS_BROKER", "embedded"), new("CLAIMS_STORE", "embedded"),
            new("Connectors:Prisme:SandboxFolder", Path.Combine(_folder.Path, "sandbox", "prisme")),
        ]);
        builder.Configuration.AddInMemoryCollection(settings);
        List<(Action<WebApplicationBuilder> Add, Action<WebApplication> Map)> services = name == "standalone" ? [.. All.Values] : [All[name]];
        if (name == "standalone")
            builder.AddDefaults(name);
        foreach (var (add, _) in services)
            add(builder);
        replace?.Invoke(builder.Services);
        _app = builder.Build();
        _app.MapDefaults();
        foreach (var (_, map) in services)
            map(_app);
        also?.Invoke(_app);
    }

    /// <summary>What was mapped is known to the server only once it runs.</summary>
    public IReadOnlyList<FoundDoor> Doors =>
        [.. _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(endpoint => Of(_name, endpoint)).Distinct()];

    public IServiceProvider Services => _app.Services;

    public Installation Installation => _app.Services.GetRequiredService<Installation>();

    public Uri Url => new(_app.Urls.First());

    /// <summary>Where a door is: debtor systems come in at an address of their own.</summary>
    public Uri At(FoundDoor door) => door.Who == Door.DebtorSystem ? new Uri(_app.Urls.Last()) : Url;

    public static async Task<RunningService> StartAsync(
        string name, Action<WebApplication>? also = null, string url = "http://127.0.0.1:0", IEnumerable<KeyValuePair<string, string?>>? settings = null,
        Action<IServiceCollection>? replace = null)
    {
        var service = new RunningService(name, also, url, settings ?? [], replace);
        await service._app.StartAsync();
        return service;
    }

    /// <summary>As one of ours calls it.</summary>
    public HttpClient Client()
    {
        var client = new HttpClient { BaseAddress = Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token());
        return client;
    }

    public string Token() => _app.Services.GetRequiredService<ServiceToken>().TryIssue("test")!;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private static IEnumerable<FoundDoor> Of(string service, RouteEndpoint endpoint)
    {
        var policies = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy ?? "").Where(policy => policy.Length > 0).Distinct().ToList();
        // Every other role may do what a viewer may.
        if (policies.Count > 1)
            policies.Remove(nameof(Role.Viewer));
        var who = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null ? "anybody" : policies.Count > 0 ? string.Join(" and ", policies) : null;
        var path = "/" + ParameterKind().Replace(endpoint.RoutePattern.RawText!.TrimStart('/'), "}");
        return (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => new FoundDoor(service, method, path, who)
        {
            Takes = endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes[0] ?? "application/json",
        });
    }

    /// <summary>What a parameter must be like is no part of the door's name.</summary>
    [GeneratedRegex(@":(?:[^{}]|\{\{[^{}]*\}\}|\{[^{}]*\})*\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ParameterKind();
}
