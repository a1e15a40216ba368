using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary><c>GET /sandbox/fbs/open-claims/0101</c>: the municipality's open fees, a line each.</summary>
internal static class OpenClaimsList
{
    private const int FlushAt = 32 * 1024;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/sandbox/fbs/open-claims/{municipality}", WriteOpenClaimsAsync);

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
