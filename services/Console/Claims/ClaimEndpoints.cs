using System.Security.Claims;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.DeadLetters;

namespace ClaimsTransfer.OperationsConsole.Claims;

/// <summary><c>/console/api/claims</c>: search, one claim with everything that is known of it, and what a person does about it.</summary>
internal static class ClaimEndpoints
{
    private const int MostAPage = 1000;

    public static IServiceCollection AddClaims(this IServiceCollection services) => services.AddSingleton<ClaimDesk>();

    public static void MapClaims(this IEndpointRouteBuilder api)
    {
        var claims = api.MapGroup("/claims").WithTags("Claims");
        claims.MapGet("", (ClaimsPrincipal user, HttpRequest request, ClaimDesk desk, CancellationToken cancellation, int limit = 100, string? after = null) =>
            WithQueryAsync(request, async query => await desk.FindAsync(Actor.Of(user), query, Math.Clamp(limit, 1, MostAPage), after, cancellation)))
            .Produces<ClaimPage>().WithSummary("Claims, the newest received first: municipality, category, status, agency, feeId, claimId, text, from, to.");
        claims.MapGet("/count", (ClaimsPrincipal user, HttpRequest request, ClaimDesk desk, CancellationToken cancellation) =>
            WithQueryAsync(request, async query => await desk.CountAsync(Actor.Of(user), query, cancellation)))
            .Produces<ClaimCount>().WithSummary("How many claims, and how much they are for.");
        claims.MapGet("/{agency}/{feeId:long}", (string agency, long feeId, ClaimsPrincipal user, ClaimDesk desk, CancellationToken cancellation) =>
            ApiAnswers.AnswerAsync(async () => await desk.ShowAsync(Actor.Of(user), agency, feeId, cancellation)))
            .Produces<ClaimView>().WithSummary("Timeline, messages from FBS, money and dead letters of one claim.");
        claims.MapPost("/{agency}/{feeId:long}/{operation}", (
            string agency, long feeId, string operation, WhyRequest request, ClaimsPrincipal user, ClaimDesk desk, CancellationToken cancellation) =>
            ClaimDesk.Operations.Contains(operation, StringComparer.Ordinal)
                ? ApiAnswers.BecauseAsync(request.Why, async why => await desk.OperateAsync(Actor.Of(user), agency, feeId, operation, why, cancellation))
                : Task.FromResult(Results.Problem($"operation is '{operation}'; give one of {string.Join(", ", ClaimDesk.Operations)}.", statusCode: StatusCodes.Status422UnprocessableEntity)))
            .RequireAuthorization(nameof(Role.Operator)).Produces<OperationTaken>().WithSummary("Acts on a claim: release, retry, ask, cancel, reregister or readjust.");
    }

    private static Task<IResult> WithQueryAsync<T>(HttpRequest request, Func<ClaimQuery, Task<T?>> work)
        where T : class =>
        ClaimQuery.Read(request.Query) is { Faults.Count: > 0 } bad
            ? Task.FromResult(Results.Problem(string.Join(' ', bad.Faults.Values), statusCode: StatusCodes.Status422UnprocessableEntity))
            : ApiAnswers.AnswerAsync(() => work(ClaimQuery.Read(request.Query)));
}
