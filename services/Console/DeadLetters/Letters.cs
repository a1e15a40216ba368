using System.Globalization;
using System.Text.Json;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.OperationsConsole.Access;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.DeadLetters;

/// <summary>Letters of one cause.</summary>
/// <param name="Cause">What went wrong, for a person.</param>
/// <param name="Trend">rising, falling or steady: the last hour against the day before it.</param>
/// <param name="Parts">By municipality, vendor and message type, the largest first.</param>
public sealed record LetterGroup(
    string Fingerprint, string Cause, string CauseKey, Owner Owner, string Action, bool CanReplay, string CauseType, string CauseText, long Count, long Ore, DateTimeOffset FirstAt,
    DateTimeOffset LastAt, long LastHour, long LastDay, string Trend, IReadOnlyList<LetterGroupPart> Parts);

public sealed record LetterGroupPart(string Municipality, string Vendor, string Name, long Count, long Ore, DateTimeOffset FirstAt, DateTimeOffset LastAt);

public sealed record LetterGroups(IReadOnlyList<LetterGroup> Groups, long Count, long Ore);

/// <param name="Next">Give it as <c>after</c> for what follows; null: that was all.</param>
public sealed record LetterPage(IReadOnlyList<Letter> Letters, string? Next);

public sealed record LetterDetail(Letter Letter, IReadOnlyList<Failure> Failures, IReadOnlyDictionary<string, string>? Headers);

/// <summary>Finds, groups and counts what was collected. A hundred thousand letters behind it are a page in well under a second.</summary>
public sealed class Letters(IStore store, MessageSealer sealer, TimeProvider time)
{
    public async Task<LetterGroups> GroupsAsync(LetterFilter filter, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var parameters = new DynamicParameters(new { hour = (now - TimeSpan.FromHours(1)).ToUnixTimeMilliseconds(), day = (now - TimeSpan.FromDays(1)).ToUnixTimeMilliseconds() });
        await using var connection = await store.OpenAsync(cancellation);
        var rows = (await connection.QueryAsync<GroupRow>(new CommandDefinition(
            store.Sql($"""
                SELECT l.fingerprint AS Fingerprint, l.municipality AS Municipality, l.vendor AS Vendor, l.name AS Name, COUNT(*) AS Letters, SUM(COALESCE(l.amount_ore, 0)) AS Ore,
                       MIN(l.first_failed_at) AS FirstAt, MAX(l.last_failed_at) AS LastAt, SUM(CASE WHEN l.last_failed_at >= @hour THEN 1 ELSE 0 END) AS LastHour,
                       SUM(CASE WHEN l.last_failed_at >= @day THEN 1 ELSE 0 END) AS LastDay
                FROM console.letters l
                WHERE {filter.Where(store, parameters)}
                GROUP BY l.fingerprint, l.municipality, l.vendor, l.name
                """),
            parameters, cancellationToken: cancellation))).ToList();
        var causes = (await connection.QueryAsync<CauseRow>(new CommandDefinition(
            store.Sql($"SELECT fingerprint AS Fingerprint, cause_type AS CauseType, cause_text AS CauseText FROM console.causes WHERE {store.In("fingerprint", "fingerprints", ColumnType.Text)}"),
            new { fingerprints = store.List(rows.Select(row => row.Fingerprint).Distinct().ToList()) }, cancellationToken: cancellation))).ToDictionary(row => row.Fingerprint, StringComparer.Ordinal);
        var groups = new List<LetterGroup>();
        foreach (var group in rows.GroupBy(row => row.Fingerprint))
        {
            var common = causes[group.Key];
            var cause = Causes.Of(common.CauseType, common.CauseText, "");
            if (filter.Cause is { Length: > 0 } wanted && wanted != cause.Key)
                continue;
            var (hour, day) = (group.Sum(row => row.LastHour), group.Sum(row => row.LastDay));
            groups.Add(new LetterGroup(
                group.Key, cause.Title, cause.Key, cause.Owner, cause.Action, cause.CanReplay, common.CauseType, common.CauseText, group.Sum(row => row.Letters), group.Sum(row => row.Ore),
                At(group.Min(row => row.FirstAt)), At(group.Max(row => row.LastAt)), hour, day, Trend(hour, day),
                [.. group.OrderByDescending(row => row.Letters).ThenBy(row => row.Municipality, StringComparer.Ordinal).Select(row => new LetterGroupPart(
                    row.Municipality, row.Vendor, row.Name, row.Letters, row.Ore, At(row.FirstAt), At(row.LastAt)))]));
        }

        return new LetterGroups([.. groups.OrderByDescending(group => group.Count).ThenBy(group => group.Fingerprint, StringComparer.Ordinal)], groups.Sum(group => group.Count), groups.Sum(group => group.Ore));
    }

