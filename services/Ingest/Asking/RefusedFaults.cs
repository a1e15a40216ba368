using System.Text.Json;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.Ingest.Asking;

/// <summary>Refused messages of one kind with the same fault; a message with several faults is in several groups, in each once.</summary>
/// <param name="Municipality">Null: the message does not say whose it is.</param>
/// <param name="Field">Without the place in a list: <c>materials[].title</c>.</param>
/// <param name="Reason">As senders are told, without what differs from message to message.</param>
/// <param name="Why">The same as a note.</param>
public sealed record RefusedGroup(string? Municipality, string Kind, string Field, string Reason, Note Why, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt);

public sealed record RefusedGroups(IReadOnlyList<RefusedGroup> Groups);

/// <summary>Groups what was refused by its faults. They stand in the answers, which are read one after the other: refusals are few beside what is taken.</summary>
internal sealed partial class RefusedFaults(IStore store)
{
    /// <summary>Of a fault's note: what came. Limits and examples are part of the fault.</summary>
    private static readonly HashSet<string> Differing = new(["length", "count", "line", "position", "version", "messageId", "amountOre"], StringComparer.Ordinal);

    public async Task<RefusedGroups> GroupAsync(string[] municipalities, CancellationToken cancellation)
    {
        var (where, parameters) = new RefusedFilter(municipalities).Condition(store);
        var groups = new Dictionary<(string Municipality, string Kind, string Field, Note Why), (long Count, long First, long Last)>();
        await using var connection = await store.OpenAsync(cancellation);
        var rows = connection.QueryUnbufferedAsync<Row>(
            store.Sql($"""
                SELECT m.municipality AS Municipality, m.kind AS Kind, m.received_at AS ReceivedAt, a.body AS Answer, a.why AS Why
                FROM ingest.messages m
                JOIN ingest.answers a ON a.id = m.id
                WHERE {where}
                """), parameters);
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            foreach (var (field, why) in ToldFault.Of(JsonSerializer.Deserialize(row.Answer, MessageJson.Default.ClaimRefused)!.Faults, Note.Read(row.Why)).Select(Common).Distinct())
            {
                var key = (row.Municipality, row.Kind, field, why);
                var (count, first, last) = groups.GetValueOrDefault(key, (0, long.MaxValue, long.MinValue));
                groups[key] = (count + 1, Math.Min(first, row.ReceivedAt), Math.Max(last, row.ReceivedAt));
            }
        }

        return new RefusedGroups(
        [
            .. from entry in groups
               orderby entry.Value.Count descending, entry.Key.Municipality, entry.Key.Kind, entry.Key.Field, entry.Key.Why.ToString()
               select new RefusedGroup(
                   entry.Key.Municipality.Length == 0 ? null : entry.Key.Municipality, entry.Key.Kind, entry.Key.Field, NoteTexts.InEnglish.Say(entry.Key.Why), entry.Key.Why, entry.Value.Count,
                   DateTimeOffset.FromUnixTimeMilliseconds(entry.Value.First), DateTimeOffset.FromUnixTimeMilliseconds(entry.Value.Last)),
        ]);
    }

    /// <summary>Without the place in a list, and without what differs from message to message. One from before its notes were kept is alone with its reason.</summary>
    private static (string Field, Note Why) Common(ToldFault fault) => (
        Place().Replace(fault.Field, "[]"),
        fault.Why.Fields is not { } fields
            ? fault.Why
            : fault.Why with { Fields = fields.ToDictionary(field => field.Key, field => Differing.Contains(field.Key) ? "…" : field.Value, StringComparer.Ordinal) });

    [GeneratedRegex(@"\[\d+\]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Place();

    private sealed record Row
    {
        public required string Municipality { get; init; }
        public required string Kind { get; init; }
        public long ReceivedAt { get; init; }
        public required string Answer { get; init; }
        public string? Why { get; init; }
    }
}
