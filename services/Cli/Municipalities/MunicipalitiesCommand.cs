using System.CommandLine;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Municipalities;

/// <summary><c>claims municipalities check|list [FILE]</c>, and what changes a running installation: <c>diff</c>, <c>apply</c>, <c>pause</c>, <c>resume</c>, <c>take-in</c>.</summary>
public static class MunicipalitiesCommand
{
    public static Command Create(WhereOptions where)
    {
        var access = new ConsoleAccess(where);
        var file = new Argument<string?>("FILE") { Description = "A municipalities.yaml; the one shipped when absent.", Arity = ArgumentArity.ZeroOrOne };
        var check = new Command("check", "Every fault of a file, with line, key, value and a good one.") { file };
        check.SetAction(parsed =>
        {
            var read = MunicipalityFile.Load(PathOf(parsed.GetValue(file)), allowPlain: Settings.OfTheEnvironment().AllowPlainHttp);
            foreach (var fault in read.Faults)
                Console.Error.WriteLine(fault);
            Console.Out.WriteLine($"{read.Name}: {read.Entries.Count} municipalities are good, {read.Faults.Count} faults.");
            return read.Faults.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
        var list = new Command("list", "The municipalities with vendor, stage and policy.") { file };
        list.SetAction(parsed =>
        {
            var table = new Table().Border(TableBorder.Simple);
            foreach (var heading in (string[])["code", "name", "vendor", "stage", "cut-over", "minors", "to age", "from kr.", "endpoint"])
                table.AddColumn(heading);
            foreach (var m in MunicipalityFile.Load(PathOf(parsed.GetValue(file)), allowPlain: true).OrThrow().All)
                table.AddRow(
                    new Text(m.Code), new Text(m.Name), new Text($"{m.Vendor}"), new Text($"{m.Stage}"), new Text($"{m.Cutover:yyyy-MM-dd}"), new Text($"{m.MinorPolicy}"),
                    new Text($"{m.ChildMaxAge}"), new Text($"{m.MinimumAmountOre / 100m:0.##}"), new Text(m.Endpoint ?? ""));
            AnsiConsole.Write(table);
            return ExitCodes.Done;
        });
        var command = new Command("municipalities", "The municipalities' configuration: what it is, and changing it while everything runs.")
        {
            check,
            list,
            ChangeMunicipalities.CreateDiff(where, access),
            ChangeMunicipalities.CreateApply(where, access),
            PauseMunicipality.Create(where, access, "pause", "Stop a municipality's connector: its instructions wait, those in hand are finished.", "paused"),
            PauseMunicipality.Create(where, access, "resume", "Let a municipality's connector go on.", "resumed"),
            TakeIn.Create(where, access),
        };
        access.AddTo(command);
        return command;
    }

    private static string PathOf(string? given) => Defaults.Municipalities.Municipalities.PathOf(new Installation { Municipalities = given ?? "" });
}
