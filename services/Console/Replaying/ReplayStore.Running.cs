using System.Data.Common;
using System.Text.Json;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.Replaying;

/// <summary>One attempt as the runner works on it.</summary>
internal sealed record Attempt
{
    public Guid ReplayId { get; init; }
    public long Position { get; init; }
    public Guid LetterId { get; init; }
    public Guid? CorrectionId { get; init; }
    public long? SentAt { get; init; }
    public string? MessageId { get; init; }
    public required string Queue { get; init; }
    public required string Name { get; init; }
    public required string Municipality { get; init; }
    public Guid? ClaimId { get; init; }
    public string? TraceParent { get; init; }
    public long? Version { get; init; }
    public string? Sender { get; init; }
}

public sealed partial class ReplayStore
{
    private const int MostAtATime = 500;

    private static readonly Actor System = new("claims-transfer", Role.Operator, null);

    private const string AttemptColumns = """
        i.replay_id AS ReplayId, i.position AS Position, i.letter_id AS LetterId, r.correction_id AS CorrectionId, i.sent_at AS SentAt, l.message_id AS MessageId, l.queue AS Queue,
        l.name AS Name, l.municipality AS Municipality, l.claim_id AS ClaimId, l.trace_parent AS TraceParent, l.version AS Version, l.sender AS Sender
        """;

    private const string AttemptTables = """
        console.replay_items i
        INNER JOIN console.replays r ON r.replay_id = i.replay_id
        INNER JOIN console.letters l ON l.letter_id = i.letter_id
        """;

