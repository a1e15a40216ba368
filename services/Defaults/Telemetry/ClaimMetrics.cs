using System.Diagnostics.Metrics;
using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Defaults.Telemetry;

/// <summary>How one municipality's claims stand now; the gauges are read from the latest of these.</summary>
/// <param name="OldestUnacknowledged">Age of the oldest instruction without an answer; null: none waits.</param>
public sealed record MunicipalityStanding(string Municipality, Vendor Vendor, long InFlight, TimeSpan? OldestUnacknowledged);

/// <summary>The claims' figures, all by municipality and vendor. Names, units and meaning: README.md beside this file.</summary>
public static class ClaimMetrics
{
    public const string MeterName = "ClaimsTransfer.Claims";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> AcceptedCounter = Meter.CreateCounter<long>("claims.accepted", "{claim}", "Claims accepted by Ingest");
    private static readonly Counter<long> RefusedCounter = Meter.CreateCounter<long>("claims.refused", "{message}", "Messages refused by Ingest");
    private static readonly Counter<long> TransferredCounter = Meter.CreateCounter<long>("claims.transferred", "{claim}", "Registrations acknowledged by the debtor system");
    private static readonly Counter<long> RejectedCounter = Meter.CreateCounter<long>("claims.rejected", "{claim}", "Instructions the debtor system refused");
    private static readonly Counter<long> DeadLetterCounter = Meter.CreateCounter<long>("claims.dead_letters", "{message}", "Messages put on an error queue");
    private static readonly Counter<long> SenderCounter = Meter.CreateCounter<long>("claims.senders_refused", "{message}", "Messages whose sender may not say what they say");
    private static readonly Histogram<double> Acknowledgement = Meter.CreateHistogram(
        "claims.acknowledgement.duration", "s", "From acceptance to the debtor system's acknowledgement", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400] });

    private static readonly Counter<long> LostCounter = Meter.CreateCounter<long>(
        "claims.telemetry_lost", "{record}", "Log lines and spans that could not be written");

    private static volatile IReadOnlyList<MunicipalityStanding> _standing = [];
    private static volatile bool _held;

    static ClaimMetrics()
    {
        Meter.CreateObservableGauge(
            "claims.in_flight", () => _standing.Select(s => new Measurement<long>(s.InFlight, Tags(s.Municipality, s.Vendor))), "{claim}", "Claims not yet at rest");
        Meter.CreateObservableGauge(
            "claims.oldest_unacknowledged", () => _standing.Select(s => new Measurement<double>(s.OldestUnacknowledged?.TotalSeconds ?? 0, Tags(s.Municipality, s.Vendor))),
            "s", "Age of the oldest instruction without an answer");
        Meter.CreateObservableGauge("claims.consuming_held", () => _held ? 1 : 0, "{process}", "1 while nothing is consumed because of a fault of ours");
    }

    /// <param name="of">log or traces.</param>
    public static void TelemetryLost(string of, long records = 1) => LostCounter.Add(records, new KeyValuePair<string, object?>("of", of));

    public static void SetHeld(bool held) => _held = held;

    public static void Accepted(string municipality, Vendor? vendor, long claims = 1) => AcceptedCounter.Add(claims, Tags(municipality, vendor));

    /// <param name="municipality">Null when the message did not say, or could not be read.</param>
    public static void Refused(string? municipality, Vendor? vendor, long messages = 1) => RefusedCounter.Add(messages, Tags(municipality, vendor));

    public static void Transferred(string municipality, Vendor? vendor, TimeSpan sinceAccepted)
    {
        var tags = Tags(municipality, vendor);
        TransferredCounter.Add(1, tags);
        Acknowledgement.Record(sinceAccepted.TotalSeconds, tags);
    }

    public static void Rejected(string municipality, Vendor? vendor, long claims = 1) => RejectedCounter.Add(claims, Tags(municipality, vendor));

    public static void DeadLettered(string queue, string? municipality = null, Vendor? vendor = null, long messages = 1) =>
        DeadLetterCounter.Add(messages, [.. Tags(municipality, vendor), new("queue", queue)]);

    /// <param name="sender">The broker's user.</param>
    /// <param name="municipality">Spoken for in vain; empty: none of ours.</param>
    public static void SenderRefused(string sender, string municipality, string reason, long messages) =>
        SenderCounter.Add(messages, new("sender", sender), new("municipality", municipality.Length > 0 ? municipality : "unknown"), new("reason", reason));

    /// <summary>Routing sets this from its accounting every few seconds.</summary>
    public static void SetStanding(IReadOnlyList<MunicipalityStanding> standing) => _standing = standing;

    private static KeyValuePair<string, object?>[] Tags(string? municipality, Vendor? vendor) =>
        [new("municipality", municipality ?? "unknown"), new("vendor", vendor?.ToString() ?? "unknown")];
}
