using System.Globalization;
using System.Security.Claims;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.OperationsConsole.Replaying;
using Microsoft.AspNetCore.Http.Extensions;

namespace ClaimsTransfer.OperationsConsole.Claims;

/// <param name="Rule">The rule of today that leaves them out; null: they would be taken in.</param>
public sealed record LeftOutSum(string? Rule, long Claims, long Ore);

/// <summary>What would become of claims that are out of scope by their municipality's rules of today.</summary>
public sealed record LeftOutView(LeftOutSum Wanted, IReadOnlyList<LeftOutSum> Left);

/// <param name="Claims">As the preview counted them: where it is another number by now, nothing is done.</param>
/// <param name="Ore">As the preview summed them.</param>
public sealed record TakeInRequest(string? Agency, DateOnly? CreatedSince, long? Claims, long? Ore, string? Why);

/// <summary>Takes in claims of a municipality that came while they were out of scope, a set at a time.</summary>
public sealed class LeftOutClaims(ServiceClient client, IMunicipalities municipalities, ServiceFigures figures, IAuditTrail audit)
{
    /// <summary>Null: there is no such municipality for this person.</summary>
    public async Task<LeftOutView?> ShowAsync(Actor actor, string municipality, string? agency, DateOnly? createdSince, CancellationToken cancellation)
    {
        if (!actor.Sees(municipality) || municipalities.Find(municipality) is null)
            return null;
        var query = new QueryBuilder { { "municipality", municipality } };
        if (agency is { Length: > 0 })
            query.Add("agency", agency);
        if (createdSince is { } day)
            query.Add("createdSince", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        return await client.GetAsync<LeftOutView>("Routing", $"routing/claims/left-out{query}", cancellation);
    }

    /// <summary>Recorded before Routing is told. Null: there is no such municipality for this person.</summary>
    /// <exception cref="NotPossibleException">They are not those that were previewed any more.</exception>
    public async Task<LeftOutSum?> TakeInAsync(Actor actor, string municipality, TakeInRequest request, string why, CancellationToken cancellation)
    {
        if (await ShowAsync(actor, municipality, request.Agency, request.CreatedSince, cancellation) is not { Wanted: var wanted })
            return null;
        if (wanted.Claims == 0)
            throw new NotPossibleException(OperationNotes.NothingToTakeIn);
        if ((wanted.Claims, wanted.Ore) != (request.Claims, request.Ore))
            throw new NotPossibleException(OperationNotes.WouldTakeInOthers(wanted.Claims, wanted.Ore, request.Claims, request.Ore));

        var (agency, createdSince) = (request.Agency, request.CreatedSince);
        await audit.RecordAsync(
            actor, "municipality.takeIn", $"municipality {municipality}", municipality, why, new { agency, createdSince, wanted.Claims, wanted.Ore }, "asked for", cancellation);
        try
        {
            var taken = await client.PostAsync<LeftOutSum>(
                "Routing", "routing/claims/left-out/take-in", new { municipality, agency, createdSince, who = actor.Name, why }, cancellation);
            figures.Forget();
            return taken;
        }
        catch (Exception failure) when (failure is ServiceAwayException or ServiceRefusedException)
        {
            await audit.RecordAsync(
                actor, "municipality.takeIn", $"municipality {municipality}", municipality, why, new { failure = failure.Message },
                failure is ServiceAwayException ? "not known: Routing could not be asked" : "refused", CancellationToken.None);
            throw;
        }
    }

    /// <summary><c>/console/api/municipalities/CODE/left-out</c>.</summary>
    internal static void Map(RouteGroupBuilder municipalities)
    {
        municipalities.MapGet("/{code}/left-out", (
            string code, ClaimsPrincipal user, LeftOutClaims claims, CancellationToken cancellation, string? agency = null, DateOnly? createdSince = null) =>
            ApiAnswers.AnswerAsync(() => claims.ShowAsync(Actor.Of(user), code, agency, createdSince, cancellation)))
            .Produces<LeftOutView>().WithSummary("Claims out of scope, and what would become of them by the rules of today: count and øre.");
        municipalities.MapPost("/{code}/left-out/take-in", (string code, TakeInRequest request, ClaimsPrincipal user, LeftOutClaims claims, CancellationToken cancellation) =>
            ApiAnswers.BecauseAsync(request.Why, why => claims.TakeInAsync(Actor.Of(user), code, request, why, cancellation)))
            .RequireAuthorization(nameof(Role.Operator)).Produces<LeftOutSum>().WithSummary("Sends those on their way that the rules of today let in; claims and ore are the preview's.");
    }
}
