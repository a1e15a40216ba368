using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.Replaying;

/// <summary>Replays and their frozen sets, as people and the runner read and change them. What a person does is in one transaction with its entry of the audit log.</summary>
public sealed partial class ReplayStore(IStore store, Auditing.AuditLog audit, ConsoleOptions options, TimeProvider time)
{
    private const int MostMunicipalitiesNamed = 30;

    internal const string Columns = """
        r.replay_id AS ReplayId, r.status AS Status, r.stage AS Stage, r.municipality AS Municipality, r.created_at AS CreatedAt, r.created_by AS CreatedBy, r.reason AS Reason,
        r.filter AS Filter, r.total AS Total, r.total_ore AS TotalOre, r.rate_per_second AS RatePerSecond, r.most_failed_percent AS MostFailedPercent, r.approved_by AS ApprovedBy,
        r.started_at AS StartedAt, r.ended_at AS EndedAt, r.remark AS Remark, r.correction_id AS CorrectionId, r.lease_until AS LeaseUntil, r.row_version AS RowVersion,
        r.known_before AS KnownBefore, r.failed_before AS FailedBefore, r.asked_by AS AskedBy
        """;

    /// <summary>Null: there is none, or it touches municipalities that are not this person's to see.</summary>
    public async Task<Replay?> FindAsync(Guid replayId, Actor actor, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return await LoadAsync(connection, null, replayId, cancellation) is { } row && IsSeenBy(row.Replay(), actor) ? row.Replay() : null;
    }

