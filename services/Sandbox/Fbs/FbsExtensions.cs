using System.Buffers;
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
    private const int FlushAt = 32 * 1024;

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
    /// municipality; <c>/sandbox/fbs/open-claims/0101</c>: its open fees, a line each. FBS's own interface is <see cref="PaymentInterface"/>.
    /// </summary>
    public static void MapFbsStandIn(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sandbox/fbs", async (FbsRecord record, CancellationToken cancellation) => Results.Ok(await record.CountsAsync(cancellation)));
        routes.MapGet("/sandbox/fbs/{agency}/{feeId:long}", async (string agency, long feeId, FbsRecord record, CancellationToken cancellation) =>
            Results.Ok(await record.OfClaimAsync(agency, feeId, cancellation)));
        routes.MapGet("/sandbox/fbs/summary", async (FeeBook fees, CancellationToken cancellation) =>
            Results.Json((await fees.SummaryAsync(cancellation)).ToDictionary(
                line => line.Municipality, line => new { line.ReconciledToFbs, line.OpenClaims, line.OpenOre }, StringComparer.Ordinal), JsonSerializerOptions.Web));
        routes.MapGet("/sandbox/fbs/open-claims/{municipality}", WriteOpenClaimsAsync);
        PaymentInterface.Map(routes);
    }

    private static async Task WriteOpenClaimsAsync(string municipality, HttpContext context, FeeBook fees)
    {
        context.Response.ContentType = "application/x-ndjson";
        var body = context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(body);
        await foreach (var claim in fees.OpenClaimsAsync(municipality, context.RequestAborted))
        {
            JsonSerializer.Serialize(json, claim, JsonSerializerOptions.Web);
            await json.FlushAsync(context.RequestAborted);
            json.Reset();
            body.Write("\n"u8);
            if (body.UnflushedBytes > FlushAt)
                await body.FlushAsync(context.RequestAborted);
        }
    }
}
