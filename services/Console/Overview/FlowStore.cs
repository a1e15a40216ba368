using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.Overview;

/// <summary>What the services said of one municipality; absent: that service was away.</summary>
/// <param name="Accepted">Claims that Ingest has ever accepted.</param>
/// <param name="Transferred">Claims that stand transferred now.</param>
/// <param name="Rejected">Claims that stand rejected now.</param>
/// <param name="DeadLettered">Messages that were ever collected.</param>
public sealed record FlowSample(string Municipality, long? Accepted, long? Transferred, long? Rejected, long? DeadLettered);

/// <summary>What came through in an hour of the clock.</summary>
/// <param name="IsSampled">False: nobody looked in that hour; what happened then is in the next one that was looked at.</param>
public sealed record FlowHour(DateTimeOffset From, long Accepted, long Transferred, long Rejected, long DeadLettered, bool IsSampled);

/// <summary>
/// Samples, and the hours that they make. Several consoles may sample the same minute: the first one's row stands. What can go down and up again is kept as a count that
/// only grows: claims transferred by the highest number that stood so, for one that is changed counts once; rejections by every rise, for one that is mended makes room for another.
/// </summary>
public sealed class FlowStore(IStores stores)
{
    public const int Hours = 24;
    private const int MinutesKept = 48 * 60;

    private const string Columns =
        "minute AS Minute, municipality AS Municipality, accepted AS Accepted, transferred AS Transferred, rejected AS Rejected, rejected_now AS RejectedNow, dead_lettered AS DeadLettered";

    private readonly IStore _store = stores.Open(FlowSchema.Name);
    private readonly IStore _letters = stores.Open(ConsoleSchema.Name);

    public Task MigrateAsync(CancellationToken cancellation) => _store.MigrateAsync(FlowSchema.Migrations, cancellation);

    public static long MinuteOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / 60;

