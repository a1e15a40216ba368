using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Reconcile;

/// <summary><c>claims reconcile</c>: FBS's ledger, ours and the debtor system's side by side, per municipality, to the øre.</summary>
public static class ReconcileCommand
{
    private const string DayForm = "yyyy-MM-dd";

    public static Command Create(WhereOptions where)
    {
        var municipality = new Option<string?>("--municipality") { Description = "Four digits, 0101; all that have accounts when absent.", HelpName = "CODE" };
        var date = new Option<string?>("--date") { Description = "Show the one that stands for that day instead of running one.", HelpName = "2026-11-22" };
        var report = new Option<string?>("--report") { Description = "Write CODE.csv and CODE.html there.", HelpName = "DIR" };
        var fbs = new Option<string?>("--fbs") { Description = "FBS's open claims from a file, one {\"agency\",\"feeId\",\"amountOre\"} a line, instead of asking FBS.", HelpName = "FILE" };
        var repair = new Option<bool>("--repair") { Description = "Send the messages that repair what is safe to repair." };
        var who = new Option<string>("--who") { Description = "Who, for the claims' timelines; your user name when absent.", DefaultValueFactory = _ => Environment.UserName, HelpName = "NAME" };
        var accept = new Option<string?>("--accept-fewer") { Description = "FBS's list is right although it holds far fewer claims than last time: why. Kept with the reconciliation; no names or CPR numbers.", HelpName = "WHY" };
        var json = new Option<bool>("--json") { Description = "The reconciliations as JSON." };
        var command = new Command("reconcile", "Whether FBS, we and the debtor systems agree on every claim, to the øre; what differs, why, and what to do.") { municipality, date, report, fbs, repair, accept, who, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            using var client = new ReconcileClient(system);
            var day = DayOf(parsed.GetValue(date));
            var file = parsed.GetValue(fbs) is { Length: > 0 } path ? new FbsFile(path) : null;
            if (day is not null && (file is not null || parsed.GetValue(repair)))
                throw new CommandFailure("--date shows what was found that day; --fbs and --repair are for a reconciliation that runs now.", "Leave out --date, or the others.", ExitCodes.Usage);
            if (parsed.GetValue(accept) is not null && parsed.GetValue(municipality) is null)
                throw new CommandFailure("--accept-fewer is said of one municipality.", "Name it: --municipality 0101", ExitCodes.Usage);
            var asked = await AskedAsync(client, parsed.GetValue(municipality), file, cancellation);

            var runs = new List<Reconciliation>();
            foreach (var code in asked)
            {
                var run = day is { } given
                    ? await client.StoredAsync(code, given, cancellation)
                    : await client.RunAsync(code, file, parsed.GetValue(repair), parsed.GetRequiredValue(who), parsed.GetValue(accept), cancellation);
                if (run is not null)
                    runs.Add(run);
                else if (parsed.GetValue(municipality) is not null)
                    throw new CommandFailure($"No reconciliation of {code} on {day:yyyy-MM-dd} is on record.", "Give a day on which one has run, or leave out --date to run one now.");
            }

            if (parsed.GetValue(report) is { Length: > 0 } folder)
                await SaveAsync(client, runs, folder, cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(runs, ReportCommand.Json));
            else
                Show(runs);
            return Verdict(runs);
        });
        return command;
    }

    /// <summary>A failure outweighs a difference: what was not compared may be anything.</summary>
    public static int Verdict(IReadOnlyList<Reconciliation> runs)
    {
        foreach (var run in runs.Where(run => run.Failure is not null))
            Console.Error.WriteLine($"{run.Municipality} was not reconciled: {run.Failure}");
        return runs.Any(run => run.Failure is not null) ? ExitCodes.Failed : runs.Any(run => run.Differences > 0) ? ExitCodes.Unbalanced : ExitCodes.Done;
    }

    private static DateOnly? DayOf(string? given)
    {
        if (string.IsNullOrEmpty(given))
            return null;
        return DateOnly.TryParseExact(given, DayForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : throw new CommandFailure($"--date is '{given}', which is no day.", "Good: --date 2026-11-22", ExitCodes.Usage);
    }

    private static async Task<IReadOnlyList<string>> AskedAsync(ReconcileClient client, string? municipality, FbsFile? file, CancellationToken cancellation)
    {
        file?.RequireExists();
        if (municipality is null)
            return await client.MunicipalitiesAsync(cancellation);
        // The wrong file would make a difference of every claim.
        if (file is not null && await file.MunicipalitiesAsync(cancellation) is { Count: > 0 } inFile && !inFile.Contains(municipality))
            throw new CommandFailure($"{file.Path} names no library of municipality {municipality}; it is of {string.Join(", ", inFile.Order().Take(5))}.", "Is it the right file?", ExitCodes.Usage);
        return [municipality];
    }

    private static async Task SaveAsync(ReconcileClient client, IReadOnlyList<Reconciliation> runs, string folder, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"The folder {folder} could not be made: {failure.Message}", "Give one that can be written to: --report DIR", ExitCodes.Usage);
        }

        foreach (var run in runs)
        {
            foreach (var form in (string[])["csv", "html"])
                await client.SaveReportAsync(run, form, Path.Combine(folder, $"{run.Municipality}.{form}"), cancellation);
        }
    }

    private static void Show(IReadOnlyList<Reconciliation> runs)
    {
        if (runs.Count == 0)
        {
            Console.Out.WriteLine("No municipality has a claim that was handed over: there is nothing to reconcile.");
            return;
        }

        var causes = runs.SelectMany(run => run.ByCause.Keys).Distinct().Order(StringComparer.Ordinal).ToList();
        var hasRepairs = runs.Any(run => run.Repaired > 0);
        var table = new Table().Border(TableBorder.Simple).AddColumn("");
        foreach (var heading in (string[])["FBS", "kr.", "ours", "kr.", "debtor", "kr.", "agreeing", "differing", .. causes.Select(InWords), .. hasRepairs ? ["repaired"] : Array.Empty<string>()])
            table.AddColumn(new TableColumn(heading).RightAligned().NoWrap());
        foreach (var run in runs)
        {
            table.AddRow(run.Failure is not null && run is { Agreeing: 0, Differences: 0 }
                ? [run.Municipality, .. Enumerable.Repeat("–", 8 + causes.Count + (hasRepairs ? 1 : 0))]
                :
                [
                    run.Municipality, $"{run.Fbs.Claims:N0}", $"{run.Fbs.Ore / 100m:N2}", $"{run.Ours.Claims:N0}", $"{run.Ours.Ore / 100m:N2}", $"{run.Debtor.Claims:N0}", $"{run.Debtor.Ore / 100m:N2}",
                    $"{run.Agreeing:N0}", Some(run.Differences), .. causes.Select(cause => Some(run.ByCause.GetValueOrDefault(cause))), .. hasRepairs ? [Some(run.Repaired)] : Array.Empty<string>(),
                ]);
        }

        AnsiConsole.Write(table);
    }

    private static string Some(long count) => count == 0 ? "·" : $"{count:N0}";

    /// <summary>missingAtDebtor → missing at debtor.</summary>
    private static string InWords(string cause) => string.Concat(cause.Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));
}
