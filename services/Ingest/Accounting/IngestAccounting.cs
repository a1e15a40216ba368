using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.Ingest.Accounting;

/// <summary>
/// Ingest's books, from its own rows alone, so that Routing's can be held against them: what came in, line for line, and what the accepted claims are for now.
/// </summary>
internal sealed class IngestAccounting(IStore store)
{
    private readonly string _counted = store.Sql(
        """
        SELECT
            municipality, outcome, COUNT(*) AS Messages, CAST(SUM(times) AS {integer}) AS Times,
            CAST(SUM(COALESCE(amount_ore, 0)) AS {integer}) AS AmountOre
        FROM ingest.messages
        GROUP BY municipality, outcome
        """);

    // A change counts once every version before it has come: in the unbroken row of versions from 1, the version is its own place in the row. The amount is
    // that of the last adjustment in there; a cancelled claim keeps the amount it had. Only claims that were changed are looked at.
    private readonly string _changes = store.Sql(
        """
        WITH changed AS (
            SELECT DISTINCT claim_id FROM ingest.messages WHERE outcome = 'change'
        ),
        placed AS (
            SELECT
                m.claim_id, m.municipality, m.kind, m.taken_version AS version, m.amount_ore,
                ROW_NUMBER() OVER (PARTITION BY m.claim_id ORDER BY m.taken_version) AS place
            FROM ingest.messages m
            JOIN changed c ON c.claim_id = m.claim_id
            WHERE m.taken_version IS NOT NULL
        ),
        arrived AS (
            SELECT
                claim_id, municipality, kind, version, amount_ore,
                MIN(CASE WHEN kind = 'cancel-claim' THEN version END) OVER (PARTITION BY claim_id) AS cancelled_at
            FROM placed
            WHERE version = place
        ),
        valued AS (
            SELECT
                municipality, version, amount_ore,
                MAX(CASE WHEN amount_ore IS NOT NULL AND (cancelled_at IS NULL OR version < cancelled_at) THEN version END) OVER (PARTITION BY claim_id) AS amount_from
            FROM arrived
        )
        SELECT
            municipality,
            CAST(SUM(CASE WHEN version > 1 THEN 1 ELSE 0 END) AS {integer}) AS Arrived,
            CAST(SUM(CASE WHEN version = amount_from THEN amount_ore ELSE 0 END) - SUM(CASE WHEN version = 1 THEN amount_ore ELSE 0 END) AS {integer}) AS DifferenceOre
        FROM valued
        GROUP BY municipality
        """);

    private readonly string _lines = store.Sql("SELECT CAST(COALESCE(SUM(lines), 0) AS {integer}) FROM ingest.intake");

    private readonly string _unpublished = store.Sql("SELECT CAST(COUNT(*) AS {integer}) FROM ingest.messages WHERE relay_at IS NOT NULL");

    public async Task<IngestBooks> ReadAsync(bool isLive, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        // Before the figures: what is published meanwhile is seen on a queue or by Routing, and not as gone.
        var unpublished = await connection.QuerySingleAsync<long>(new CommandDefinition(_unpublished, cancellationToken: cancellation));
        var counted = await connection.QueryAsync<Counted>(new CommandDefinition(_counted, cancellationToken: cancellation));
        var changes = isLive ? [] : (await connection.QueryAsync<Changed>(new CommandDefinition(_changes, commandTimeout: 300, cancellationToken: cancellation))).ToDictionary(row => row.Municipality);
        var lines = await connection.QuerySingleAsync<long>(new CommandDefinition(_lines, cancellationToken: cancellation));

        var municipalities = new SortedDictionary<string, IngestFigures>(StringComparer.Ordinal);
        var unattributed = new IngestFigures();
        foreach (var group in counted.GroupBy(row => row.Municipality))
        {
            var figures = FiguresOf([.. group], changes.GetValueOrDefault(group.Key), isLive);
            if (group.Key.Length == 0)
                unattributed = figures;
            else
                municipalities[group.Key] = figures;
        }
        return new IngestBooks(lines, municipalities, unattributed, unpublished);
    }

    private static IngestFigures FiguresOf(Counted[] rows, Changed? changed, bool isLive)
    {
        long Sum(string outcome, Func<Counted, long> of) => rows.Where(row => row.Outcome == outcome).Sum(of);
        var arrived = isLive ? Sum(Recording.Outcome.Change, row => row.Messages) : changed?.Arrived ?? 0;
        return new IngestFigures
        {
            Lines = rows.Sum(row => row.Times),
            Accepted = Sum(Recording.Outcome.Accepted, row => row.Messages),
            AcceptedOre = Sum(Recording.Outcome.Accepted, row => row.AmountOre) + (changed?.DifferenceOre ?? 0),
            Changes = arrived,
            Waiting = Sum(Recording.Outcome.Change, row => row.Messages) - arrived,
            Duplicates = Sum(Recording.Outcome.Duplicate, row => row.Times) + Sum(Recording.Outcome.Paid, row => row.Times) + rows.Where(row => row.Outcome is Recording.Outcome.Accepted or Recording.Outcome.Change).Sum(row => row.Times - row.Messages),
            Refused = Sum(Recording.Outcome.Refused, row => row.Times),
        };
    }

    private sealed record Counted(string Municipality, string Outcome, long Messages, long Times, long AmountOre);

    private sealed record Changed(string Municipality, long Arrived, long DifferenceOre);
}

/// <param name="Lines">Every message that came in, counted when it came.</param>
/// <param name="Unattributed">Messages whose municipality could not be read.</param>
/// <param name="Unpublished">Messages on record whose answer the broker has not confirmed yet.</param>
public sealed record IngestBooks(long Lines, IReadOnlyDictionary<string, IngestFigures> Municipalities, IngestFigures Unattributed, long Unpublished);

/// <summary>lines = accepted + changes + duplicates + refused + waiting.</summary>
public sealed record IngestFigures
{
    public long Lines { get; init; }

    /// <summary>Distinct claims.</summary>
    public long Accepted { get; init; }

    /// <summary>Their current amounts, øre; a cancelled claim counts the amount it had.</summary>
    public long AcceptedOre { get; init; }

    /// <summary>Changes of a claim that has come, with every version before.</summary>
    public long Changes { get; init; }

    /// <summary>What changed nothing: repeats, and fees that FBS lists as paid.</summary>
    public long Duplicates { get; init; }

    public long Refused { get; init; }

    /// <summary>Changes whose claim, or an earlier version of it, has not come.</summary>
    public long Waiting { get; init; }
}
