using System.CommandLine;
using System.Text.Json;
using ClaimsTransfer.Cli.Reconcile;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Report;

/// <summary><c>claims report [--json]</c>: the books of everything since the first run on the data folder.</summary>
public static class ReportCommand
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create(WhereOptions where)
    {
        var json = new Option<bool>("--json") { Description = "The whole report as JSON." };
        var command = new Command("report", "What became of every claim, per municipality, and whether the books balance.") { json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var report = await new ReportReader(system, TimeProvider.System).ReadAsync(live: false, cancellation);
            // In a rehearsal the ledgers are small; a real installation is reconciled each night, and when somebody asks for it.
            if (system.Endpoints.Sandbox is { Length: > 0 })
                report = await AtRest.ReconciledAsync(system, report, "report", cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(report, Json));
            else
                AnsiConsole.Write(Show(report));
            return Verdict(report);
        });
        return command;
    }

    /// <summary>Says what does not balance; the exit code that goes with it.</summary>
    public static int Verdict(BooksReport report)
    {
        foreach (var failure in report.Failures)
            Console.Error.WriteLine($"The books do not balance: {failure}");
        return report.Identities.Hold ? ExitCodes.Done : ExitCodes.Unbalanced;
    }

    /// <summary>Only the columns that hold anything: sixteen would fit no terminal, and most runs need eight.</summary>
    public static Table Show(BooksReport report)
    {
        var table = new Table().Border(TableBorder.Simple).Title(report.AtRest ? "At rest" : "Under way");
        var shown = Columns.Where(column => column.Always || column.Of(report.Total) != 0).ToList();
        table.AddColumn("");
        foreach (var column in shown)
            table.AddColumn(new TableColumn(column.Heading).RightAligned());
        table.AddColumn(new TableColumn("kr.").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("paid kr.").RightAligned().NoWrap());
        foreach (var (code, figures) in report.Municipalities)
            table.AddRow(Row(code, figures));
        if (report.Unattributed.Lines != 0)
            table.AddRow(Row("none named", report.Unattributed));
        table.AddRow(Row("total", report.Total));
        return table;

        string[] Row(string name, Figures figures) =>
            [name, .. shown.Select(column => column.Of(figures)).Select(count => count == 0 ? "·" : $"{count:N0}"), $"{figures.AcceptedOre / 100m:N2}", $"{(figures.CoveredOre - figures.ReversedOre) / 100m:N2}"];
    }

    private static readonly (string Heading, bool Always, Func<Figures, long> Of)[] Columns =
    [
        ("lines", true, f => f.Lines), ("accepted", true, f => f.Accepted), ("changes", false, f => f.Changes), ("repeats", false, f => f.Duplicates),
        ("refused", true, f => f.Refused), ("waiting", false, f => f.Waiting), ("in flight", true, f => f.InFlight), ("transferred", true, f => f.Transferred),
        ("rejected", false, f => f.Rejected), ("held", false, f => f.Held), ("out of scope", false, f => f.OutOfScope), ("cancelled", false, f => f.Cancelled),
        ("unknown", false, f => f.Unknown), ("dead", false, f => f.DeadLettered),
        ("settled", false, f => f.Settled), ("worklist", false, f => f.Unmatched), ("differences", false, f => f.Differences ?? 0),
    ];
}
