using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.OperationsConsole.Archiving;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.Erasing;

/// <summary>How a municipality's last night of erasing went.</summary>
/// <param name="Night">The last that came to its end, <c>2026-12-01</c>.</param>
/// <param name="Claims">Erased that night.</param>
/// <param name="Kept">Past their retention, and not erased, because something still needs them.</param>
/// <param name="Failure">Why the last attempt broke off; null: it did not.</param>
/// <param name="FailedSince">Of the first attempt that broke off and was made good by none since.</param>
public sealed record NightOfErasing(string Municipality, string Night, DateTimeOffset TriedAt, long Claims, long Kept, string? Failure, DateTimeOffset? FailedSince)
{
    public static NightOfErasing Before(string municipality) => new(municipality, "", DateTimeOffset.UnixEpoch, 0, 0, null, null);
}

/// <summary>What the console itself holds of claims: letters that could not be handled. And how each municipality's nights of erasing went.</summary>
public sealed class ErasureStore(IStore store)
{
    private const string Closed = $"'{nameof(LetterStatus.Replayed)}', '{nameof(LetterStatus.Corrected)}', '{nameof(LetterStatus.Archived)}'";

    /// <summary>Bodies, corrections and fault texts of letters that are dealt with: of these claims, and all that failed before. Of a claim with one that is not, nothing: whoever puts it right needs it.</summary>
    public Task<Erased> EraseAsync(Erasure erasure, CancellationToken cancellation) => store.InTransactionAsync(
        async transaction =>
        {
            var connection = transaction.Connection!;
            var waiting = (await connection.QueryAsync<Guid>(new CommandDefinition(
                store.Sql($"SELECT DISTINCT l.claim_id FROM console.letters l WHERE {store.In("l.claim_id", "ids")} AND l.status NOT IN ({Closed}, '{nameof(LetterStatus.Purged)}')"),
                new { ids = store.List(erasure.ClaimIds) }, transaction, cancellationToken: cancellation))).ToHashSet();
            var letters = (await connection.QueryAsync<Guid>(new CommandDefinition(
                store.Sql($"SELECT l.letter_id FROM console.letters l WHERE {store.In("l.claim_id", "ids")}"),
                new { ids = store.List(erasure.ClaimIds.Where(id => !waiting.Contains(id)).ToList()) }, transaction, cancellationToken: cancellation))).AsList();
            var others = erasure.Before is not { } before ? [] : (await connection.QueryAsync<Guid>(new CommandDefinition(
                store.Sql($"""
                    SELECT {store.Top("most")} l.letter_id
                    FROM console.letters l
                    WHERE l.municipality = @municipality AND l.last_failed_at < @before AND l.status IN ({Closed})
                    ORDER BY l.last_failed_at {store.Limit("most")}
                    """),
                new { municipality = erasure.Municipality, before = before.ToUnixTimeMilliseconds(), most = Erased.MostOthers + 1 }, transaction, cancellationToken: cancellation))).AsList();
            var erased = new { ids = store.List(letters.Concat(others.Take(Erased.MostOthers)).ToList()) };
            foreach (var statement in (string[])
            [
                .. Archives.Purging, "UPDATE console.replay_items SET outcome_detail = NULL", "UPDATE console.corrections SET changes = '', body = ''",
                $"UPDATE console.letters SET status = '{nameof(LetterStatus.Purged)}', cause_text = '', trace_parent = NULL, row_version = row_version + 1",
            ])
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    store.Sql($"{statement} WHERE {store.In("letter_id", "ids")}"), erased, transaction, cancellationToken: cancellation));
            }

            return Erased.Of(waiting.ToDictionary(id => id, _ => ErasingNotes.LetterOpen), others.Count);
        },
        cancellation);

    public async Task<IReadOnlyList<NightOfErasing>> NightsAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql("""
                SELECT municipality AS Municipality, night AS Night, tried_at AS TriedAt, claims AS Claims, kept AS Kept, failure AS Failure, failed_since_at AS FailedSinceAt
                FROM console.erasures
                """), cancellationToken: cancellation));
        return [.. rows.Select(row => row.Read())];
    }

    public Task SetAsync(IReadOnlyList<NightOfErasing> nights, CancellationToken cancellation) => store.InTransactionAsync(
        async transaction =>
        {
            await store.UpsertAsync(
                transaction, ConsoleSchema.Erasures,
                [.. nights.Select(night => new object?[]
                {
                    night.Municipality, night.Night, night.TriedAt.ToUnixTimeMilliseconds(), night.Claims, night.Kept, night.Failure, night.FailedSince?.ToUnixTimeMilliseconds(),
                })], cancellation);
            return true;
        },
        cancellation);

    private sealed record Row
    {
        public required string Municipality { get; init; }
        public required string Night { get; init; }
        public long TriedAt { get; init; }
        public long Claims { get; init; }
        public long Kept { get; init; }
        public string? Failure { get; init; }
        public long? FailedSinceAt { get; init; }

        public NightOfErasing Read() => new(
            Municipality, Night, DateTimeOffset.FromUnixTimeMilliseconds(TriedAt), Claims, Kept, Failure,
            FailedSinceAt is { } since ? DateTimeOffset.FromUnixTimeMilliseconds(since) : null);
    }
}
