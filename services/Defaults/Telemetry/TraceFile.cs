using System.Diagnostics;
using System.Text.Json;
using ClaimsTransfer.Defaults.Hosting;
using OpenTelemetry;

namespace ClaimsTransfer.Defaults.Telemetry;

/// <summary>Writes every span as one JSON line to a file, for where no collector runs.</summary>
public sealed class TraceFile(string path) : BaseExporter<Activity>
{
    private readonly Lock _gate = new();

    /// <summary>Never throws: OpenTelemetry's thread for exports would end the process. What cannot be written is lost and counted.</summary>
    public override ExportResult Export(in Batch<Activity> batch)
    {
        try
        {
            using var buffer = new MemoryStream();
            foreach (var activity in batch)
            {
                using (var json = new Utf8JsonWriter(buffer))
                    Write(json, activity);
                buffer.WriteByte((byte)'\n');
            }
            lock (_gate)
            {
                OwnersAlone.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
                using var file = OwnersAlone.Open(path, FileMode.Append, FileShare.ReadWrite);
                buffer.WriteTo(file);
            }
            return ExportResult.Success;
        }
        catch (Exception)
        {
            ClaimMetrics.TelemetryLost("traces", batch.Count);
            return ExportResult.Failure;
        }
    }

    private static void Write(Utf8JsonWriter json, Activity activity)
    {
        json.WriteStartObject();
        json.WriteString("trace", activity.TraceId.ToHexString());
        json.WriteString("span", activity.SpanId.ToHexString());
        json.WriteString("parent", activity.ParentSpanId.ToHexString());
        json.WriteString("source", activity.Source.Name);
        json.WriteString("name", activity.DisplayName);
        json.WriteString("kind", activity.Kind.ToString());
        json.WriteString("start", activity.StartTimeUtc);
        json.WriteNumber("milliseconds", activity.Duration.TotalMilliseconds);
        json.WriteString("status", activity.Status.ToString());
        json.WriteStartObject("tags");
        foreach (var tag in activity.TagObjects)
            json.WriteString(tag.Key, tag.Value?.ToString());
        json.WriteEndObject();
        json.WriteStartArray("links");
        foreach (var link in activity.Links)
            json.WriteStringValue(link.Context.TraceId.ToHexString());
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
