using System.Text.Json;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;

namespace ClaimsTransfer.OperationsConsole.Reconciliations;

/// <summary>Asks Payments for its reconciliations, of the municipalities that the actor sees.</summary>
public sealed class ReconciliationQuestions(ServiceClient client, IMunicipalities municipalities, StartedReconciliations started)
{
    private const int AtATime = 8;

    public async Task<MunicipalityRuns> LatestAsync(Actor actor, CancellationToken cancellation)
    {
        var seen = municipalities.All.Where(one => actor.Sees(one.Code)).OrderBy(one => one.Name, StringComparer.Ordinal).ToList();
        var reconciled = (await client.GetAsync<IReadOnlyList<string>>("Payments", "payments/reconciliations", cancellation) ?? []).ToHashSet(StringComparer.Ordinal);
        var found = new MunicipalityRun[seen.Count];
        await Parallel.ForEachAsync(
            seen.Index(), new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation },
            async (entry, token) => found[entry.Index] = new MunicipalityRun(
                entry.Item.Code, entry.Item.Name, reconciled.Contains(entry.Item.Code) ? await FindAsync(actor, entry.Item.Code, null, token) : null));
        return new MunicipalityRuns(found, [.. started.Underway.Where(actor.Sees)]);
    }

    /// <returns>Null: none of that day, or not this person's to see.</returns>
    public async Task<ReconciliationRun?> FindAsync(Actor actor, string municipality, DateOnly? day, CancellationToken cancellation) =>
        actor.Sees(municipality) ? await client.GetAsync<ReconciliationRun>("Payments", Path(municipality, "", day), cancellation) : null;

    /// <summary>Reads the lines until the page is full: a long list is not carried here whole.</summary>
    /// <param name="after">Lines of that cause that were seen before.</param>
    public async Task<DifferencePage?> DifferencesAsync(Actor actor, string municipality, DateOnly? day, string? cause, int limit, long after, CancellationToken cancellation)
    {
        if (!actor.Sees(municipality))
            return null;
        return await client.ReadAsync("Payments", Path(municipality, "/differences", day), async (content, token) =>
        {
            using var text = new StreamReader(await content.ReadAsStreamAsync(token));
            var lines = new BoundedLines(text);
            var (seen, found) = (0L, new List<ReconciliationDifference>());
            while (await lines.NextAsync(token) is { } line)
            {
                if (line.Length == 0)
                    continue;
                var difference = JsonSerializer.Deserialize<ReconciliationDifference>(line, ServiceClient.Json)!;
                if ((cause is { Length: > 0 } && difference.Cause != cause) || ++seen <= after)
                    continue;
                if (found.Count == limit)
                    return new DifferencePage(found, after + limit);
                found.Add(difference);
            }

            return new DifferencePage(found, null);
        }, cancellation);
    }

    /// <summary>Copies a report to whoever asked, as it comes.</summary>
    /// <returns>False: there is none for this person.</returns>
    public async Task<bool> ReportAsync(Actor actor, string municipality, DateOnly? day, string report, HttpResponse answer, CancellationToken cancellation) =>
        actor.Sees(municipality) && await client.ReadAsync<object>("Payments", Path(municipality, $"/{report}", day), async (content, token) =>
        {
            answer.ContentType = content.Headers.ContentType?.ToString();
            // Saved, never shown here: it brings its own styles, which these pages would refuse.
            answer.Headers.ContentDisposition = $"attachment; filename=\"afstemning-{municipality}{System.IO.Path.GetExtension(report)}\"";
            await content.CopyToAsync(answer.Body, token);
            return content;
        }, cancellation) is not null;

    private static string Path(string municipality, string what, DateOnly? day) =>
        $"payments/reconciliations/{Uri.EscapeDataString(municipality)}{what}{(day is { } date ? $"?date={date:yyyy-MM-dd}" : "")}";
}
