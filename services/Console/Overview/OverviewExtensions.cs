using System.Security.Claims;
using ClaimsTransfer.OperationsConsole.Access;

namespace ClaimsTransfer.OperationsConsole.Overview;

public static class OverviewExtensions
{
    public static IServiceCollection AddOverview(this IServiceCollection services) => services
        .AddSingleton<ServiceFigures>().AddSingleton<Reconciliations>().AddSingleton<FlowStore>().AddSingleton<Overviews>().AddSingleton<FlowSampler>()
        .AddHostedService(provider => provider.GetRequiredService<FlowSampler>()).AddSingleton<NeedsMetric>().AddHostedService(provider => provider.GetRequiredService<NeedsMetric>());

    /// <summary><c>/console/api/overview</c>: figures a municipality, what needs a person, the last 24 hours.</summary>
    public static void MapOverview(this IEndpointRouteBuilder api) => api
        .MapGet("/overview", (ClaimsPrincipal user, Overviews overviews, CancellationToken cancellation) =>
            ApiAnswers.AnswerAsync(async () => await overviews.ReadAsync(Actor.Of(user), cancellation)))
        .Produces<OverviewNow>().WithTags("Overview").WithSummary("What needs a person now, where each municipality's claims are, and what came through in the last 24 hours.");
}
