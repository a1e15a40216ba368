using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Municipalities;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Routing.Operations;

/// <summary>Previews and takes in claims that were out of scope. Who may do so is the asker's to know.</summary>
internal static class LeftOutEndpoints
{
    public static async Task<Results<JsonHttpResult<LeftOutView>, ProblemHttpResult>> ShowAsync(
        [AsParameters] LeftOutFilter filter, LeftOut claims, IMunicipalities municipalities, CancellationToken cancellation) =>
        FaultOf(filter, municipalities) is { } fault
            ? TypedResults.Problem(fault, statusCode: 422)
            : TypedResults.Json(await claims.ShowAsync(filter, cancellation), RoutingJson.Default.LeftOutView);

    public static async Task<Results<JsonHttpResult<LeftOutSum>, ProblemHttpResult>> TakeInAsync(
        TakeInRequest request, LeftOut claims, IMunicipalities municipalities, CancellationToken cancellation)
    {
        if ((FaultOf(request.Filter, municipalities) ?? OperateEndpoint.FaultOf(request.Who, request.Why)) is { } fault)
            return TypedResults.Problem(fault, statusCode: 422);
        return TypedResults.Json(await claims.TakeInAsync(request.Filter, request.Who!, request.Why!, cancellation), RoutingJson.Default.LeftOutSum, statusCode: 202);
    }

    private static string? FaultOf(LeftOutFilter filter, IMunicipalities municipalities) => filter.Municipality switch
    {
        null or "" => "municipality is missing; give one municipality's four digits, such as 0492.",
        var code when municipalities.Find(code) is null => $"municipality is '{code}', which is not configured here.",
        var code when filter.Agency is not null && !(Identifiers.TryIsil(filter.Agency.ToUpperInvariant(), out var its, out _) && its == code) =>
            $"agency is '{filter.Agency}', which is no library of municipality {code}; give its ISIL, such as DK-7{code[1..]}00.",
        _ => null,
    };
}