    /// <summary>The newest failure first, page by page.</summary>
    public async Task<LetterPage> ListAsync(LetterFilter filter, int limit, string? after, CancellationToken cancellation)
    {
        filter = await WithCauseAsync(filter, cancellation);
        var parameters = new DynamicParameters(new { limit });
        var where = filter.Where(store, parameters);
        if (Place(after) is var (at, id))
        {
            // The first condition is implied, and the one that an index can start from.
            where += " AND l.last_failed_at <= @placeAt AND (l.last_failed_at < @placeAt OR l.letter_id > @placeId)";
            parameters.AddDynamicParams(new { placeAt = at, placeId = id });
        }

        await using var connection = await store.OpenAsync(cancellation);
        var rows = (await connection.QueryAsync<LetterStore.Row>(new CommandDefinition(
            store.Sql($"SELECT {store.Top("limit")} {LetterStore.Row.Columns} FROM console.letters l WHERE {where} ORDER BY l.last_failed_at DESC, l.letter_id {store.Limit("limit")}"),
            parameters, cancellationToken: cancellation))).ToList();
        return new LetterPage([.. rows.Select(row => row.Letter())], rows.Count == limit ? $"{rows[^1].LastFailedAt}.{rows[^1].LetterId:N}" : null);
    }

    public async Task<(long Count, long Ore)> CountAsync(LetterFilter filter, CancellationToken cancellation)
    {
        filter = await WithCauseAsync(filter, cancellation);
        var parameters = new DynamicParameters();
        await using var connection = await store.OpenAsync(cancellation);
        var row = await connection.QuerySingleAsync<CountRow>(new CommandDefinition(
            store.Sql($"SELECT COUNT(*) AS Letters, COALESCE(SUM(COALESCE(l.amount_ore, 0)), 0) AS Ore FROM console.letters l WHERE {filter.Where(store, parameters)}"), parameters,
            cancellationToken: cancellation));
        return (row.Letters, row.Ore);
    }

    /// <summary>Letters that wait for somebody, a municipality each.</summary>
    public async Task<IReadOnlyDictionary<string, long>> OpenByMunicipalityAsync(IReadOnlySet<string>? scope, CancellationToken cancellation)
    {
        var parameters = new DynamicParameters();
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<MunicipalityRow>(new CommandDefinition(
            store.Sql($"""
                SELECT l.municipality AS Municipality, COUNT(*) AS Letters
                FROM console.letters l
                WHERE {new LetterFilter { Status = [LetterStatus.Open, LetterStatus.Replaying], Scope = scope }.Where(store, parameters)}
                GROUP BY l.municipality
                """), parameters, cancellationToken: cancellation));
        return rows.ToDictionary(row => row.Municipality, row => row.Letters, StringComparer.Ordinal);
    }

    /// <summary>Null: there is no such letter, or it is not this person's to see.</summary>
    public async Task<LetterDetail?> FindAsync(Guid letterId, Actor actor, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<LetterStore.Row>(new CommandDefinition(
            store.Sql($"SELECT {LetterStore.Row.Columns} FROM console.letters l WHERE l.letter_id = @letterId"), new { letterId }, cancellationToken: cancellation));
        if (row is null || !actor.Sees(row.Municipality))
            return null;
        var failures = await connection.QueryAsync<FailureRow>(new CommandDefinition(
            store.Sql("""
                SELECT failed_at AS FailedAt, collected_at AS CollectedAt, dead_letter_queue AS DeadLetterQueue, fingerprint AS Fingerprint, cause_type AS CauseType, cause_text AS CauseText,
                       deliveries AS Deliveries
                FROM console.failures
                WHERE letter_id = @letterId
                ORDER BY failed_at, failure_id
                """), new { letterId }, cancellationToken: cancellation));
        var headers = await connection.QuerySingleOrDefaultAsync<string?>(new CommandDefinition(
            store.Sql("SELECT headers FROM console.bodies WHERE letter_id = @letterId"), new { letterId }, cancellationToken: cancellation));
        return new LetterDetail(row.Letter(), [.. failures.Select(failure => failure.Failure())], string.IsNullOrEmpty(headers) ? null : Opened(headers));
    }

