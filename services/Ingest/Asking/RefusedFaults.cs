using System.Text.Json;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.Ingest.Asking;

/// <summary>Refused messages of one kind with the same fault; a message with several faults is in several groups, in each once.</summary>
/// <param name="Municipality">Null: the message does not say whose it is.</param>
/// <param name="Field">Without the place in a list: <c>materials[].title</c>.</param>
/// <param name="Reason">Without what differs from message to message.</param>
public sealed record RefusedGroup(string? Municipality, string Kind, string Field, string Reason, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt);

public sealed record RefusedGroups(IReadOnlyList<RefusedGroup> Groups);

/// <summary>Groups what was refused by its faults. They stand in the answers, which are read one after the other: refusals are few beside what is taken.</summary>
internal sealed partial class RefusedFaults(IStore store)
{
    public async Task<RefusedGroups> GroupAsync(string[] municipalities, CancellationToken cancellation)
    {
        var (where, parameters) = new RefusedFilter(municipalities).Condition(store);
        var groups = new Dictionary<(string Municipality, string Kind, string Field, string Reason), (long Count, long First, long Last)>();
        await using var connection = await store.OpenAsync(cancellation);
        var rows = connection.QueryUnbufferedAsync<Row>(
            store.Sql($"""
                SELECT m.municipality AS Municipality, m.kind AS Kind, m.received_at AS ReceivedAt, a.body AS Answer
                FROM ingest.messages m
                JOIN ingest.answers a ON a.id = m.id
                WHERE {where}
                """), parameters);
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            foreach (var (field, reason) in JsonSerializer.Deserialize(row.Answer, MessageJson.Default.ClaimRefused)!.Faults.Select(Common).Distinct())
            {
                var key = (row.Municipality, row.Kind, field, reason);
                var (count, first, last) = groups.GetValueOrDefault(key, (0, long.MaxValue, long.MinValue));
                groups[key] = (count + 1, Math.Min(first, row.ReceivedAt), Math.Max(last, row.ReceivedAt));
            }
        }

        return new RefusedGroups(
        [
            .. from entry in groups
               orderby entry.Value.Count descending, entry.Key.Municipality, entry.Key.Kind, entry.Key.Field, entry.Key.Reason
               select new RefusedGroup(
                   entry.Key.Municipality.Length == 0 ? null : entry.Key.Municipality, entry.Key.Kind, entry.Key.Field, entry.Key.Reason, entry.Value.Count,
                   DateTimeOffset.FromUnixTimeMilliseconds(entry.Value.First), DateTimeOffset.FromUnixTimeMilliseconds(entry.Value.Last)),
        ]);
    }

    /// <summary>Reasons name limits and examples, which are part of the reason; these four name what came as well.</summary>
    private static (string Field, string Reason) Common(Fault fault) => (
        Place().Replace(fault.Field, "[]"),
        Counted().Replace(Conflicting().Replace(Differing().Replace(fault.Reason, "…"), "version …"), "… "));

    [GeneratedRegex(@"\[\d+\]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Place();

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Differing();

    [GeneratedRegex(@"(?<=^conflict: )version \d+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Conflicting();

    [GeneratedRegex(@"(?<=^(is|has) )\d+ (?=characters long|entries)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Counted();

    private sealed record Row
    {
        public required string Municipality { get; init; }
        public required string Kind { get; init; }
        public long ReceivedAt { get; init; }
        public required string Answer { get; init; }
    }
}
