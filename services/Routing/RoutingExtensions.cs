using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Routing.Accounting;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Operations;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Routing.Timeline;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Routing;

public static class RoutingExtensions
{
    public static IHostApplicationBuilder AddRouting(this IHostApplicationBuilder builder)
    {
        builder.AddDefaults("routing");
        var options = builder.Configuration.GetSection("Routing").Get<RoutingOptions>() ?? new RoutingOptions();
        if (options.Faults().ToList() is { Count: > 0 } faults)
            throw new InvalidOperationException(string.Join(Environment.NewLine, faults));

        builder.Services
            .AddSingleton(options)
            .AddSingleton(services => new RoutingParts(services, options));
        builder.Services.AddSingleton(services => services.GetRequiredService<RoutingParts>().Handler);
        builder.Services.AddSingleton(services => services.GetRequiredService<RoutingParts>().Accounts);
        builder.Services.AddSingleton(services => services.GetRequiredService<RoutingParts>().Timelines);
        builder.Services.AddHostedService(services => services.GetRequiredService<RoutingParts>().Service(services));
        return builder;
    }

    public static WebApplication MapRouting(this WebApplication app)
    {
        var routing = app.MapGroup("/routing");
        routing.MapGet("/accounting", async (Accounts accounts, CancellationToken cancellation, bool fresh = false) =>
            TypedResults.Json(await accounts.ReadAsync(fresh, cancellation), RoutingJson.Default.RoutingAccounts));
        routing.MapGet("/claims/{agency}/{feeId:long}", async Task<Results<JsonHttpResult<ClaimTimeline>, NotFound>> (
                string agency, long feeId, Timelines timelines, CancellationToken cancellation) =>
            await timelines.FindAsync(agency, feeId, cancellation) is { } timeline
                ? TypedResults.Json(timeline, RoutingJson.Default.ClaimTimeline)
                : TypedResults.NotFound());
        routing.MapPost("/claims/{agency}/{feeId:long}/operations", OperateEndpoint.HandleAsync);
        return app;
    }

    /// <summary>Routing's parts share one store; composed here, so that Standalone's container can hold several services' stores.</summary>
    private sealed class RoutingParts
    {
        private readonly IStore _store;
        private readonly RoutingStore _journal;

        public RoutingParts(IServiceProvider services, RoutingOptions options)
        {
            var time = services.GetRequiredService<TimeProvider>();
            _store = services.GetRequiredService<IStores>().Open("routing");
            _journal = new RoutingStore(_store);
            Handler = new RoutingHandler(
                _journal, services.GetRequiredService<IBus>(), new ClaimSaga(options.Deadlines), services.GetRequiredService<IMunicipalities>(), time);
            Accounts = new Accounts(_store, time);
            Timelines = new Timelines(_store);
        }

        public RoutingHandler Handler { get; }

        public Accounts Accounts { get; }

        public Timelines Timelines { get; }

        public RoutingService Service(IServiceProvider services) =>
            ActivatorUtilities.CreateInstance<RoutingService>(services, _store, (IRoutingStore)_journal, Handler, Accounts);
    }
}
