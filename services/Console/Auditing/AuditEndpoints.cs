using System.Security.Claims;
using ClaimsTransfer.OperationsConsole.Access;

namespace ClaimsTransfer.OperationsConsole.Auditing;

/// <param name="Number">The CPR number: in the body, as addresses are logged.</param>
/// <param name="ByWhom">Also who: for whoever audits, not for the citizen.</param>
public sealed record CitizenRequest(string? Number, bool ByWhom, string? Why);

/// <summary><c>/console/api/audit</c>: who did what, and whether the log is whole.</summary>
internal static class AuditEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("Audit");
        audit.MapGet("", (
            ClaimsPrincipal user, AuditLog log, CancellationToken cancellation, string? action = null, string? who = null, string? subject = null, int limit = 100, long? before = null) =>
            ApiAnswers.AnswerAsync(async () => await log.ReadAsync(Actor.Of(user).Municipalities, action, who, subject, Math.Clamp(limit, 1, 1000), before, cancellation)))
            .Produces<AuditPage>().WithSummary("Entries, the newest first.");
        audit.MapGet("/verify", (AuditLog log, CancellationToken cancellation, long? sequence = null, string? hash = null) =>
            ApiAnswers.AnswerAsync(async () => await log.VerifyAsync(sequence is { } noted && hash is not null ? new AuditNote(noted, hash) : null, cancellation)))
            .Produces<AuditVerdict>().WithSummary("Reads the whole chain and says whether anything was changed, taken out or added past the console.");
        audit.MapPost("/citizen", (CitizenRequest request, ClaimsPrincipal user, CitizenTrail trail, CancellationToken cancellation) =>
            CitizenTrail.IsNumber(request.Number, out var fault)
                ? ApiAnswers.BecauseAsync(request.Why, async why => (CitizenLookups?)await trail.ListAsync(Actor.Of(user), request.Number!, request.ByWhom, why, cancellation))
                : Task.FromResult(Results.Problem(fault, statusCode: StatusCodes.Status422UnprocessableEntity)))
            .RequireAuthorization(nameof(Role.Administrator)).Produces<CitizenLookups>().WithSummary("When and why personal data of a citizen was seen; the question is audited itself.");
    }
}