    /// <summary>Bodies as they are kept, sealed.</summary>
    internal async Task<IReadOnlyDictionary<Guid, string>> BodiesAsync(IReadOnlyCollection<Guid> letterIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<BodyRow>(new CommandDefinition(
            store.Sql($"SELECT letter_id AS LetterId, body AS Body FROM console.bodies WHERE {store.In("letter_id", "ids")}"), new { ids = store.List(letterIds) },
            cancellationToken: cancellation));
        return rows.ToDictionary(row => row.LetterId, row => row.Body);
    }

    internal async Task<IReadOnlyDictionary<Guid, Letter>> OfAsync(IReadOnlyCollection<Guid> letterIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<LetterStore.Row>(new CommandDefinition(
            store.Sql($"SELECT {LetterStore.Row.Columns} FROM console.letters l WHERE {store.In("l.letter_id", "ids")}"), new { ids = store.List(letterIds) }, cancellationToken: cancellation));
        return rows.ToDictionary(row => row.LetterId, row => row.Letter());
    }

    /// <summary>A cause in business terms is the fingerprints that mean it: their samples say which.</summary>
    internal async Task<LetterFilter> WithCauseAsync(LetterFilter filter, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(filter.Cause) || filter.Fingerprint is not null)
            return filter;
        var groups = await GroupsAsync(filter, cancellation);
        return filter with { Fingerprints = [.. groups.Groups.Select(group => group.Fingerprint)] };
    }

    private Dictionary<string, string> Opened(string headers) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(sealer.Open(System.Text.Encoding.UTF8.GetBytes(headers)).Span) ?? [];

    private static string Trend(long lastHour, long lastDay)
    {
        var before = (lastDay - lastHour) / 23.0;
        return lastHour > (before * 1.5) + 1 ? "rising" : lastHour < (before / 1.5) - 1 ? "falling" : "steady";
    }

    private static (long At, Guid Id)? Place(string? after) =>
        after?.Split('.') is [var at, var id] && long.TryParse(at, CultureInfo.InvariantCulture, out var moment) && Guid.TryParseExact(id, "N", out var letter) ? (moment, letter) : null;

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private sealed record GroupRow
    {
        public required string Fingerprint { get; init; }
        public required string Municipality { get; init; }
        public required string Vendor { get; init; }
        public required string Name { get; init; }
        public long Letters { get; init; }
        public long Ore { get; init; }
        public long FirstAt { get; init; }
        public long LastAt { get; init; }
        public long LastHour { get; init; }
        public long LastDay { get; init; }
    }

    private sealed record CauseRow
    {
        public required string Fingerprint { get; init; }
        public required string CauseType { get; init; }
        public required string CauseText { get; init; }
    }

    private sealed record CountRow
    {
        public long Letters { get; init; }
        public long Ore { get; init; }
    }

    private sealed record MunicipalityRow
    {
        public required string Municipality { get; init; }
        public long Letters { get; init; }
    }

    private sealed record BodyRow
    {
        public Guid LetterId { get; init; }
        public required string Body { get; init; }
    }

    private sealed record FailureRow
    {
        public long FailedAt { get; init; }
        public long CollectedAt { get; init; }
        public required string DeadLetterQueue { get; init; }
        public required string Fingerprint { get; init; }
        public required string CauseType { get; init; }
        public required string CauseText { get; init; }
        public long Deliveries { get; init; }

        public Failure Failure() => new(At(FailedAt), At(CollectedAt), DeadLetterQueue, Fingerprint, CauseType, CauseText, (int)Deliveries);
    }
}
