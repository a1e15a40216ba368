using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaimsTransfer.ConnectorSdk.Asking;

/// <summary>What whoever oversees the connectors asks, each of its own vendor's log.</summary>
internal static class AskingEndpoints
{
    public static void MapAsking(this IEndpointRouteBuilder connector, IStore store)
    {
        var (waiting, recorded) = (new WaitingInstructions(store), new RecordedInstructions(store));
        connector.MapGet("/waiting", async (CancellationToken cancellation, string[]? municipality = null, int limit = 100, string? after = null) =>
        {
            if (Lists.FaultOfLimit(limit) is { } fault)
                return (IResult)fault;
            return Place.TryParse(after, out var place)
                ? TypedResults.Json(await waiting.ReadAsync(municipality ?? [], limit, place, cancellation), AskingJson.Default.WaitingPage)
                : Lists.NoPlace();
        });
        connector.MapPost("/messages/recorded", async (MessageIds request, CancellationToken cancellation) =>
            Lists.FaultOf("messageIds", request.Ids) is { } fault
                ? (IResult)fault
                : TypedResults.Json(await recorded.FindAsync(request.Ids!, cancellation), AskingJson.Default.RecordedList));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WaitingPage))]
[JsonSerializable(typeof(RecordedList))]
internal sealed partial class AskingJson : JsonSerializerContext
{
    /// <summary>As <c>GET /connectors/VENDOR</c> and the wire spell what the log keeps.</summary>
    public static string Word(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
