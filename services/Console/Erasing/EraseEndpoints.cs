using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Auditing;

namespace ClaimsTransfer.OperationsConsole.Erasing;

/// <param name="Number">The CPR number: in the body, as addresses are logged.</param>
/// <param name="WithinRetention">Also what has ended and is to be kept longer by the municipality's retention.</param>
/// <param name="Apply">False: only what would be erased is told.</param>
public sealed record EraseCitizenRequest(string? Number, bool WithinRetention, bool Apply, string? Why);

/// <param name="Apply">False: only how many there are is told.</param>
public sealed record ErasePastRetentionRequest(string? Municipality, bool Apply, string? Why);

/// <summary><c>/console/api/erase</c>: what cannot be brought back. By night it is done without anybody asking.</summary>
internal static class EraseEndpoints
{
    public static void MapErasing(this IEndpointRouteBuilder api)
    {
        var erase = api.MapGroup("/erase").WithTags("Erasing").RequireAuthorization(nameof(Role.Administrator));
        erase.MapPost("/citizen", (EraseCitizenRequest request, Actor actor, CitizenEraser eraser, CancellationToken cancellation) =>
            CitizenTrail.IsNumber(request.Number, out var fault)
                ? ApiAnswers.BecauseAsync(
                    request.Why, async why => (CitizensClaims?)await eraser.EraseAsync(actor, request.Number!, why, request.WithinRetention, request.Apply, cancellation))
                : Task.FromResult(Results.Problem(fault, statusCode: StatusCodes.Status422UnprocessableEntity)))
            .Produces<CitizensClaims>().WithSummary("Erases who owed and for what in one citizen's claims that have ended; or says which they are.");
        erase.MapPost("/past-retention", (ErasePastRetentionRequest request, Actor actor, Eraser eraser, ErasureStore nights, AuditLog audit, IMunicipalities municipalities,
                TimeProvider time, CancellationToken cancellation) =>
            ApiAnswers.BecauseAsync(request.Why, why => PastRetentionAsync(request, why, actor, eraser, nights, audit, municipalities, time, cancellation)))
            .Produces<ErasedSum>().WithSummary("Erases what is past a municipality's retention now instead of next night, and says what is still needed.");
    }

    private static async Task<ErasedSum?> PastRetentionAsync(
        ErasePastRetentionRequest request, string why, Actor actor, Eraser eraser, ErasureStore nights, AuditLog audit, IMunicipalities municipalities, TimeProvider time,
        CancellationToken cancellation)
    {
        if (request.Municipality is not { Length: 4 } code || !code.All(char.IsAsciiDigit) || !actor.Sees(code))
            return null;
        var retention = Retention.Of(code, municipalities);
        if (!request.Apply)
            return new ErasedSum(await eraser.CountAsync(retention, cancellation), 0, []);
        await audit.AppendAsync(actor, new AuditedAction("claims.erase", $"municipality {code}", code, why, null, "asked for"), cancellation);
        var erased = await eraser.PastRetentionAsync(retention, cancellation);
        await audit.AppendAsync(
            actor,
            new AuditedAction("claims.erase", $"municipality {code}", code, why, null, Note.Write([ErasingNotes.Done(erased.Claims, erased.Others, erased.Kept.Count)])), cancellation);
        // The needs that the last night left are not those of today.
        var last = (await nights.NightsAsync(cancellation)).FirstOrDefault(night => night.Municipality == code) ?? NightOfErasing.Before(code);
        await nights.SetAsync([last with { TriedAt = time.GetUtcNow(), Claims = erased.Claims, Kept = erased.Kept.Count, Failure = null, FailedSince = null }], cancellation);
        return erased;
    }
}