    /// <summary>
    /// Takes the replays that are to be carried on and that no other instance has: each is one instance's until the lease ends. Of one that was cancelled, what a crash left
    /// half-sent is still to be sent: nobody knows whether it was. Who slept past the lease, and another has it, changes nothing more; what it had taken to
    /// send it may still send, under the ids that its successor does.
    /// </summary>
    internal async Task<IReadOnlyList<Replay>> TakeAsync(DateTimeOffset until, IReadOnlyDictionary<Guid, DateTimeOffset> mine, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await using var connection = await store.OpenAsync(cancellation);
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"SELECT {Columns} FROM console.replays r WHERE r.status IN ('{nameof(ReplayStatus.Previewing)}', '{nameof(ReplayStatus.Running)}') OR (r.status = '{nameof(ReplayStatus.Cancelled)}' AND r.replay_id IN (SELECT i.replay_id FROM console.replay_items i WHERE i.state = '{nameof(ItemState.Sending)}'))"), cancellationToken: cancellation)))
            .Where(row => row.LeaseUntil <= now || (mine.TryGetValue(row.ReplayId, out var ours) && ours.ToUnixTimeMilliseconds() == row.LeaseUntil)).ToList();
        var taken = new List<Replay>();
        foreach (var row in rows)
        {
            var lease = await connection.ExecuteAsync(new CommandDefinition(
                store.Sql("UPDATE console.replays SET lease_until = @until, row_version = row_version + 1 WHERE replay_id = @ReplayId AND row_version = @RowVersion"),
                new { until = until.ToUnixTimeMilliseconds(), row.ReplayId, row.RowVersion }, cancellationToken: cancellation));
            if (lease == 1)
                taken.Add(row.Replay() with { LeaseUntil = until.ToUnixTimeMilliseconds() });
        }

        return taken;
    }

    /// <summary>Without the forecasts, which the run does not need.</summary>
    internal async Task<ReplayProgress> CountedAsync(Replay replay, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return Progress(replay, await StatesAsync(connection, replay.ReplayId, cancellation), []);
    }

    /// <summary>When the oldest was sent whose outcome is not known; null: there is none.</summary>
    internal async Task<DateTimeOffset?> OldestUnderWayAsync(Guid replayId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var sentAt = await connection.QuerySingleAsync<long?>(new CommandDefinition(
            store.Sql($"SELECT MIN(sent_at) FROM console.replay_items WHERE replay_id = @replayId AND state = '{nameof(ItemState.Sent)}'"), new { replayId }, cancellationToken: cancellation));
        return sentAt is { } at ? At(at) : null;
    }

    internal async Task<IReadOnlyList<Attempt>> WithoutForecastAsync(Guid replayId, int most, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return [.. await connection.QueryAsync<Attempt>(new CommandDefinition(
            store.Sql($"""
                SELECT {store.Top("most")} {AttemptColumns}
                FROM {AttemptTables}
                WHERE i.replay_id = @replayId AND i.state = '{nameof(ItemState.Frozen)}' AND i.forecast IS NULL
                ORDER BY i.position
                {store.Limit("most")}
                """), new { replayId, most }, cancellationToken: cancellation))];
    }

    /// <summary>Whoever previews is alone with the set: its rows are written whole. A replay that was cancelled meanwhile stays as it is.</summary>
    internal Task SaveForecastsAsync(
        Replay replay, IReadOnlyList<(Attempt Attempt, string Outcome, IReadOnlyList<Note>? Notes)> forecasts, CancellationToken cancellation) =>
        store.InTransactionAsync(
        async transaction =>
        {
            if (!await HoldsAsync(transaction, replay, $"AND status = '{nameof(ReplayStatus.Previewing)}'", cancellation))
                return false;
            await store.UpsertAsync(
                transaction, ConsoleSchema.Items,
                [.. forecasts.Select(forecast => new object?[]
                {
                    forecast.Attempt.ReplayId, forecast.Attempt.Position, forecast.Attempt.LetterId, forecast.Attempt.LetterId, null, nameof(ItemState.Frozen), forecast.Outcome, Kept(forecast.Notes),
                    null, null, null, null, null,
                })],
                cancellation);
            return true;
        },
        cancellation);

    /// <summary>The next of the set, marked as being sent before any of them is; those that a crash left half-sent come first.</summary>
    internal Task<IReadOnlyList<Attempt>> TakeToSendAsync(
        Replay replay, int most, CancellationToken cancellation) => store.InTransactionAsync<IReadOnlyList<Attempt>>(
        async transaction =>
        {
            var (replayId, now) = (replay.ReplayId, time.GetUtcNow().ToUnixTimeMilliseconds());
            if (!await HoldsAsync(transaction, replay, "", cancellation))
                return [];
            var left = await ToSendAsync(transaction, replayId, ItemState.Sending, MostAtATime, cancellation);
            if (left.Count > 0 || most <= 0)
                return left;
            var next = await ToSendAsync(transaction, replayId, ItemState.Frozen, most, cancellation);
            if (next.Count == 0)
                return [];
            var marked = await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                store.Sql($"""
                    UPDATE console.replay_items
                    SET state = '{nameof(ItemState.Sending)}', sent_at = @now
                    WHERE replay_id = @replayId AND state = '{nameof(ItemState.Frozen)}' AND {store.In("position", "positions", ColumnType.Integer)}
                    """), new { replayId, now, positions = store.List(next.Select(attempt => attempt.Position).ToList()) }, transaction, cancellationToken: cancellation));
            // Somebody has cancelled it between the two: what is not marked may not be sent.
            if (marked != next.Count)
                throw new LostRaceException($"Replay {replayId} was changed while its next messages were taken.");
            return [.. next.Select(attempt => attempt with { SentAt = now })];
        },
        cancellation);

    /// <summary>Whoever has it sent marks it: that the broker has confirmed it is true, whose lease it may be by now.</summary>
    internal Task MarkSentAsync(Guid replayId, IReadOnlyList<Attempt> sent, CancellationToken cancellation) => store.InTransactionAsync(
        transaction => transaction.Connection!.ExecuteAsync(new CommandDefinition(
            store.Sql($"""
                UPDATE console.replay_items
                SET state = '{nameof(ItemState.Sent)}', look_at = @now
                WHERE replay_id = @replayId AND state = '{nameof(ItemState.Sending)}' AND {store.In("position", "positions", ColumnType.Integer)}
                """),
            new { replayId, now = time.GetUtcNow().ToUnixTimeMilliseconds() + 100, positions = store.List(sent.Select(attempt => attempt.Position).ToList()) }, transaction,
            cancellationToken: cancellation)),
        cancellation);

    /// <summary>What was sent and is due to be looked at; not handed out again before <paramref name="until"/>.</summary>
    internal Task<IReadOnlyList<Attempt>> TakeToLookAtAsync(int most, DateTimeOffset until, CancellationToken cancellation) => store.InTransactionAsync<IReadOnlyList<Attempt>>(
        async transaction =>
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var due = (await transaction.Connection!.QueryAsync<Attempt>(new CommandDefinition(
                store.Sql($"""
                    SELECT {store.Top("most")} {AttemptColumns}
                    FROM {AttemptTables}
                    WHERE i.look_at <= @now AND i.state = '{nameof(ItemState.Sent)}'
                    ORDER BY i.look_at
                    {store.Limit("most")}
                    """), new { now, most }, transaction, cancellationToken: cancellation))).ToList();
            await LookAgainAsync(transaction, due.Select(attempt => (attempt, until)), cancellation);
            return due;
        },
        cancellation);

    internal Task LookAgainAsync(IReadOnlyList<(Attempt Attempt, DateTimeOffset At)> attempts, CancellationToken cancellation) => store.InTransactionAsync(
        async transaction =>
        {
            await LookAgainAsync(transaction, attempts, cancellation);
            return true;
        },
        cancellation);

    /// <summary>
    /// Closes attempts whose outcome is known; one that the collector, or another instance, has closed meanwhile keeps what was found. What became of a message
    /// stays true, however late it is written down.
    /// </summary>
    internal Task CloseAsync(IReadOnlyList<(Attempt Attempt, Outcome Outcome)> closed, CancellationToken cancellation) => store.InTransactionAsync(
        async transaction =>
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (var group in closed.GroupBy(entry => (entry.Attempt.ReplayId, entry.Outcome.Name, Detail: Kept(entry.Outcome.Notes))))
            {
                var (replayId, name, detail) = group.Key;
                var positions = store.List(group.Select(entry => entry.Attempt.Position).ToList());
                await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                    store.Sql($"""
                        UPDATE console.letters
                        SET outcome = @name, outcome_at = @now, row_version = row_version + 1,
                            status = CASE WHEN status = '{nameof(LetterStatus.Replaying)}' THEN '{nameof(LetterStatus.Replayed)}' ELSE status END
                        WHERE status IN ('{nameof(LetterStatus.Replaying)}', '{nameof(LetterStatus.Corrected)}') AND letter_id IN (
                          SELECT i.open_letter FROM console.replay_items i
                          WHERE i.replay_id = @replayId AND i.state = '{nameof(ItemState.Sent)}' AND {store.In("i.position", "positions", ColumnType.Integer)})
                        """), new { name, now, replayId, positions }, transaction, cancellationToken: cancellation));
                await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                    store.Sql($"""
                        UPDATE console.replay_items
                        SET state = '{nameof(ItemState.Done)}', outcome = @name, outcome_detail = @detail, outcome_at = @now, look_at = NULL, open_letter = NULL
                        WHERE replay_id = @replayId AND state = '{nameof(ItemState.Sent)}' AND {store.In("position", "positions", ColumnType.Integer)}
                        """), new { name, detail, now, replayId, positions }, transaction, cancellationToken: cancellation));
            }

            return true;
        },
        cancellation);

    private static string? Kept(IReadOnlyList<Note>? notes) => notes is { Count: > 0 } ? Note.Write(notes) : null;

    /// <summary>The runner's own change of a replay; a person who was faster wins, and it is looked at again.</summary>
    internal Task AdvanceAsync(Replay replay, ReplayStatus status, int stage, Note? remark, ReplayProgress? ended, CancellationToken cancellation) => store.InTransactionAsync(
        async transaction =>
        {
            if (await LoadAsync(transaction.Connection!, transaction, replay.ReplayId, cancellation) is not { } row
                || row.Status != replay.Status.ToString() || row.LeaseUntil != replay.LeaseUntil)
                return false;
            var changed = row with
            {
                Status = status.ToString(), Stage = stage, Remark = remark is null ? null : Note.Write([remark]), RowVersion = row.RowVersion + 1, EndedAt = ended is null ? row.EndedAt : time.GetUtcNow().ToUnixTimeMilliseconds(),
            };
            await store.SaveVersionedAsync(transaction, ConsoleSchema.Replays, "row_version", [changed.Values()], cancellation);
            if (status is ReplayStatus.Done or ReplayStatus.Stopped or ReplayStatus.Paused)
            {
                await audit.AppendAsync(
                    transaction, System,
                    [new AuditedAction(
                        $"replay.{status.ToString().ToLowerInvariant()}", replay.ReplayId.ToString(), MunicipalityOf(row), remark is null ? row.Reason : Note.Write([remark]),
                        ended is null ? null : JsonSerializer.Serialize(new { ended.Outcomes, ended.Skipped, ended.UnderWay, ended.Left }, ServiceClient.Json), status.ToString())],
                    cancellation);
            }

            return true;
        },
        cancellation);

    /// <summary>Whether the lease is still the one that it was taken under; nobody takes it before the transaction is committed.</summary>
    private async Task<bool> HoldsAsync(DbTransaction transaction, Replay replay, string only, CancellationToken cancellation) =>
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            store.Sql($"UPDATE console.replays SET lease_until = lease_until WHERE replay_id = @ReplayId AND lease_until = @LeaseUntil {only}"),
            new { replay.ReplayId, replay.LeaseUntil }, transaction, cancellationToken: cancellation)) == 1;

    private async Task<List<Attempt>> ToSendAsync(DbTransaction transaction, Guid replayId, ItemState state, int most, CancellationToken cancellation) =>
        (await transaction.Connection!.QueryAsync<Attempt>(new CommandDefinition(
            store.Sql($"""
                SELECT {store.Top("most")} {AttemptColumns}
                FROM {AttemptTables}
                WHERE i.replay_id = @replayId AND i.state = @state AND i.open_letter IS NOT NULL {(state == ItemState.Frozen ? $"AND r.status = '{nameof(ReplayStatus.Running)}'" : "")}
                ORDER BY i.position
                {store.Limit("most")}
                """), new { replayId, state = state.ToString(), most }, transaction, cancellationToken: cancellation))).ToList();

    private async Task LookAgainAsync(DbTransaction transaction, IEnumerable<(Attempt Attempt, DateTimeOffset At)> attempts, CancellationToken cancellation)
    {
        foreach (var group in attempts.GroupBy(entry => (entry.Attempt.ReplayId, entry.At)))
        {
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                store.Sql($"""
                    UPDATE console.replay_items
                    SET look_at = @at
                    WHERE replay_id = @replayId AND state = '{nameof(ItemState.Sent)}' AND {store.In("position", "positions", ColumnType.Integer)}
                    """),
                new { at = group.Key.At.ToUnixTimeMilliseconds(), replayId = group.Key.ReplayId, positions = store.List(group.Select(entry => entry.Attempt.Position).ToList()) }, transaction,
                cancellationToken: cancellation));
        }
    }
}
