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

    /// <summary>Who looks sees the old file or the whole new one.</summary>
    private static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var next = path + ".next";
        await using (var file = OwnersAlone.Open(next, FileMode.Create, FileShare.Read))
            await write(file);
        File.Move(next, path, overwrite: true);
    }
}
