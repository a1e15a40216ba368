using System.CommandLine;
using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Municipalities;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Municipalities;

/// <summary><c>claims municipalities diff|apply FILE</c>: what a new file would change, and putting it in force.</summary>
internal static class ChangeMunicipalities
{
    public static Command CreateDiff(WhereOptions where, ConsoleAccess access)
    {
        var file = File();
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("diff", "What would change, and what follows from it. Changes nothing.") { file, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var yaml = await ReadAsync(parsed.GetRequiredValue(file), cancellation);
            using var system = where.Find(parsed);
            var preview = await PreviewAsync(access.Open(system, parsed), yaml, cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(preview, ReportCommand.Json));
            else
                Show(AnsiConsole.Console, preview.Diff, preview.Faults);
            return preview.Diff is { Refusals.Count: 0 } ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    public static Command CreateApply(WhereOptions where, ConsoleAccess access)
    {
        var file = File();
        var reason = ConsoleAccess.Reason();
        var yes = new Option<bool>("--yes") { Description = "Apply without asking." };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("apply", "Put a changed file in force, while everything runs: shown first, then confirmed. What was replaced is kept.") { file, reason, yes, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!parsed.GetValue(yes) && !Shown.CanAsk)
                throw new CommandFailure("A change is confirmed first, and there is no terminal to ask.", "Look at it with: claims municipalities diff FILE, and give --yes when it is to be applied.", ExitCodes.Usage);
            var yaml = await ReadAsync(parsed.GetRequiredValue(file), cancellation);
            using var system = where.Find(parsed);
            var console = access.Open(system, parsed);
            var preview = await PreviewAsync(console, yaml, cancellation);
            Show(parsed.GetValue(json) ? Shown.Aside : AnsiConsole.Console, preview.Diff, preview.Faults);
            if (preview.Diff is not { Refusals.Count: 0 })
                throw new CommandFailure("Nothing was applied.", "Mend the file, and look at it with: claims municipalities diff FILE");
            if (!parsed.GetValue(yes) && !Shown.Ask("Apply this?"))
                throw new CommandFailure("Nothing was applied.", "The same again applies it, when it is confirmed.");

            var applied = await console.PostAsync<MunicipalityApplied>("/municipalities/apply", new { yaml, token = preview.Token, why = parsed.GetRequiredValue(reason) }, cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(applied, ReportCommand.Json));
            if (applied.Outcome is not (ApplyOutcome.Applied or ApplyOutcome.Unchanged))
                throw new CommandFailure($"Nothing was applied. {Shown.Line(applied.Problem)}".TrimEnd(), "Look at what would change now: claims municipalities diff FILE");
            if (!parsed.GetValue(json))
                Console.Out.WriteLine(applied.Outcome == ApplyOutcome.Unchanged ? "The file in force says this already." : $"Applied; every service follows within seconds. What was replaced: {Shown.Line(applied.Kept)}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Argument<string> File() => new("FILE") { Description = "The whole new municipalities.yaml; - for standard input." };

    private static Task<MunicipalityPreview> PreviewAsync(ConsoleApi console, string yaml, CancellationToken cancellation) =>
        console.PostAsync<MunicipalityPreview>("/municipalities/preview", new { yaml }, cancellation);

    private static async Task<string> ReadAsync(string path, CancellationToken cancellation)
    {
        if (path == "-")
            return await Console.In.ReadToEndAsync(cancellation);
        try
        {
            return await System.IO.File.ReadAllTextAsync(path, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"The file '{path}' could not be read: {failure.Message}", "Give the whole new municipalities.yaml, or - for standard input.", ExitCodes.Usage);
        }
    }

    private static void Show(IAnsiConsole output, MunicipalityDiff? diff, IReadOnlyList<MunicipalityFault> faults)
    {
        foreach (var fault in faults)
            output.WriteLine(Shown.Line(fault.ToString()));
        if (diff is null)
            return;
        if (diff.IsEmpty)
            output.WriteLine("Nothing would change.");
        Show(output, '+', diff.Added);
        Show(output, '-', diff.Removed);
        Show(output, '~', diff.Changed);
    }

    private static void Show(IAnsiConsole output, char sign, IReadOnlyList<DifferingMunicipality> municipalities)
    {
        foreach (var municipality in municipalities)
        {
            output.WriteLine($"{sign} {municipality.Code} {Shown.Line(municipality.Name)}");
            foreach (var field in municipality.Fields)
                output.WriteLine($"    {Shown.Line(field.ToString())}");
            foreach (var consequence in municipality.Consequences)
                output.WriteLine($"  → {Shown.Line(consequence.Text)}");
            if (municipality.Refusal is { } refusal)
                output.WriteLine($"  REFUSED: {Shown.Line(refusal)}");
        }
    }
}
