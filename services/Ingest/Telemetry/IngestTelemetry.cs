using System.Diagnostics;
using System.Diagnostics.Metrics;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Telemetry;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Ingest.Recording;

namespace ClaimsTransfer.Ingest.Telemetry;

/// <summary>A span for each message, in the trace its sender gave or one of its own, and the figures by municipality and vendor.</summary>
internal sealed class IngestTelemetry(IMunicipalities municipalities)
{
    public const string Name = "ClaimsTransfer.Ingest";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Duplicates = Meter.CreateCounter<long>("claims.duplicates", "{message}", "Repeats that changed nothing");

    private static readonly Counter<long> Received = Meter.CreateCounter<long>("claims.received", "{message}", "Messages that came in");

    /// <summary>Null when nobody listens: the trace is then passed through as it came.</summary>
    public Activity?[]? Start(IReadOnlyList<ReadMessage> batch)
    {
        if (!Source.HasListeners())
            return null;
        var around = Activity.Current;
        var spans = new Activity?[batch.Count];
        for (var i = 0; i < spans.Length; i++)
        {
            var read = batch[i];
            // A line of a stream, or a message of a batch, is a journey of its own; a message that came alone belongs to its request.
            Activity.Current = read.Line > 0 || spans.Length > 1 ? null : around;
            var span = spans[i] = Source.StartStep("ingest", read.Kind, read.TraceParent);
            span?.SetTag("claims.kind", read.Kind).SetTag("claims.claim_id", read.Addressed.ClaimId?.ToString())
                .SetTag("claims.municipality", read.Addressed.Municipality);
        }
        Activity.Current = around;
        return spans;
    }

    /// <summary>The request's own span, where spans are written, else what its sender said.</summary>
    public static string? TraceParentOf(HttpRequest request) => Source.HasListeners() && Activity.Current?.Id is { } span ? span : JourneySpans.Valid(request.Headers.TraceParent);

    public static string? TraceParentOf(Activity?[]? spans, int index) => spans?[index]?.Id;

    public static void Tag(Activity?[]? spans, IReadOnlyList<ReadMessage> batch, IReadOnlyList<Answer> answers)
    {
        for (var i = 0; i < batch.Count && i < answers.Count && spans is not null; i++)
            spans[i]?.SetTag("claims.outcome", answers[i].Outcome);
    }

    public static void Stop(Activity?[]? spans)
    {
        foreach (var span in spans ?? [])
            span?.Stop();
    }

    public void Count(IReadOnlyList<ReadMessage> batch, IReadOnlyList<Answer> answers)
    {
        foreach (var (came, count) in answers.Select((answer, i) => (answer.Outcome, batch[i].Sender)).CountBy(each => each))
            Received.Add(count, new("sender", came.Sender ?? "unknown"), new KeyValuePair<string, object?>("outcome", came.Outcome));
        foreach (var group in answers.Select((answer, i) => (answer.Outcome, batch[i].Addressed.Municipality)).CountBy(each => each))
        {
            var (outcome, municipality) = group.Key;
            var vendor = municipality is null ? null : municipalities.Find(municipality)?.Vendor;
            if (outcome == Outcome.Accepted)
                ClaimMetrics.Accepted(municipality!, vendor, group.Value);
            else if (outcome == Outcome.Refused)
                ClaimMetrics.Refused(municipality, vendor, group.Value);
            else if (outcome == Outcome.Duplicate)
                Duplicates.Add(group.Value, new("municipality", municipality ?? "unknown"), new KeyValuePair<string, object?>("vendor", vendor?.ToString() ?? "unknown"));
        }
    }
}
