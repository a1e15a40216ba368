using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using ClaimsTransfer.ConnectorSdk.Entries;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.ConnectorSdk.Limits;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConnectorSdk;

/// <summary>Spans and figures of the connectors, all by municipality and vendor; names and units are listed in README.md.</summary>
public static class ConnectorTelemetry
{
    public const string Name = "ClaimsTransfer.Connector";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Reports = Meter.CreateCounter<long>("claims.connector.reports", "{instruction}", "Outcomes reported, by outcome");
    private static readonly Counter<long> StrayReceipts = Meter.CreateCounter<long>("claims.connector.stray_receipts", "{receipt}", "Receipts for instructions nobody knows");
    private static readonly Counter<long> EntriesTaken = Meter.CreateCounter<long>("claims.connector.entries", "{entry}", "What debtor systems have booked on their own, by kind and result");
    private static readonly Histogram<double> Calls = Meter.CreateHistogram<double>("claims.connector.call.duration", "s", "One call to the debtor system, by operation and result");

    /// <summary>A call with a whole batch is a span of its own that links to every instruction's journey; a single instruction's call is part of its journey.</summary>
    internal static Activity? StartCall(string vendor, string municipality, string operation, IReadOnlyList<InstructionRow> rows)
    {
        if (!Source.HasListeners())
            return null;
        var parent = rows.Count == 1 ? ContextOf(rows[0]) : default;
        var links = rows.Count == 1 ? [] : rows.Select(ContextOf).Where(context => context != default).Select(context => new ActivityLink(context));
        var activity = Source.StartActivity($"connector.{operation}", ActivityKind.Client, parent, links: links);
        return activity?.SetTag("municipality", municipality).SetTag("vendor", vendor).SetTag("instructions", rows.Count);
    }

    /// <summary>In each instruction's own trace: what came of it, and how long it was in the connector's hands.</summary>
    internal static void Outcome(string vendor, InstructionRow row, TransferOutcome outcome, DateTimeOffset now)
    {
        Reports.Add(1, [.. Tags(row.Municipality, vendor), new("outcome", outcome.ToString())]);
        if (!Source.HasListeners())
            return;
        var parent = ContextOf(row);
        if (parent == default)
            return;
        using var activity = Source.StartActivity(
            "connector.instruction", ActivityKind.Internal, parent, startTime: DateTimeOffset.FromUnixTimeMilliseconds(row.TakenAt));
        activity?.SetTag("municipality", row.Municipality).SetTag("vendor", vendor).SetTag("instruction", row.Subject).SetTag("kind", row.Kind.ToString())
            .SetTag("attempts", row.Attempts).SetTag("outcome", outcome.ToString()).SetEndTime(now.UtcDateTime);
    }

    internal static void Called(string vendor, string municipality, string operation, string result, TimeSpan elapsed) =>
        Calls.Record(elapsed.TotalSeconds, [.. Tags(municipality, vendor), new("operation", operation), new("result", result)]);

    internal static void Strays(string vendor, string municipality, int receipts) => StrayReceipts.Add(receipts, Tags(municipality, vendor));

    /// <param name="result">new, repeat, conflict or unmatched.</param>
    internal static void Entries(string vendor, string municipality, EntryKind kind, string result, int entries) =>
        EntriesTaken.Add(entries, [.. Tags(municipality, vendor), new("kind", JsonNamingPolicy.CamelCase.ConvertName(kind.ToString())), new("result", result)]);

    /// <summary>Gauges of one connector's lanes, read when they are collected.</summary>
    internal static void Observe(
        string vendor, Func<IEnumerable<(string Municipality, BreakerState Breaker, LaneDepth? Depth, DateTimeOffset Now)>> lanes, Func<IEnumerable<(string Municipality, int Count)>> refused)
    {
        Meter.CreateObservableGauge(
            "claims.connector.refused_documents", () => refused().Select(of => new Measurement<int>(of.Count, Tags(of.Municipality, vendor))),
            "{document}", "Files, pushes and feeds of which nothing counts, until they are settled");
        Meter.CreateObservableGauge(
            "claims.connector.breaker", () => lanes().Select(lane => new Measurement<int>((int)lane.Breaker, Tags(lane.Municipality, vendor))),
            "{state}", "0 closed, 1 half open, 2 open");
        Meter.CreateObservableGauge(
            "claims.connector.in_hand", () => lanes().Select(lane => new Measurement<long>(lane.Depth?.InHand ?? 0, Tags(lane.Municipality, vendor))),
            "{instruction}", "Instructions in the connector's log that it goes on with");
        Meter.CreateObservableGauge(
            "claims.connector.oldest", () => lanes().Select(lane => new Measurement<double>(
                lane.Depth?.OldestAt is { } at ? (lane.Now - DateTimeOffset.FromUnixTimeMilliseconds(at)).TotalSeconds : 0, Tags(lane.Municipality, vendor))),
            "s", "Age of the oldest instruction in hand");
    }

    private static ActivityContext ContextOf(InstructionRow row) =>
        ActivityContext.TryParse(row.TraceParent, null, isRemote: true, out var context) ? context : default;

    private static KeyValuePair<string, object?>[] Tags(string municipality, string vendor) => [new("municipality", municipality), new("vendor", vendor)];
}
