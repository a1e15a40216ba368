using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Routing.Accounting;
using ClaimsTransfer.Routing.Asking;
using ClaimsTransfer.Routing.Definition;
using ClaimsTransfer.Routing.Erasing;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Operations;
using ClaimsTransfer.Routing.Preview;
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
        builder.Services.AddSingleton(services => services.GetRequiredService<RoutingParts>().Journal);
        builder.Services.AddSingleton(services => services.GetRequiredService<RoutingParts>().Recorded);
        builder.Services.AddSingleton(services => services.GetRequiredService<RoutingParts>().Search);
        builder.Services.AddSingleton(services => services.GetRequiredService<RoutingParts>().Rejections);
        builder.Services.AddSingleton(services => services.GetRequiredService<RoutingParts>().Previews);
        builder.Services.AddSingleton(services => services.GetRequiredService<RoutingParts>().LeftOut);
        builder.Services.AddSingleton(services => services.GetRequiredService<RoutingParts>().Eraser);
        builder.Services.AddKeyedSingleton("routing", (services, _) => services.GetRequiredService<RoutingParts>().Senders);
        builder.Services.AddHostedService(services => services.GetRequiredService<RoutingParts>().Service(services));
        return builder;
    }

    public static WebApplication MapRouting(this WebApplication app)
    {
        var routing = app.MapGroup("/routing").RequireAuthorization(Door.Service);
        routing.MapGet("/accounting", async (Accounts accounts, CancellationToken cancellation, bool fresh = false) =>
            TypedResults.Json(await accounts.ReadAsync(fresh, cancellation), RoutingJson.Default.RoutingAccounts));
        routing.MapGet("/claims/{agency}/{feeId:long}", async Task<Results<JsonHttpResult<ClaimTimeline>, NotFound>> (
                string agency, long feeId, Timelines timelines, CancellationToken cancellation) =>
            await timelines.FindAsync(agency, feeId, cancellation) is { } timeline
                ? TypedResults.Json(timeline, RoutingJson.Default.ClaimTimeline)
                : TypedResults.NotFound());
        routing.MapPost("/claims/{agency}/{feeId:long}/operations", OperateEndpoint.HandleAsync);
        routing.MapGet("/claims/left-out", LeftOutEndpoints.ShowAsync);
        routing.MapPost("/claims/left-out/take-in", LeftOutEndpoints.TakeInAsync);
        routing.MapGet("/claims", AskingEndpoints.FindAsync);
        routing.MapGet("/claims/count", AskingEndpoints.CountAsync);
        routing.MapPost("/claims/standing", AskingEndpoints.StandingAsync);
        routing.MapGet("/claims/ended", EraseEndpoints.EndedAsync);
        routing.MapPost("/erase", EraseEndpoints.EraseAsync);
        routing.MapPost("/erase/done", EraseEndpoints.DoneAsync);
        routing.MapPost("/messages/recorded", AskingEndpoints.RecordedAsync);
        routing.MapGet("/rejections", AskingEndpoints.RejectionsAsync);
        routing.MapGet("/senders", async ([FromKeyedServices("routing")] SenderCheck senders, CancellationToken cancellation) =>
            TypedResults.Json(await senders.ReadAsync(cancellation), RoutingJson.Default.SendersView));
        routing.MapPost("/preview", Previews.HandleAsync);
        routing.MapGet("/saga", () => TypedResults.Json(SagaDefinition.Worked, RoutingJson.Default.SagaDefinition));
        return app;
    }

    /// <summary>Routing's parts share one store; composed here, so that Standalone's container can hold several services' stores.</summary>
    private sealed class RoutingParts
    {
        private readonly IStore _store;
        public RoutingParts(IServiceProvider services, RoutingOptions options)
        {
            var time = services.GetRequiredService<TimeProvider>();
            _store = services.GetRequiredService<IStores>().Open("routing");
            var municipalities = services.GetRequiredService<IMunicipalities>();
            var saga = new ClaimSaga(options.Deadlines);
            Journal = new RoutingStore(_store);
            var refusals = new SenderRefusals(_store, time);
            Handler = new RoutingHandler(
                Journal, services.GetRequiredService<ITransport>(), saga, municipalities, time, new UnaskedAnswers(refusals, services.GetRequiredService<ILogger<UnaskedAnswers>>()));
            Accounts = new Accounts(_store, time, options.VersionGapAfter);
            Timelines = new Timelines(_store, new PossibleOperations(saga, municipalities, time));
            Recorded = new RecordedMessages(_store);
            Search = new ClaimSearch(_store);
            Rejections = new Rejections(_store);
            LeftOut = new LeftOut(_store, services.GetRequiredService<ITransport>(), municipalities, time);
            Eraser = new Eraser(_store, time);
            Previews = new Previews(Journal, saga, municipalities, time);
            Senders = new SenderCheck(
                new SenderRules(municipalities, options.RequireSender ?? services.GetRequiredService<ITransport>().User == BrokerUsers.Routing, Inbound.Read), refusals,
                services.GetRequiredService<ILogger<SenderCheck>>());
        }

        public RoutingHandler Handler { get; }

        public Accounts Accounts { get; }

        public Timelines Timelines { get; }

        public RoutingStore Journal { get; }

        public RecordedMessages Recorded { get; }

        public ClaimSearch Search { get; }

        public Rejections Rejections { get; }

        public LeftOut LeftOut { get; }

        public Eraser Eraser { get; }

        public Previews Previews { get; }

        public SenderCheck Senders { get; }

        public RoutingService Service(IServiceProvider services) =>
            ActivatorUtilities.CreateInstance<RoutingService>(services, _store, (IRoutingStore)Journal, Handler, Accounts, Senders);
    }
}
