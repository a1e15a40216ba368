using System.Text.Json;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Asking;
using ClaimsTransfer.Routing.Operations;
using ClaimsTransfer.Routing.Saga;
using Dapper;

namespace ClaimsTransfer.Routing.Timeline;

/// <summary>One line of the timeline: what happened, what it led to, and why.</summary>
/// <param name="MessageId">The message that brought it; for a timer an id derived from claim and due time.</param>
/// <param name="Sent">Names of the messages it led to.</param>
public sealed record TimelineEntry(
    Guid MessageId, DateTimeOffset At, string Event, int Version, Verdict Verdict, ClaimStatus From, ClaimStatus To, IReadOnlyList<Note> Notes, IReadOnlyList<string> Sent, string? TraceParent);

/// <summary>Where a claim stands and how it came there, from the journal. No identity, no name.</summary>
/// <param name="Why">Why it is held, out of scope, rejected or cancelled.</param>
/// <param name="WaitingVersions">Versions that wait for an earlier one.</param>
/// <param name="Operations">What a person could do now that would have an effect.</param>
/// <param name="Open">The instruction whose outcome is awaited.</param>
/// <param name="DeadLetters">Messages about it that lie on an error queue.</param>
/// <param name="ErasedAt">When it was erased who owed it and for what, and what was said of it; absent: it was not.</param>
public sealed record ClaimTimeline(
    Guid ClaimId, string Municipality, string Agency, long FeeId, ClaimStatus Status, ClaimCategory Category, int Version, long AmountOre, Note? Why,
    string? DebtorReference, string Reference, long CoveredOre, long WrittenOffOre, IReadOnlyList<int> WaitingVersions, DateTimeOffset? DueAt,
    IReadOnlyList<string> Operations, OpenStanding? Open, IReadOnlyList<Guid> DeadLetters, IReadOnlyList<TimelineEntry> Timeline,
    DateTimeOffset? ErasedAt = null);

public sealed class Timelines(IStore store, PossibleOperations operations)
{
    public async Task<ClaimTimeline?> FindAsync(string agency, long feeId, CancellationToken cancellation)
    {
        var claimId = DeterministicId.OfClaim(agency, feeId);
        await using var connection = await store.OpenAsync(cancellation);
        var state = await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            store.Sql("SELECT state FROM routing.claims WHERE claim_id = @claimId"), new { claimId }, cancellationToken: cancellation));
        if (state is null)
            return null;
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql("""
                SELECT message_id AS MessageId, recorded_at AS RecordedAt, event AS Event, version AS Version, verdict AS Verdict, from_status AS FromStatus, to_status AS ToStatus,
                       note AS Kept, effects AS Effects, trace_parent AS TraceParent
                FROM routing.journal
                WHERE claim_id = @claimId
                ORDER BY position
                """),
            new { claimId }, cancellationToken: cancellation));
        return Describe(JsonSerializer.Deserialize(state, RoutingJson.Default.ClaimState)!, [.. rows.Select(row => row.Entry())]);
    }

    private ClaimTimeline Describe(ClaimState claim, IReadOnlyList<TimelineEntry> entries) => new(
        claim.ClaimId, claim.Municipality, claim.Agency, claim.FeeId, claim.Status, claim.Category, claim.Version, claim.AmountOre, claim.Why,
        claim.Registered?.DebtorReference, ClaimSaga.Reference(claim), claim.CoveredOre, claim.WrittenOffOre,
        [.. claim.Waiting.Select(waiting => waiting.Version).Order()], claim.DueAt,
        operations.Of(claim), OpenStanding.Of(claim.Open), claim.DeadLetters, entries, claim.ErasedAt);

    private sealed record Row
    {
        public Guid MessageId { get; init; }
        public long RecordedAt { get; init; }
        public required string Event { get; init; }
        public long Version { get; init; }
        public required string Verdict { get; init; }
        public required string FromStatus { get; init; }
        public required string ToStatus { get; init; }
        public required string Kept { get; init; }
        public string? Effects { get; init; }
        public string? TraceParent { get; init; }

        public TimelineEntry Entry() => new(
            MessageId, DateTimeOffset.FromUnixTimeMilliseconds(RecordedAt), Event, (int)Version, Enum.Parse<Verdict>(Verdict), Enum.Parse<ClaimStatus>(FromStatus),
            Enum.Parse<ClaimStatus>(ToStatus), Note.Read(Kept),
            Effects is null ? [] : [.. JsonSerializer.Deserialize(Effects, RoutingJson.Default.RecordedEffectArray)!.Select(effect => effect.Name)], TraceParent);
    }
}
