using System.Text.Json;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Cli.Status;

/// <summary><c>GET /routing/claims/{agency}/{feeId}</c>, as far as the command shows it.</summary>
public sealed record Timeline(
    string Municipality, string Status, int Version, long AmountOre, string? Why, string? DebtorReference, IReadOnlyList<int> WaitingVersions,
    IReadOnlyList<TimelineEntry> Entries)
{
    public static Timeline Of(JsonElement json) => new(
        json.GetProperty("municipality").GetString()!, json.GetProperty("status").GetString()!, json.GetProperty("version").GetInt32(),
        json.GetProperty("amountOre").GetInt64(), json.TryGetProperty("why", out var why) ? Shown.Notes.Say(why.Deserialize<Note>(JsonSerializerOptions.Web)!) : null, Text(json, "debtorReference"),
        json.TryGetProperty("waitingVersions", out var waiting) ? [.. waiting.EnumerateArray().Select(version => version.GetInt32())] : [],
        [.. json.GetProperty("timeline").EnumerateArray().Select(TimelineEntry.Of)]);

    internal static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

public sealed record TimelineEntry(DateTimeOffset At, string Event, int Version, string From, string To, string Notes, string? TraceId)
{
    internal static TimelineEntry Of(JsonElement json) => new(
        json.GetProperty("at").GetDateTimeOffset(), json.GetProperty("event").GetString()!, json.GetProperty("version").GetInt32(),
        Timeline.Text(json, "from") ?? "", Timeline.Text(json, "to") ?? "", Shown.Notes.Say(json.GetProperty("notes").Deserialize<IReadOnlyList<Note>>(JsonSerializerOptions.Web)), Timeline.Text(json, "traceParent")?.Split('-').ElementAtOrDefault(1));
}
