using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaimsTransfer.ConnectorSdk.Erasing;

internal static class ErasingEndpoints
{
    /// <summary>
    /// <c>POST /connectors/VENDOR/erase</c> <c>{municipality, claimIds, before?}</c>: <c>{kept: [{claimId, why}], others, isMore}</c>. Of a claim that it
    /// does not know there is nothing to do.
    /// </summary>
    public static void MapErasing(this IEndpointRouteBuilder connector, IStore store)
    {
        var eraser = new ConnectorEraser(store);
        connector.MapPost("/erase", async (Erasure asked, CancellationToken cancellation) =>
            asked.Fault() is { } fault ? (IResult)fault : TypedResults.Json(await eraser.EraseAsync(asked, cancellation), ErasingJson.Default.Erased));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Erased))]
internal sealed partial class ErasingJson : JsonSerializerContext;
