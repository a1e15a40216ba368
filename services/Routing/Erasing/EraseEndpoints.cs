using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Erasing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Routing.Erasing;

/// <summary>What has been kept long enough, and its erasing. Whose retention is over is the asker's to know.</summary>
internal static class EraseEndpoints
{
    public static async Task<Results<JsonHttpResult<EndedClaims>, ProblemHttpResult>> EndedAsync(
        string municipality, DateTimeOffset before, Eraser eraser, CancellationToken cancellation, int limit = 100, string? after = null)
    {
        if (Lists.FaultOfLimit(limit) is { } fault)
            return fault;
        return Place.TryParse(after, out var place)
            ? TypedResults.Json(await eraser.EndedAsync(municipality, before, limit, place, cancellation), RoutingJson.Default.EndedClaims)
            : Lists.NoPlace();
    }

    public static async Task<Results<JsonHttpResult<Erased>, ProblemHttpResult>> EraseAsync(Erasure erasure, Eraser eraser, CancellationToken cancellation) =>
        erasure.Fault() is { } fault ? fault : TypedResults.Json(await eraser.EraseAsync(erasure, cancellation), RoutingJson.Default.Erased);

    public static async Task<Results<NoContent, ProblemHttpResult>> DoneAsync(Erasure erasure, Eraser eraser, CancellationToken cancellation)
    {
        if (erasure.Fault() is { } fault)
            return fault;
        await eraser.DoneAsync(erasure, cancellation);
        return TypedResults.NoContent();
    }
}