    /// <summary>Adds a minute's rows, and drops those that are too old.</summary>
    /// <returns>How many were new.</returns>
    public Task<int> AddAsync(DateTimeOffset at, IReadOnlyList<FlowSample> samples, CancellationToken cancellation) => _store.InTransactionAsync(async transaction =>
    {
        var minute = MinuteOf(at);
        var connection = transaction.Connection!;
        var last = (await connection.QueryAsync<Row>(new CommandDefinition(
            _store.Sql($"SELECT {Columns} FROM console_flow.samples WHERE minute = (SELECT MAX(minute) FROM console_flow.samples)"), transaction: transaction, cancellationToken: cancellation)))
            .ToDictionary(row => row.Municipality, StringComparer.Ordinal);
        // Another console has looked at this minute already, or the clock was put back.
        if (last.Values.FirstOrDefault()?.Minute >= minute)
            return 0;
        var rows = samples.Select(sample => Next(minute, last.GetValueOrDefault(sample.Municipality), sample)).ToList();
        var added = await _store.InsertNewAsync(transaction, FlowSchema.Samples, rows, cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            _store.Sql("DELETE FROM console_flow.samples WHERE minute < @oldest"), new { oldest = minute - MinutesKept }, transaction, cancellationToken: cancellation));
        return added.Count;
    }, cancellation);

    /// <summary>The last 24 hours of the clock, a municipality each, the present one last.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<FlowHour>>> HoursAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var first = (MinuteOf(now) / 60) - Hours + 1;
        await using var connection = await _store.OpenAsync(cancellation);
        // One hour more than is shown: the first of those shown is counted from there.
        var rows = await connection.QueryAsync<HourRow>(new CommandDefinition(
            _store.Sql("""
                SELECT municipality AS Municipality, minute / 60 AS Hour,
                       MIN(accepted) AS AcceptedFirst, MAX(accepted) AS Accepted, MIN(transferred) AS TransferredFirst, MAX(transferred) AS Transferred,
                       MIN(rejected) AS RejectedFirst, MAX(rejected) AS Rejected, MIN(dead_lettered) AS DeadLetteredFirst, MAX(dead_lettered) AS DeadLettered
                FROM console_flow.samples
                WHERE minute >= @from
                GROUP BY municipality, minute / 60
                """), new { from = (first - 1) * 60 }, cancellationToken: cancellation));
        return rows.GroupBy(row => row.Municipality, StringComparer.Ordinal).ToDictionary(group => group.Key, group => HoursOf(first, group), StringComparer.Ordinal);
    }

    /// <summary>Messages that were ever collected, a municipality each, whatever has become of them.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CollectedAsync(CancellationToken cancellation)
    {
        await using var connection = await _letters.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<CollectedRow>(new CommandDefinition(
            _letters.Sql("SELECT municipality AS Municipality, COUNT(*) AS Letters FROM console.letters GROUP BY municipality"), cancellationToken: cancellation));
        return rows.ToDictionary(row => row.Municipality, row => row.Letters, StringComparer.Ordinal);
    }

    private static object?[] Next(long minute, Row? last, FlowSample now) =>
    [
        minute, now.Municipality, Highest(last?.Accepted, now.Accepted), Highest(last?.Transferred, now.Transferred),
        now.Rejected is { } rejected ? (last?.Rejected ?? rejected) + Math.Max(0, rejected - (last?.RejectedNow ?? rejected)) : last?.Rejected,
        now.Rejected ?? last?.RejectedNow, Highest(last?.DeadLettered, now.DeadLettered),
    ];

    private static long? Highest(long? last, long? now) => now is { } figure ? Math.Max(figure, last ?? figure) : last;

    private static IReadOnlyList<FlowHour> HoursOf(long first, IEnumerable<HourRow> rows)
    {
        var byHour = rows.ToDictionary(row => row.Hour);
        var before = byHour.GetValueOrDefault(first - 1);
        var (accepted, transferred, rejected, dead) = (before?.Accepted, before?.Transferred, before?.Rejected, before?.DeadLettered);
        var hours = new List<FlowHour>(Hours);
        for (var hour = first; hour < first + Hours; hour++)
        {
            var row = byHour.GetValueOrDefault(hour);
            hours.Add(new FlowHour(
                DateTimeOffset.FromUnixTimeSeconds(hour * 3600), Rise(ref accepted, row?.AcceptedFirst, row?.Accepted), Rise(ref transferred, row?.TransferredFirst, row?.Transferred),
                Rise(ref rejected, row?.RejectedFirst, row?.Rejected), Rise(ref dead, row?.DeadLetteredFirst, row?.DeadLettered), row is not null));
        }

        return hours;
    }

    /// <summary>Counted from the end of the last hour known; what had come before the first look of all is not of this hour.</summary>
    private static long Rise(ref long? known, long? first, long? last)
    {
        if (last is not { } figure)
            return 0;
        var rise = figure - (known ?? first ?? figure);
        known = figure;
        return Math.Max(0, rise);
    }

    private sealed record Row
    {
        public long Minute { get; init; }
        public required string Municipality { get; init; }
        public long? Accepted { get; init; }
        public long? Transferred { get; init; }
        public long? Rejected { get; init; }
        public long? RejectedNow { get; init; }
        public long? DeadLettered { get; init; }
    }

    private sealed record HourRow
    {
        public required string Municipality { get; init; }
        public long Hour { get; init; }
        public long? AcceptedFirst { get; init; }
        public long? Accepted { get; init; }
        public long? TransferredFirst { get; init; }
        public long? Transferred { get; init; }
        public long? RejectedFirst { get; init; }
        public long? Rejected { get; init; }
        public long? DeadLetteredFirst { get; init; }
        public long? DeadLettered { get; init; }
    }

    private sealed record CollectedRow
    {
        public required string Municipality { get; init; }
        public long Letters { get; init; }
    }
}
