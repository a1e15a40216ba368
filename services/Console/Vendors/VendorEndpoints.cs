using System.Security.Claims;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Claims;
using ClaimsTransfer.OperationsConsole.Replaying;

namespace ClaimsTransfer.OperationsConsole.Vendors;

/// <param name="Outcome">asked for, revoked or admitted.</param>
/// <param name="Steps">What was done, a sentence each.</param>
public sealed record VendorActRequest(string? Why, string? Outcome, IReadOnlyList<string>? Steps);

/// <summary>That it stands in the audit log.</summary>
public sealed record VendorActRecorded(string Vendor, string Act, string Outcome);

/// <summary>
/// <c>/console/api/vendors</c>: what the command line does about a vendor's access is put on record here. It is done there: the console may manage neither the broker's users nor keys.
/// </summary>
internal static class VendorEndpoints
{
    private const int MostSteps = 500;
    private static readonly string[] Acts = ["revoke", "admit"];
    private static readonly string[] Outcomes = ["asked for", "revoked", "admitted"];

    public static void MapVendors(this IEndpointRouteBuilder api) =>
        api.MapGroup("/vendors").WithTags("Vendors").RequireAuthorization(nameof(Role.Administrator))
            .MapPost("/{vendor}/{act}", (string vendor, string act, VendorActRequest request, ClaimsPrincipal user, IAuditTrail audit, CancellationToken cancellation) =>
                ApiAnswers.BecauseAsync(request.Why, why => RecordAsync(Actor.Of(user), vendor, act, why, request, audit, cancellation)))
            .Produces<VendorActRecorded>().WithSummary("Records that a vendor's access is taken away (revoke) or given back (admit) by the command line.");

    private static async Task<VendorActRecorded?> RecordAsync(
        Actor actor, string vendor, string act, string why, VendorActRequest request, IAuditTrail audit, CancellationToken cancellation)
    {
        if (!Enum.GetNames<Vendor>().Contains(vendor, StringComparer.Ordinal) || !Acts.Contains(act, StringComparer.Ordinal))
            return null;
        // An administrator of some municipalities does not decide for the others of the same vendor.
        if (actor.Municipalities is not null)
            throw new NotPossibleException(OperationNotes.OthersVendor(vendor));
        if (!Outcomes.Contains(request.Outcome, StringComparer.Ordinal) || request.Steps is not { Count: <= MostSteps } steps || steps.Any(step => step is not { Length: <= 500 }))
            throw new NotPossibleException(OperationNotes.VendorOutcome(string.Join(", ", Outcomes), MostSteps));
        await audit.RecordAsync(actor, $"vendor.{act}", $"vendor {vendor}", null, why, new { steps }, request.Outcome!, cancellation);
        return new VendorActRecorded(vendor, act, request.Outcome!);
    }
}
