using System.Diagnostics;
using System.Diagnostics.Metrics;
using ClaimsTransfer.Defaults.Telemetry;
using ClaimsTransfer.Payments.Ledger;

namespace ClaimsTransfer.Payments;

/// <summary>How one municipality's worklist and orders stand now; the gauges are read from the latest of these.</summary>
internal sealed record PaymentsStanding(string Municipality, long Worklist, long PendingOrders);

/// <summary>A span for every event decided, in the trace of the claim's journey, and the figures of the ledger. Names and meanings: README.md beside this file.</summary>
internal static class PaymentsTelemetry
{
    private static readonly ActivitySource Spans = new("ClaimsTransfer.Payments");
    private static readonly Meter Meter = new("ClaimsTransfer.Payments");
    private static readonly Counter<long> EntryCounter = Meter.CreateCounter<long>("claims.payments.entries", "{entry}", "Entries booked, and repeats of such");

    private static volatile IReadOnlyList<PaymentsStanding> _standing = [];

    static PaymentsTelemetry()
    {
        Meter.CreateObservableGauge(
            "claims.payments.worklist", () => _standing.Select(s => new Measurement<long>(s.Worklist, Of(s.Municipality))), "{line}", "Lines of the worklist");
        Meter.CreateObservableGauge(
            "claims.payments.pending_orders", () => _standing.Select(s => new Measurement<long>(s.PendingOrders, Of(s.Municipality))), "{order}", "Orders that FBS is still to confirm");
    }

    public static Activity? Decide(string name, string? traceParent) => Spans.StartStep("payments", name, traceParent);

    public static void Booked(string municipality, EntryKind kind, MatchingOutcome? outcome) =>
        EntryCounter.Add(1, Of(municipality), new("kind", kind.ToString()), new("outcome", outcome?.ToString() ?? "none"));

    public static void SetStanding(IReadOnlyList<PaymentsStanding> standing) => _standing = standing;

    private static KeyValuePair<string, object?> Of(string municipality) => new("municipality", municipality);
}
