using System.CommandLine;
using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Audit;

/// <summary><c>claims audit citizen</c>: when and why a citizen's data was seen.</summary>
internal static class AuditCitizen
{
    public static Command Create(WhereOptions where, ConsoleAccess access)
    {
        var reason = ConsoleAccess.Reason();
        var byWhom = new Option<bool>("--by-whom") { Description = "Also who: for audits within the house. A citizen is told when and why, normally not by whom." };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("citizen", "When and why a citizen's data was seen, the newest first. The CPR number is asked for, or read from standard input; the question is audited itself.")
        {
            reason, byWhom, json,
        };
        access.AddWhoTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var number = CitizenNumber.Read();
            using var system = where.Find(parsed);
            var found = await access.Open(system, parsed).PostAsync<CitizenLookups>(
                "/audit/citizen", new { number, byWhom = parsed.GetValue(byWhom), why = parsed.GetRequiredValue(reason) }, cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(found, ReportCommand.Json));
            else
                Show(found, parsed.GetValue(byWhom));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Show(CitizenLookups found, bool byWhom)
    {
        if (found.Lookups.Count == 0)
        {
            Console.Out.WriteLine("Nobody has seen the citizen's data here.");
            return;
        }

        var table = Shown.Table([.. new[] { "when", "did", "municipality", "why", byWhom ? "who" : null }.OfType<string>()]);
        foreach (var lookup in found.Lookups)
            table.AddRow([.. new[] { Shown.Time(lookup.At), lookup.Action, lookup.Municipality, lookup.Why, byWhom ? lookup.Who ?? "" : null }.OfType<string>().Select(Shown.Cell)]);
        AnsiConsole.Write(table);
        if (!found.AreAll)
            Console.Out.WriteLine($"The newest {found.Lookups.Count}; there are older ones in the log: claims audit --action sealed.view");
    }

    private sealed record CitizenLookup(DateTimeOffset At, string Action, string Municipality, string Why, string? Who);

    private sealed record CitizenLookups(IReadOnlyList<CitizenLookup> Lookups, bool AreAll);
}
