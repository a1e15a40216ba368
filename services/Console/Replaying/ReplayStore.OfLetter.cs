using ClaimsTransfer.Defaults.Notes;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.Replaying;

/// <summary>A replay that a letter was in, and what became of the letter there.</summary>
public sealed record LetterReplay(
    Guid ReplayId, ReplayStatus Status, DateTimeOffset CreatedAt, string CreatedBy, string Reason, ItemState State, string? Outcome, IReadOnlyList<Note> OutcomeNotes, DateTimeOffset? OutcomeAt, bool IsCorrection);

public sealed partial class ReplayStore
{
    /// <summary>The newest first. Whoever asks sees the letter; a replay over several municipalities says no more here than what it did with it.</summary>
    public async Task<IReadOnlyList<LetterReplay>> OfLetterAsync(Guid letterId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<LetterReplayRow>(new CommandDefinition(
            store.Sql("""
                SELECT r.replay_id AS ReplayId, r.status AS Status, r.created_at AS CreatedAt, r.created_by AS CreatedBy, r.reason AS Reason, r.correction_id AS CorrectionId,
                       i.state AS State, i.outcome AS Outcome, i.outcome_detail AS OutcomeDetail, i.outcome_at AS OutcomeAt
                FROM console.replay_items i
                INNER JOIN console.replays r ON r.replay_id = i.replay_id
                WHERE i.letter_id = @letterId
                ORDER BY r.created_at DESC, r.replay_id
                """), new { letterId }, cancellationToken: cancellation));
        return [.. rows.Select(row => new LetterReplay(
            row.ReplayId, Enum.Parse<ReplayStatus>(row.Status), At(row.CreatedAt), row.CreatedBy, row.Reason, Enum.Parse<ItemState>(row.State), row.Outcome, Note.Read(row.OutcomeDetail),
            row.OutcomeAt is { } at ? At(at) : null, row.CorrectionId is not null))];
    }

    private sealed record LetterReplayRow
    {
        public Guid ReplayId { get; init; }
        public required string Status { get; init; }
        public long CreatedAt { get; init; }
        public required string CreatedBy { get; init; }
        public required string Reason { get; init; }
        public Guid? CorrectionId { get; init; }
        public required string State { get; init; }
        public string? Outcome { get; init; }
        public string? OutcomeDetail { get; init; }
        public long? OutcomeAt { get; init; }
    }
}
