using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>The stand-in for FBS: publishes claims, listens to what becomes of them.</summary>
internal static class FbsExtensions
{
    public static void AddFbsStandIn(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => new FbsRecord(
            services.GetRequiredService<IStores>().Open("sandbox_fbs"), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(services => new FbsPublisher(services.GetRequiredService<IBus>()));
        builder.Services.AddHostedService<FbsListener>();
    }

    /// <summary><c>GET /sandbox/fbs</c>: messages told, by name; <c>GET /sandbox/fbs/DK-710100/434536</c>: what was told of one claim.</summary>
    public static void MapFbsStandIn(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sandbox/fbs", async (FbsRecord record, CancellationToken cancellation) => Results.Ok(await record.CountsAsync(cancellation)));
        routes.MapGet("/sandbox/fbs/{agency}/{feeId:long}", async (string agency, long feeId, FbsRecord record, CancellationToken cancellation) =>
            Results.Ok(await record.OfClaimAsync(agency, feeId, cancellation)));
    }
}
