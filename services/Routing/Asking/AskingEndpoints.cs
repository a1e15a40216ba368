using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Routing.Journal;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Routing.Asking;

/// <summary>What whoever oversees the claims asks. Whose claims a person may see is the asker's to know: it asks by municipality.</summary>
internal static class AskingEndpoints
{
    public static async Task<Results<JsonHttpResult<RecordedList>, ProblemHttpResult>> RecordedAsync(
        MessageIds request, RecordedMessages messages, CancellationToken cancellation) =>
        Lists.FaultOf("messageIds", request.Ids) is { } fault
            ? fault
            : TypedResults.Json(await messages.FindAsync(request.Ids!, cancellation), RoutingJson.Default.RecordedList);

    public static async Task<Results<JsonHttpResult<ClaimPage>, ProblemHttpResult>> StandingAsync(
        ClaimIds request, RoutingStore store, CancellationToken cancellation)
    {
        if (Lists.FaultOf("claimIds", request.Ids) is { } fault)
            return fault;
        var claims = await store.LoadAsync(request.Ids!, cancellation);
        return TypedResults.Json(new ClaimPage([.. claims.Select(claim => ClaimStanding.Of(claim.State))]), RoutingJson.Default.ClaimPage);
    }

    public static async Task<Results<JsonHttpResult<ClaimPage>, ProblemHttpResult>> FindAsync(
        [AsParameters] ClaimFilter filter, ClaimSearch search, CancellationToken cancellation, int limit = 100, string? after = null)
    {
        if (filter.Fault() is { } fault)
            return TypedResults.Problem(fault, statusCode: 422);
        if (Lists.FaultOfLimit(limit) is { } tooMany)
            return tooMany;
        return Place.TryParse(after, out var place)
            ? TypedResults.Json(await search.FindAsync(filter, limit, place, cancellation), RoutingJson.Default.ClaimPage)
            : Lists.NoPlace();
    }

    public static async Task<Results<JsonHttpResult<ClaimCount>, ProblemHttpResult>> CountAsync(
        [AsParameters] ClaimFilter filter, ClaimSearch search, CancellationToken cancellation) =>
        filter.Fault() is { } fault
            ? TypedResults.Problem(fault, statusCode: 422)
            : TypedResults.Json(await search.CountAsync(filter, cancellation), RoutingJson.Default.ClaimCount);

    public static async Task<JsonHttpResult<RejectionGroups>> RejectionsAsync(Rejections rejections, CancellationToken cancellation, string[]? municipality = null) =>
        TypedResults.Json(await rejections.ReadAsync(municipality ?? [], cancellation), RoutingJson.Default.RejectionGroups);
}
