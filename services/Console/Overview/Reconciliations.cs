using System.Collections.Concurrent;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Reconciliations;

namespace ClaimsTransfer.OperationsConsole.Overview;

/// <summary>The latest reconciliation of a municipality, as far as the overview needs it.</summary>
/// <param name="Failure">Why it did not come to its end.</param>
/// <param name="ByCause">How many lines differ for each cause.</param>
/// <param name="Doubt">FBS's list was doubted, and waits for a person to accept it.</param>
public sealed record LatestReconciliation(
    string Municipality, DateOnly Day, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Failure, long Differences, IReadOnlyDictionary<string, long>? ByCause = null,
    ListDoubt? Doubt = null);

public sealed record ReconciliationsNow(IReadOnlyDictionary<string, LatestReconciliation> Latest, AwayService? Away);

/// <summary>When each municipality was reconciled last. It changes once a night, and is asked for seldom.</summary>
public sealed class Reconciliations
{
    /// <summary>They run every night; one that is older has been missed.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromHours(30);

    private const int AtATime = 8;
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(1);
    private readonly ServiceClient _client;
    private readonly IMunicipalities _municipalities;
    private readonly Recent<ReconciliationsNow> _recent;

    public Reconciliations(ServiceClient client, IMunicipalities municipalities, TimeProvider time)
    {
        (_client, _municipalities) = (client, municipalities);
        _recent = new Recent<ReconciliationsNow>(AskAsync, GoodFor, time);
    }

    public Task<ReconciliationsNow> ReadAsync(CancellationToken cancellation) => _recent.ReadAsync(cancellation);

    private async Task<ReconciliationsNow> AskAsync()
    {
        var latest = new ConcurrentDictionary<string, LatestReconciliation>(StringComparer.Ordinal);
        var asked = await Asked.MaybeAsync<object>("Payments", async stop =>
        {
            var known = await _client.GetAsync<IReadOnlyList<string>>("Payments", "payments/reconciliations", stop) ?? [];
            await Parallel.ForEachAsync(known.Where(code => _municipalities.Find(code) is not null), new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = stop }, async (code, alone) =>
            {
                if (await _client.GetAsync<LatestReconciliation>("Payments", $"payments/reconciliations/{code}", alone) is { } run)
                    latest[code] = run;
            });
            return latest;
        });
        return new ReconciliationsNow(latest, asked.Away);
    }
}
