using System.Security.Claims;
using System.Text.RegularExpressions;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Claims;
using ClaimsTransfer.OperationsConsole.Replaying;

namespace ClaimsTransfer.OperationsConsole.Senders;

/// <param name="Outcome">asked for, or done.</param>
/// <param name="Steps">What is done, a sentence each.</param>
public sealed record SenderActRequest(string? Why, string? Outcome, IReadOnlyList<string>? Steps);

/// <summary>That it stands in the audit log.</summary>
public sealed record SenderActRecorded(string Sender, string Act, string Outcome);

/// <summary><c>/console/api/senders</c>: what the command line does about who may send claims is put on record here. It is done by Ingest, whose senders they are.</summary>
internal static partial class SenderEndpoints
{
    private const int MostSteps = 10;
    private static readonly string[] Acts = ["add", "rotate", "revoke"];
    private static readonly string[] Outcomes = ["asked for", "done"];

    public static void MapSenders(this IEndpointRouteBuilder api) =>
        api.MapGroup("/senders").WithTags("Senders").RequireAuthorization(nameof(Role.Administrator))
            .MapPost("/{sender}/{act}", (string sender, string act, SenderActRequest request, ClaimsPrincipal user, IAuditTrail audit, CancellationToken cancellation) =>
                ApiAnswers.BecauseAsync(request.Why, why => RecordAsync(Actor.Of(user), sender, act, why, request, audit, cancellation)))
            .Produces<SenderActRecorded>().WithSummary("Records that a sender of claims is added, given a new key, or revoked by the command line.");

    private static async Task<SenderActRecorded?> RecordAsync(Actor actor, string sender, string act, string why, SenderActRequest request, IAuditTrail audit, CancellationToken cancellation)
    {
        if (!Name().IsMatch(sender) || !Acts.Contains(act, StringComparer.Ordinal))
            return null;
        // A sender may send for agencies of every municipality.
        if (actor.Municipalities is not null)
            throw new NotPossibleException(OperationNotes.OthersSender(sender));
        if (!Outcomes.Contains(request.Outcome, StringComparer.Ordinal) || request.Steps is not { Count: <= MostSteps } steps || steps.Any(step => step is not { Length: <= 500 }))
            throw new NotPossibleException(OperationNotes.VendorOutcome(string.Join(", ", Outcomes), MostSteps));
        await audit.RecordAsync(actor, $"sender.{act}", $"sender {sender}", null, why, new { steps }, request.Outcome!, cancellation);
        return new SenderActRecorded(sender, act, request.Outcome!);
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{1,39}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}
