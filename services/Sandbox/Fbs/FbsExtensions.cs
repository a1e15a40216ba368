using System.Text.Json;
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
        builder.Services.AddSingleton(services => new FeeBook(services.GetRequiredService<IStores>().Open("sandbox_fbs")));
        builder.Services.AddSingleton(services => new FbsPublisher(services.GetRequiredService<ITransport>()));
        builder.Services.AddHostedService<FbsListener>();
    }

    /// <summary>
    /// <c>GET /sandbox/fbs</c>: messages told, by name; <c>/sandbox/fbs/DK-710100/434536</c>: what was told of one claim; <c>/sandbox/fbs/summary</c>: three figures a
    /// municipality. What FBS itself offers is <see cref="PaymentInterface"/> and <see cref="OpenClaimsList"/>.
    /// </summary>
    public static void MapFbsStandIn(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sandbox/fbs", async (FbsRecord record, CancellationToken cancellation) => Results.Ok(await record.CountsAsync(cancellation)));
        routes.MapGet("/sandbox/fbs/{agency}/{feeId:long}", async (string agency, long feeId, FbsRecord record, CancellationToken cancellation) =>
            Results.Ok(await record.OfClaimAsync(agency, feeId, cancellation)));
        routes.MapGet("/sandbox/fbs/summary", async (FeeBook fees, CancellationToken cancellation) =>
            Results.Json((await fees.SummaryAsync(cancellation)).ToDictionary(
                line => line.Municipality, line => new { line.ReconciledToFbs, line.OpenClaims, line.OpenOre }, StringComparer.Ordinal), JsonSerializerOptions.Web));
    }
}
