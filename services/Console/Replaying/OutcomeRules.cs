using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Asking;

namespace ClaimsTransfer.OperationsConsole.Replaying;

/// <param name="Notes">The business reason, where there is one.</param>
public sealed record Outcome(string Name, IReadOnlyList<Note>? Notes = null);

/// <summary>
/// What has become of a replayed message: not that it was sent, but what its claim has come to. Pure. That it failed again is not found here: the collector learns that, and
/// closes the attempt itself.
/// </summary>
public static class OutcomeRules
{
    /// <summary>So long after sending, a message whose service tells nothing counts as delivered, unless it has come back.</summary>
    private static readonly TimeSpan DeliveredAfter = TimeSpan.FromSeconds(10);

    /// <summary>How an instruction stands in its connector's log while it may still fail or succeed.</summary>
    private static readonly HashSet<string> UnderWay = new(StringComparer.OrdinalIgnoreCase) { "deadLettered", "taken", "unclear", "inCall", "waiting", "pending" };

    /// <summary>Payments keeps nothing of a message that changes nothing: after that long it is asked what the message would do.</summary>
    public static readonly TimeSpan AskPaymentsAfter = TimeSpan.FromSeconds(2);

    /// <summary>So long Routing may take to hear of a version that Ingest has accepted; later it is one that Routing had no use for.</summary>
    private static readonly TimeSpan HeardOfWithin = TimeSpan.FromSeconds(30);

    /// <param name="service">Which takes it; null: one that is not asked.</param>
    /// <param name="version">Of its claim, where the message names one.</param>
    /// <param name="recorded">What the service has on record of it; null: nothing yet.</param>
    /// <param name="standing">Of its claim; null: it has none that Routing knows.</param>
    /// <returns>Null: not known yet.</returns>
    public static Outcome? Of(string? service, Guid? messageId, Guid? claimId, long? version, RecordedMessage? recorded, ClaimStanding? standing, TimeSpan sinceSent)
    {
        if (service is null || messageId is null)
            return sinceSent >= DeliveredAfter ? new Outcome(Outcomes.Delivered) : null;
        if (Enum.TryParse<Vendor>(service, out _))
            return OfInstruction(messageId.Value, recorded, standing);
        if (recorded is null)
            return null;
        if (service == "Ingest" && string.Equals(recorded.Outcome, "refused", StringComparison.OrdinalIgnoreCase))
            return new Outcome(Outcomes.Refused, recorded.Notes);
        // The claim may still stand as it stood before: what Ingest has accepted is on its way to Routing.
        if (service == "Ingest" && standing is not null && version > standing.Version && sinceSent < HeardOfWithin)
            return null;
        return claimId is null && recorded.ClaimId is null ? new Outcome(Outcomes.Handled, recorded.Notes) : OfClaim(messageId.Value, standing, recorded.Notes);
    }

    /// <summary>Routing holds the message against its claim until the debtor system's answer has come.</summary>
    private static Outcome? OfInstruction(Guid messageId, RecordedMessage? recorded, ClaimStanding? standing)
    {
        if (standing is null || standing.DeadLetters.Contains(messageId))
            return null;
        if (standing.Category != "DeadLettered")
            return OfClaim(messageId, standing, null);
        return recorded?.Status is { } status && !UnderWay.Contains(status) ? new Outcome(Outcomes.Handled, [ReplayNotes.AnotherStandsStill]) : null;
    }

    private static Outcome? OfClaim(Guid messageId, ClaimStanding? standing, IReadOnlyList<Note>? notes) => standing switch
    {
        null => null,
        { IsAtRest: true } => new Outcome(standing.Status, standing.Why is { } why ? [why] : notes),
        { Category: "DeadLettered" } when !standing.DeadLetters.Contains(messageId) => new Outcome(Outcomes.Handled, [ReplayNotes.AnotherStandsStill]),
        // A change that waits for the version before it has been handled, and its claim is only heard of.
        { Category: "Awaited" } => new Outcome(Outcomes.Handled, notes),
        _ => null,
    };
}
