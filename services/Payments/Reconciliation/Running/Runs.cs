using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using Dapper;

namespace ClaimsTransfer.Payments.Reconciliation.Running;

/// <summary>One reconciliation of one municipality, as it is answered and kept.</summary>
/// <param name="Day">Danish date of its start.</param>
/// <param name="Failure">Why it did not come to its end; null: it did.</param>
/// <param name="Agreeing">Claims of ours that are the same to the øre everywhere.</param>
public sealed record ReconciliationRun(
    Guid RunId, string Municipality, DateOnly Day, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Failure, Total Fbs, OurTotal Ours, Total Debtor,
    long Agreeing, long Differences, IReadOnlyDictionary<Cause, long> ByCause, long Repaired)
{
    /// <summary>With <see cref="Failure"/>: FBS's list was doubted, and a person may accept it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ListDoubt? Doubt { get; init; }

    /// <summary>Who said that FBS's list is right, however few claims it holds, and why.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ListAccepted? Accepted { get; init; }

    /// <summary>The failure as a note; null of a run from before it was kept.</summary>
    public Note? Why { get; init; }

    /// <summary>Key of the run's rows.</summary>
    internal long Number { get; init; }

    internal string Who { get; init; } = "";

    internal ReconciliationRun Failed(Note why) => this with { Failure = NoteTexts.InEnglish.Say(why), Why = why };
}

/// <summary>Runs on record.</summary>
internal sealed class Runs(IStore store, TimeProvider time)
{
    private const string Running = "Running", Done = "Done", Failed = "Failed";
    private const int Attempts = 5;

    /// <summary>A new run under the next number.</summary>
    /// <exception cref="LeaseLostException">Another reconciles the municipality by now; none is begun.</exception>
    public async Task<ReconciliationRun> BeginAsync(string municipality, string who, LeaseFence fence, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await store.UnderAsync(fence, async transaction =>
                {
                    var number = await transaction.Connection!.ExecuteScalarAsync<long>(store.Sql("SELECT COALESCE(MAX(number), 0) + 1 FROM payments.reconciliation_runs"), transaction: transaction);
                    var startedAt = time.GetUtcNow();
                    var run = new ReconciliationRun(
                        DeterministicId.Of(DeterministicId.ClaimsTransfer, $"reconciliation/{municipality}/{number}"), municipality, DanishTime.DayOf(startedAt), startedAt, null, null,
                        new Total(), new OurTotal(), new Total(), 0, 0, new Dictionary<Cause, long>(), 0) { Number = number, Who = who };
                    await store.InsertAsync(transaction, ReconciliationSchema.Runs,
                        [[number, run.RunId, municipality, Text(run.Day), Running, who, null, startedAt.ToUnixTimeMilliseconds(), null, null]], cancellation);
                    return run;
                }, cancellation);
            }
            catch (RowExistsException) when (attempt < Attempts)
            {
                // Another municipality's run took the number at the same time; the next one is free.
            }
        }
    }

    /// <summary>Writes down how it ended, and of a run that compared since when each of its differences is there: what it did not find again is forgotten.</summary>
    /// <exception cref="LeaseLostException">Another reconciles the municipality by now; nothing is written.</exception>
    public Task EndAsync(
        ReconciliationRun run, bool isCompared, LeaseFence fence, CancellationToken cancellation) => store.UnderAsync(fence, async transaction =>
    {
        var connection = transaction.Connection!;
        await connection.ExecuteAsync(
            store.Sql("UPDATE payments.reconciliation_runs SET outcome = @outcome, failure = @Failure, ended_at = @endedAt, totals = @totals WHERE number = @Number"),
            new
            {
                outcome = run.Failure is null ? Done : Failed, run.Failure, endedAt = run.EndedAt?.ToUnixTimeMilliseconds(), run.Number,
                totals = JsonSerializer.Serialize(run, ReconciliationJson.Default.ReconciliationRun),
            }, transaction);
        if (!isCompared)
            return true;
        await connection.ExecuteAsync(store.Sql("DELETE FROM payments.reconciliation_seen WHERE municipality = @Municipality"), new { run.Municipality }, transaction);
        await connection.ExecuteAsync(
            store.Sql(
                """
                INSERT INTO payments.reconciliation_seen (municipality, claim_id, cause, since_at)
                SELECT municipality, claim_id, COALESCE(would_be, cause), MIN(since_at)
                FROM payments.reconciliation_differences
                WHERE run = @Number
                GROUP BY municipality, claim_id, COALESCE(would_be, cause)
                """), new { run.Number }, transaction);
        return true;
    }, cancellation);

    /// <summary>The latest run of the day, or of all; null: none has ended.</summary>
    public Task<ReconciliationRun?> FindAsync(string municipality, DateOnly? day, CancellationToken cancellation) => FindAsync(municipality, day, $"outcome <> '{Running}'", cancellation);

    /// <summary>The latest run that came to its end; null: none has.</summary>
    public Task<ReconciliationRun?> LastDoneAsync(string municipality, CancellationToken cancellation) => FindAsync(municipality, null, $"outcome = '{Done}'", cancellation);

    private async Task<ReconciliationRun?> FindAsync(string municipality, DateOnly? day, string outcome, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var row = (await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql(
                $"""
                SELECT {store.Top("one")} number AS Number, who AS Who, totals AS Totals
                FROM payments.reconciliation_runs
                WHERE municipality = @municipality AND {outcome} {(day is null ? "" : "AND day = @day")}
                ORDER BY number DESC
                {store.Limit("one")}
                """), new { municipality, day = day is { } given ? Text(given) : null, one = 1 }, cancellationToken: cancellation))).FirstOrDefault();
        return row is null ? null : JsonSerializer.Deserialize(row.Totals, ReconciliationJson.Default.ReconciliationRun)! with { Number = row.Number, Who = row.Who };
    }

    /// <summary>Runs that have begun and not ended.</summary>
    public async Task<IReadOnlyList<ReconciliationRun>> UnendedAsync(string? municipality, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return [.. (await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql(
                $"""
                SELECT number AS Number, run_id AS RunId, municipality AS Municipality, day AS Day, who AS Who, started_at AS StartedAt
                FROM payments.reconciliation_runs
                WHERE outcome = '{Running}' {(municipality is null ? "" : "AND municipality = @municipality")}
                ORDER BY number
                """), new { municipality }, cancellationToken: cancellation))).Select(row => new ReconciliationRun(
                    row.RunId, row.Municipality, DateOnly.ParseExact(row.Day, "yyyy-MM-dd", CultureInfo.InvariantCulture), DateTimeOffset.FromUnixTimeMilliseconds(row.StartedAt), null, null,
                    new Total(), new OurTotal(), new Total(), 0, 0, new Dictionary<Cause, long>(), 0) { Number = row.Number, Who = row.Who })];
    }

    /// <summary>Municipalities that have an account, by code.</summary>
    public async Task<IReadOnlyList<string>> MunicipalitiesAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return [.. await connection.QueryAsync<string>(new CommandDefinition(store.Sql("SELECT DISTINCT municipality FROM payments.accounts ORDER BY municipality"), cancellationToken: cancellation))];
    }

    public static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private sealed record Row
    {
        public long Number { get; init; }

        public Guid RunId { get; init; }

        public string Municipality { get; init; } = "";

        public string Day { get; init; } = "";

        public string Who { get; init; } = "";

        public long StartedAt { get; init; }

        public string Totals { get; init; } = "";
    }
}