    /// <summary>The newest first.</summary>
    public async Task<ReplayPage> ListAsync(Actor actor, int limit, string? after, CancellationToken cancellation)
    {
        var place = after?.Split('.') is [var at, var id] && long.TryParse(at, CultureInfo.InvariantCulture, out var moment) && Guid.TryParseExact(id, "N", out var last) ? (moment, last) : (long.MaxValue, Guid.Empty);
        await using var connection = await store.OpenAsync(cancellation);
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"""
                SELECT {store.Top("limit")} {Columns}
                FROM console.replays r
                WHERE r.created_at < @at OR (r.created_at = @at AND r.replay_id > @id)
                ORDER BY r.created_at DESC, r.replay_id
                {store.Limit("limit")}
                """), new { limit, at = place.Item1, id = place.Item2 }, cancellationToken: cancellation))).ToList();
        return new ReplayPage(
            [.. rows.Select(row => row.Replay()).Where(replay => IsSeenBy(replay, actor))],
            rows.Count == limit ? $"{rows[^1].CreatedAt}.{rows[^1].ReplayId:N}" : null);
    }

    public async Task<ReplayProgress?> ProgressAsync(Guid replayId, Actor actor, CancellationToken cancellation)
    {
        if (await FindAsync(replayId, actor, cancellation) is not { } replay)
            return null;
        await using var connection = await store.OpenAsync(cancellation);
        return await ProgressAsync(connection, replay, cancellation);
    }

    public async Task<ReplayItemPage?> ItemsAsync(Guid replayId, Actor actor, string? outcome, int limit, long after, CancellationToken cancellation)
    {
        if (await FindAsync(replayId, actor, cancellation) is null)
            return null;
        await using var connection = await store.OpenAsync(cancellation);
        var rows = (await connection.QueryAsync<ItemRow>(new CommandDefinition(
            store.Sql($"""
                SELECT {store.Top("limit")} i.position AS Position, i.letter_id AS LetterId, l.message_id AS MessageId, l.name AS Name, l.municipality AS Municipality, l.agency AS Agency,
                       l.fee_id AS FeeId, l.amount_ore AS AmountOre, i.state AS State, i.forecast AS Forecast, i.forecast_note AS ForecastNote, i.sent_at AS SentAt, i.outcome AS Outcome,
                       i.outcome_detail AS OutcomeDetail, i.outcome_at AS OutcomeAt
                FROM console.replay_items i
                INNER JOIN console.letters l ON l.letter_id = i.letter_id
                WHERE i.replay_id = @replayId AND i.position > @after {(string.IsNullOrEmpty(outcome) ? "" : "AND i.outcome = @outcome")}
                ORDER BY i.position
                {store.Limit("limit")}
                """), new { replayId, after, outcome, limit }, cancellationToken: cancellation))).ToList();
        return new ReplayItemPage([.. rows.Select(row => row.Item())], rows.Count == limit ? rows[^1].Position : null);
    }

    private async Task<ReplayProgress> ProgressAsync(DbConnection connection, Replay replay, CancellationToken cancellation)
    {
        var forecasts = (await connection.QueryAsync<ForecastRow>(new CommandDefinition(
            store.Sql("""
                SELECT i.forecast AS Forecast, COUNT(*) AS Items, SUM(COALESCE(l.amount_ore, 0)) AS Ore
                FROM console.replay_items i
                INNER JOIN console.letters l ON l.letter_id = i.letter_id
                WHERE i.replay_id = @ReplayId AND i.forecast IS NOT NULL
                GROUP BY i.forecast
                """), new { replay.ReplayId }, cancellationToken: cancellation))).ToList();
        return Progress(replay, await StatesAsync(connection, replay.ReplayId, cancellation), forecasts);
    }

    private async Task<List<StateRow>> StatesAsync(DbConnection connection, Guid replayId, CancellationToken cancellation, DbTransaction? transaction = null) =>
        (await connection.QueryAsync<StateRow>(new CommandDefinition(
            store.Sql("SELECT state AS State, outcome AS Outcome, COUNT(*) AS Items FROM console.replay_items WHERE replay_id = @replayId GROUP BY state, outcome"), new { replayId },
            transaction, cancellationToken: cancellation))).ToList();

    private static ReplayProgress Progress(Replay replay, List<StateRow> states, List<ForecastRow> forecasts)
    {
        var outcomes = states.Where(row => row is { State: nameof(ItemState.Done), Outcome: not null }).ToDictionary(row => row.Outcome!, row => row.Items, StringComparer.Ordinal);
        return new ReplayProgress(
            replay, forecasts.ToDictionary(row => row.Forecast, row => row.Items), forecasts.ToDictionary(row => row.Forecast, row => row.Ore), forecasts.Sum(row => row.Items), outcomes,
            Of(ItemState.Done), Of(ItemState.Sending) + Of(ItemState.Sent), Of(ItemState.Frozen), Of(ItemState.Skipped),
            outcomes.Where(entry => Outcomes.Failed.Contains(entry.Key)).Sum(entry => entry.Value));

        long Of(ItemState state) => states.Where(row => row.State == state.ToString()).Sum(row => row.Items);
    }

    internal async Task<Row?> LoadAsync(DbConnection connection, DbTransaction? transaction, Guid replayId, CancellationToken cancellation) =>
        await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            store.Sql($"SELECT {Columns} FROM console.replays r WHERE r.replay_id = @replayId"), new { replayId }, transaction, cancellationToken: cancellation));

    /// <summary>A replay over several municipalities is seen by who sees them all; an empty one by whoever asked for it.</summary>
    private static bool IsSeenBy(Replay replay, Actor actor) => actor.Municipalities is null || (replay.Total == 0 ? replay.CreatedBy == actor.Name : replay.Municipalities.All(actor.Sees));

    internal sealed record Row
    {
        public Guid ReplayId { get; init; }
        public required string Status { get; init; }
        public long Stage { get; init; }
        public required string Municipality { get; init; }
        public long CreatedAt { get; init; }
        public required string CreatedBy { get; init; }
        public required string Reason { get; init; }
        public required string Filter { get; init; }
        public long Total { get; init; }
        public long TotalOre { get; init; }
        public long RatePerSecond { get; init; }
        public long MostFailedPercent { get; init; }
        public string? ApprovedBy { get; init; }
        public long? StartedAt { get; init; }
        public long? EndedAt { get; init; }
        public string? Remark { get; init; }
        public Guid? CorrectionId { get; init; }
        public long LeaseUntil { get; init; }
        public long RowVersion { get; init; }
        public long KnownBefore { get; init; }
        public long FailedBefore { get; init; }
        public string? AskedBy { get; init; }

        public Replay Replay() => new(
            ReplayId, Enum.Parse<ReplayStatus>(Status), (int)Stage, Municipality.Split(','), At(CreatedAt), CreatedBy, Reason,
            JsonSerializer.Deserialize<LetterFilter>(Filter, ServiceClient.Json) ?? new LetterFilter(), Total, TotalOre, (int)RatePerSecond, (int)MostFailedPercent, ApprovedBy,
            StartedAt is { } started ? At(started) : null, EndedAt is { } ended ? At(ended) : null, Note.Read(Remark).FirstOrDefault(), CorrectionId)
        {
            KnownBefore = KnownBefore, FailedBefore = FailedBefore, AskedBy = AskedBy, LeaseUntil = LeaseUntil,
        };

        public object?[] Values() =>
        [
            ReplayId, Status, Stage, Municipality, CreatedAt, CreatedBy, Reason, Filter, Total, TotalOre, RatePerSecond, MostFailedPercent, ApprovedBy, StartedAt, EndedAt, Remark,
            CorrectionId, LeaseUntil, RowVersion, KnownBefore, FailedBefore, AskedBy,
        ];
    }

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private sealed record StateRow
    {
        public required string State { get; init; }
        public string? Outcome { get; init; }
        public long Items { get; init; }
    }

    private sealed record ForecastRow
    {
        public required string Forecast { get; init; }
        public long Items { get; init; }
        public long Ore { get; init; }
    }

    private sealed record ItemRow
    {
        public long Position { get; init; }
        public Guid LetterId { get; init; }
        public string? MessageId { get; init; }
        public required string Name { get; init; }
        public required string Municipality { get; init; }
        public required string Agency { get; init; }
        public long? FeeId { get; init; }
        public long? AmountOre { get; init; }
        public required string State { get; init; }
        public string? Forecast { get; init; }
        public string? ForecastNote { get; init; }
        public long? SentAt { get; init; }
        public string? Outcome { get; init; }
        public string? OutcomeDetail { get; init; }
        public long? OutcomeAt { get; init; }

        public ReplayItem Item() => new(
            Position, LetterId, MessageId, Name, Municipality, Agency, FeeId, AmountOre, Enum.Parse<ItemState>(State), Forecast, Note.Read(ForecastNote), SentAt is { } sent ? At(sent) : null, Outcome,
            Note.Read(OutcomeDetail), OutcomeAt is { } at ? At(at) : null);
    }
}
