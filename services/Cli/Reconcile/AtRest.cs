using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Reconcile;

/// <summary>The differences between the three ledgers in a report: told only at rest, when each of them is one.</summary>
public static class AtRest
{
    /// <summary>The report with a reconciliation of every municipality that has accounts; one that fails is said on standard error, and has no figure.</summary>
    public static async Task<BooksReport> ReconciledAsync(RunningSystem system, BooksReport report, string who, CancellationToken cancellation)
    {
        if (!report.AtRest)
            return report;
        using var client = new ReconcileClient(system);
        var differences = new Dictionary<string, long?>(StringComparer.Ordinal);
        foreach (var code in await client.MunicipalitiesAsync(cancellation))
        {
            var run = await client.RunAsync(code, fbs: null, repair: false, who, acceptFewer: null, cancellation);
            if (run.Failure is not null)
                await Console.Error.WriteLineAsync($"{code} could not be reconciled: {run.Failure}");
            differences[code] = run.Failure is null ? run.Differences : null;
        }

        var municipalities = new SortedDictionary<string, Figures>(StringComparer.Ordinal);
        foreach (var (code, figures) in report.Municipalities)
            municipalities[code] = figures with { Differences = differences.TryGetValue(code, out var found) ? found : 0 };
        // A sum that leaves one out would look like agreement.
        var total = differences.Values.Any(found => found is null) ? null : differences.Values.Sum();
        return report with { Municipalities = municipalities, Total = report.Total with { Differences = total } };
    }
}
