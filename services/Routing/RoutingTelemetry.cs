using System.Diagnostics;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Telemetry;
using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Routing;

/// <summary>A span for every event decided, in the trace of the claim's journey; the figures are those of <see cref="ClaimMetrics"/>.</summary>
internal static class RoutingTelemetry
{
    private static readonly ActivitySource Spans = new("ClaimsTransfer.Routing");

    public static Activity? Decide(ClaimEvent occurred) => Spans.StartStep("routing", occurred.Name, occurred.TraceParent);

    public static void Decided(ClaimState before, Decision decision, DateTimeOffset at, Vendor? vendor)
    {
        var after = decision.State;
        if (before.Registered is null && after.Registered is not null)
            ClaimMetrics.Transferred(after.Municipality, vendor, at - (after.ReceivedAt ?? at));
        if (before.Rejection is null && after.Rejection is not null)
            ClaimMetrics.Rejected(after.Municipality, vendor);
    }
}
