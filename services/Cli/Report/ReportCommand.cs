using System.CommandLine;
using System.Text.Json;
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

    public static Table Show(BooksReport report)
    {
        var table = new Table().Border(TableBorder.Simple).Title(report.AtRest ? "At rest" : "Under way");
        table.AddColumn("municipality");
        foreach (var heading in (string[])["lines", "accepted", "changes", "duplicates", "refused", "waiting", "in flight", "transferred", "rejected", "held", "out of scope", "cancelled", "unknown", "dead", "kr."])
            table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var (code, figures) in report.Municipalities)
            table.AddRow(Row(code, figures));
        table.AddRow(Row("none named", report.Unattributed));
        table.AddRow(Row("total", report.Total));
        return table;
    }

    private static string[] Row(string name, Figures f) =>
    [
        name, .. new[] { f.Lines, f.Accepted, f.Changes, f.Duplicates, f.Refused, f.Waiting, f.InFlight, f.Transferred, f.Rejected, f.Held, f.OutOfScope, f.Cancelled, f.Unknown, f.DeadLettered }
            .Select(count => count == 0 ? "·" : $"{count:N0}"),
        $"{f.AcceptedOre / 100m:N2}",
    ];
}
