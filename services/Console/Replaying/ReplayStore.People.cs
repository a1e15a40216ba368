using System.Data.Common;
using System.Text.Json;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.Replaying;

/// <summary>What somebody asked for cannot be done as things are; the notes say why, and what can.</summary>
public sealed class NotPossibleException(params IReadOnlyList<Note> notes) : NotedException(notes);

/// <summary>How careful a replay is.</summary>
/// <param name="RatePerSecond">Messages sent a second at most.</param>
/// <param name="MostFailedPercent">It stops by itself when more than this share fails again.</param>
public sealed record ReplayLimits(int RatePerSecond = 500, int MostFailedPercent = 10);

public sealed partial class ReplayStore
{
    /// <summary>Freezes the letters that the filter finds now. What fails later stays out, however long the replay runs.</summary>
    public Task<Replay> CreateAsync(Actor actor, LetterFilter filter, string why, ReplayLimits limits, CancellationToken cancellation) => store.InTransactionAsync(
        async transaction =>
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var frozen = filter.For(actor) with { Status = [LetterStatus.Open] };
            var kept = JsonSerializer.Serialize(filter with { Status = null }, ServiceClient.Json);
            var replayId = DeterministicId.Create(DeterministicId.ClaimsTransfer, $"replay/{actor.Name}/{now}/{kept}");
            var parameters = new DynamicParameters(new { replayId });
            var where = frozen.Where(store, parameters);
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                store.Sql($"""
                    INSERT INTO console.replay_items (replay_id, position, letter_id, watched_letter, state)
                    SELECT @replayId, ROW_NUMBER() OVER (ORDER BY l.first_failed_at, l.letter_id), l.letter_id, l.letter_id, '{nameof(ItemState.Frozen)}'
                    FROM console.letters l
                    WHERE {where}
                    """), parameters, transaction, commandTimeout: ConsoleSchema.WholeSetTimeout, cancellationToken: cancellation));
            return await BeginAsync(transaction, actor, replayId, ReplayStatus.Previewing, kept, why, limits, null, now, cancellation);
        },
        cancellation);

    /// <summary>A replay of one letter whose correction is sent in its place.</summary>
    /// <param name="amountOre">What the correction is for: it may be more than the original, and need approval for that.</param>
    internal async Task<Replay> CreateForCorrectionAsync(
        DbTransaction transaction, Actor actor, Guid letterId, Guid watchedLetter, Guid correctionId, Guid replayId, long? amountOre, string why, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await store.InsertAsync(
            transaction, ConsoleSchema.Items, [[replayId, 1L, letterId, watchedLetter, null, nameof(ItemState.Frozen), Forecasts.Apply, null, null, null, null, null, null]], cancellation);
        var filter = JsonSerializer.Serialize(new LetterFilter { LetterIds = [letterId] }, ServiceClient.Json);
        return await BeginAsync(transaction, actor, replayId, ReplayStatus.Ready, filter, why, new ReplayLimits(1, 0), correctionId, now, cancellation, amountOre ?? 0);
    }

    /// <summary>Starts it, or has it wait for another person where that is demanded.</summary>
    public Task<Replay> StartAsync(Guid replayId, Actor actor, string why, CancellationToken cancellation) => ChangeAsync(
        replayId, actor, "replay.start", why, cancellation,
        async (transaction, row) =>
        {
            Require(row, "start", ReplayStatus.Ready);
            if (row.Total == 0)
                throw new NotPossibleException(ReplayNotes.Empty);
            return NeedsApproval(row) && row.ApprovedBy is null
                ? row with { Status = nameof(ReplayStatus.AwaitingApproval), AskedBy = row.AskedBy ?? SignedIn(actor) }
                : await RunAsync(transaction, row, cancellation);
        });

    /// <summary>
    /// Another person says yes, and it starts. Two people who have signed in stand for it: of one that a token asked for, the first who says yes is who asked for it.
    /// </summary>
    public Task<Replay> ApproveAsync(Guid replayId, Actor actor, string why, CancellationToken cancellation) => ChangeAsync(
        replayId, actor, "replay.approve", why, cancellation,
        (transaction, row) =>
        {
            Require(row, "approve", ReplayStatus.AwaitingApproval);
            if (!actor.IsSignedIn)
                throw new NotPossibleException(ReplayNotes.SignedInOnly);
            if (!actor.Is(Role.Approver))
                throw new NotPossibleException(ReplayNotes.ApproverOnly);
            if (row.AskedBy is null)
                return Task.FromResult(row with { AskedBy = actor.Name, Remark = Note.Write([ReplayNotes.StoodForBy(actor.Name)]) });
            if (string.Equals(row.AskedBy, actor.Name, StringComparison.OrdinalIgnoreCase))
                throw new NotPossibleException(ReplayNotes.AnotherPerson);
            return RunAsync(transaction, row with { ApprovedBy = actor.Name }, cancellation);
        });

    public Task<Replay> PauseAsync(Guid replayId, Actor actor, string why, CancellationToken cancellation) => ChangeAsync(
        replayId, actor, "replay.pause", why, cancellation,
        (_, row) =>
        {
            Require(row, "pause", ReplayStatus.Running);
            return Task.FromResult(row with { Status = nameof(ReplayStatus.Paused), Remark = Note.Write([ReplayNotes.PausedBy(actor.Name)]) });
        });

    /// <summary>Also of one that stopped by itself: a person has looked, and goes on.</summary>
    public Task<Replay> ResumeAsync(Guid replayId, Actor actor, string why, CancellationToken cancellation) => ChangeAsync(
        replayId, actor, "replay.resume", why, cancellation,
        async (transaction, row) =>
        {
            Require(row, "resume", ReplayStatus.Paused, ReplayStatus.Stopped);
            var resumed = row with { Status = nameof(ReplayStatus.Running), Remark = Note.Write([ReplayNotes.ResumedBy(actor.Name)]) };
            if (row.Status != nameof(ReplayStatus.Stopped))
                return resumed;
            // What failed before is known; it stops again when too much of what comes from here on fails.
            var counted = Progress(row.Replay(), await StatesAsync(transaction.Connection!, replayId, cancellation, transaction), []);
            return resumed with { KnownBefore = counted.Known, FailedBefore = counted.Failed };
        });

    /// <summary>What was not sent waits again as before; what was sent is followed to its outcome all the same.</summary>
    public Task<Replay> CancelAsync(Guid replayId, Actor actor, string why, CancellationToken cancellation) => ChangeAsync(
        replayId, actor, "replay.cancel", why, cancellation,
        async (transaction, row) =>
        {
            Require(row, "cancel", ReplayStatus.Previewing, ReplayStatus.Ready, ReplayStatus.AwaitingApproval, ReplayStatus.Running, ReplayStatus.Paused, ReplayStatus.Stopped);
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                store.Sql($"""
                    UPDATE console.letters
                    SET status = '{nameof(LetterStatus.Open)}', row_version = row_version + 1
                    WHERE letter_id IN (SELECT i.letter_id FROM console.replay_items i WHERE i.replay_id = @replayId AND i.state = '{nameof(ItemState.Frozen)}' AND i.open_letter IS NOT NULL)
                    """), new { replayId }, transaction, commandTimeout: ConsoleSchema.WholeSetTimeout, cancellationToken: cancellation));
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                store.Sql($"""
                    UPDATE console.replay_items
                    SET state = '{nameof(ItemState.Skipped)}', outcome = '{Outcomes.Cancelled}', outcome_at = @now, open_letter = NULL
                    WHERE replay_id = @replayId AND state = '{nameof(ItemState.Frozen)}'
                    """), new { replayId, now }, transaction, commandTimeout: ConsoleSchema.WholeSetTimeout, cancellationToken: cancellation));
            return row with { Status = nameof(ReplayStatus.Cancelled), EndedAt = now, Remark = Note.Write([ReplayNotes.CancelledBy(actor.Name)]) };
        });

    private static string? SignedIn(Actor actor) => actor.IsSignedIn ? actor.Name : null;

    private bool NeedsApproval(Row row) =>
        (row.CorrectionId is not null && options.ApproveEdits)
        || (options.ApproveAboveMessages > 0 && row.Total > options.ApproveAboveMessages)
        || (options.ApproveAboveOre > 0 && row.TotalOre > options.ApproveAboveOre);

    /// <summary>Takes each letter that still waits into an attempt of its own; what does not wait any more is left out.</summary>
    private async Task<Row> RunAsync(DbTransaction transaction, Row row, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var status = row.CorrectionId is null ? nameof(LetterStatus.Replaying) : nameof(LetterStatus.Corrected);
        var connection = transaction.Connection!;
        // The letters first: whoever takes a letter's row finds it waiting, and whoever comes next (a replay that overlaps, an archiving) finds it taken.
        await connection.ExecuteAsync(new CommandDefinition(
            store.Sql($"""
                UPDATE console.letters
                SET status = @status, replay_id = @ReplayId, outcome = NULL, outcome_at = NULL, row_version = row_version + 1
                WHERE status = '{nameof(LetterStatus.Open)}'
                  AND letter_id IN (SELECT i.letter_id FROM console.replay_items i WHERE i.replay_id = @ReplayId AND i.state = '{nameof(ItemState.Frozen)}')
                """), new { row.ReplayId, status }, transaction, commandTimeout: ConsoleSchema.WholeSetTimeout, cancellationToken: cancellation));
        await connection.ExecuteAsync(new CommandDefinition(
            store.Sql($"""
                UPDATE console.replay_items
                SET open_letter = letter_id
                WHERE replay_id = @ReplayId AND state = '{nameof(ItemState.Frozen)}' AND letter_id IN (
                  SELECT l.letter_id
                  FROM console.replay_items i
                  INNER JOIN console.letters l ON l.letter_id = i.letter_id
                  WHERE i.replay_id = @ReplayId AND l.replay_id = @ReplayId AND l.status = @status)
                """), new { row.ReplayId, status }, transaction, commandTimeout: ConsoleSchema.WholeSetTimeout, cancellationToken: cancellation));
        await connection.ExecuteAsync(new CommandDefinition(
            store.Sql($"""
                UPDATE console.replay_items
                SET state = '{nameof(ItemState.Skipped)}', outcome = '{Outcomes.NotWaiting}', outcome_at = @now
                WHERE replay_id = @ReplayId AND state = '{nameof(ItemState.Frozen)}' AND open_letter IS NULL
                """), new { row.ReplayId, now }, transaction, commandTimeout: ConsoleSchema.WholeSetTimeout, cancellationToken: cancellation));
        return row with { Status = nameof(ReplayStatus.Running), Stage = 1, StartedAt = now, LeaseUntil = 0 };
    }

    private async Task<Replay> BeginAsync(
        DbTransaction transaction, Actor actor, Guid replayId, ReplayStatus status, string filter, string why, ReplayLimits limits, Guid? correctionId, long now,
        CancellationToken cancellation, long correctedOre = 0)
    {
        var connection = transaction.Connection!;
        var sums = (await connection.QueryAsync<SumRow>(new CommandDefinition(
            store.Sql("""
                SELECT l.municipality AS Municipality, COUNT(*) AS Letters, SUM(COALESCE(l.amount_ore, 0)) AS Ore
                FROM console.replay_items i
                INNER JOIN console.letters l ON l.letter_id = i.letter_id
                WHERE i.replay_id = @replayId
                GROUP BY l.municipality
                """), new { replayId }, transaction, commandTimeout: ConsoleSchema.WholeSetTimeout, cancellationToken: cancellation))).ToList();
        var municipalities = sums.Select(sum => sum.Municipality).Order(StringComparer.Ordinal).ToList();
        var row = new Row
        {
            ReplayId = replayId, Status = status.ToString(), Municipality = municipalities.Count <= MostMunicipalitiesNamed ? string.Join(',', municipalities) : "*", CreatedAt = now,
            CreatedBy = actor.Name, AskedBy = SignedIn(actor), Reason = why, Filter = filter, Total = sums.Sum(sum => sum.Letters), TotalOre = Math.Max(sums.Sum(sum => sum.Ore), correctedOre), RatePerSecond = limits.RatePerSecond,
            MostFailedPercent = limits.MostFailedPercent, CorrectionId = correctionId, RowVersion = 1,
        };
        await store.InsertAsync(transaction, ConsoleSchema.Replays, [row.Values()], cancellation);
        await audit.AppendAsync(
            transaction, actor,
            [new AuditedAction(
                "replay.create", replayId.ToString(), MunicipalityOf(row), why,
                JsonSerializer.Serialize(new { messages = row.Total, ore = row.TotalOre, filter = JsonSerializer.Deserialize<JsonElement>(filter), limits.RatePerSecond, limits.MostFailedPercent, correctionId }, ServiceClient.Json),
                status.ToString())],
            cancellation);
        return row.Replay();
    }

    private Task<Replay> ChangeAsync(
        Guid replayId, Actor actor, string action, string why, CancellationToken cancellation, Func<DbTransaction, Row, Task<Row>> change) => store.InTransactionAsync(
        async transaction =>
        {
            if (await LoadAsync(transaction.Connection!, transaction, replayId, cancellation) is not { } row || !IsSeenBy(row.Replay(), actor))
                throw new NotPossibleException(ReplayNotes.Unknown(replayId));
            var changed = await change(transaction, row) with { RowVersion = row.RowVersion + 1 };
            await store.SaveVersionedAsync(transaction, ConsoleSchema.Replays, "row_version", [changed.Values()], cancellation);
            await audit.AppendAsync(transaction, actor, [new AuditedAction(action, replayId.ToString(), MunicipalityOf(row), why, null, changed.Status)], cancellation);
            return changed.Replay();
        },
        cancellation);

    /// <summary>An entry of the audit log is of one municipality, or of none in particular.</summary>
    private static string MunicipalityOf(Row row) => row.Municipality is { Length: 4 } one ? one : "";

    private static void Require(Row row, string action, params ReadOnlySpan<ReplayStatus> allowed)
    {
        if (!allowed.Contains(Enum.Parse<ReplayStatus>(row.Status)))
            throw new NotPossibleException(ReplayNotes.Cannot(action, row.Status));
    }

    private sealed record SumRow
    {
        public required string Municipality { get; init; }
        public long Letters { get; init; }
        public long Ore { get; init; }
    }
}
