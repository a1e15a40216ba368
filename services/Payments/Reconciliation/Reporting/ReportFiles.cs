using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Payments.Reconciliation.Running;

namespace ClaimsTransfer.Payments.Reconciliation.Reporting;

/// <summary>The night's reports: <c>DATA/reconciliation/DATE/CODE.csv</c> and <c>.html</c>.</summary>
internal sealed class ReportFiles(CsvReport csv, HtmlReport html, Installation installation)
{
    public async Task WriteAsync(ReconciliationRun run, Municipality municipality, CancellationToken cancellation)
    {
        var folder = Path.Combine(installation.Data, "reconciliation", Runs.Text(run.Day));
        OwnersAlone.MakeFolder(folder);
        await WriteAsync(Path.Combine(folder, $"{run.Municipality}.csv"), file => csv.WriteAsync(run, municipality, file, cancellation));
        await WriteAsync(Path.Combine(folder, $"{run.Municipality}.html"), file => html.WriteAsync(run, municipality, file, cancellation));
    }

    /// <summary>They name claims by the debtor system's references.</summary>
    public static void DeleteBefore(Installation installation, string municipality, DateOnly day)
    {
        var folder = Path.Combine(installation.Data, "reconciliation");
        if (!Directory.Exists(folder))
            return;
        var before = Runs.Text(day);
        foreach (var night in Directory.EnumerateDirectories(folder).Where(night => string.CompareOrdinal(Path.GetFileName(night), before) < 0).ToList())
        {
            foreach (var file in Directory.EnumerateFiles(night)
                .Where(file => Path.GetFileName(file).StartsWith($"{municipality}.", StringComparison.Ordinal)).ToList())
                File.Delete(file);
            if (!Directory.EnumerateFileSystemEntries(night).Any())
                Directory.Delete(night);
        }
    }

    /// <summary>Who looks sees the old file or the whole new one.</summary>
    private static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var next = path + ".next";
        await using (var file = OwnersAlone.Open(next, FileMode.Create, FileShare.Read))
            await write(file);
        File.Move(next, path, overwrite: true);
    }
}
