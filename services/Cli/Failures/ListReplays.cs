using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Failures;

/// <summary><c>claims failures replays [REPLAYID]</c>: replays, the newest first, or how far one has come.</summary>
internal static class ListReplays
{
    public static Command Create(WhereOptions where, ConsoleAccess access)
    {
        var which = new Argument<Guid?>("REPLAYID") { Description = "Just this one, with its outcomes.", Arity = ArgumentArity.ZeroOrOne };
        var limit = new Option<int>("--limit") { Description = "So many at most.", DefaultValueFactory = _ => 50, HelpName = "NUMBER" };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("replays", "Replays, the newest first; or how far one has come.") { which, limit, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var console = access.Open(system, parsed);
            if (parsed.GetValue(which) is { } replayId)
            {
                var progress = await console.GetAsync<ReplayProgress>($"/replays/{replayId}", cancellation)
                    ?? throw new CommandFailure($"There is no replay {replayId}.", "All there are: claims failures replays");
                RunReplay.Tell(progress, parsed.GetValue(json));
                return ExitCodes.Done;
            }

            var page = await console.GetAsync<JsonObject>($"/replays?limit={parsed.GetValue(limit)}", cancellation)
                ?? throw new CommandFailure("The console has no replays to ask for.", "Is it of the same version? deploy/claims doctor");
            if (parsed.GetValue(json))
                Console.Out.WriteLine(page.ToJsonString(ReportCommand.Json));
            else
                Show(page.Deserialize<ReplayPage>(JsonSerializerOptions.Web)!.Replays);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Show(IReadOnlyList<Replay> replays)
    {
        if (replays.Count == 0)
        {
            Console.Out.WriteLine("Nothing was replayed.");
            return;
        }

        var table = Shown.Table("replay", "status", "count", "kr.", "by", "when", "why", "remark");
        foreach (var replay in replays)
            table.AddRow(
                Shown.Cell($"{replay.ReplayId}"), Shown.Cell(replay.Status), Shown.Cell(replay.Total), Shown.Cell(Shown.Kroner(replay.TotalOre)), Shown.Cell(replay.CreatedBy),
                Shown.Cell(Shown.Time(replay.CreatedAt)), Shown.Cell(replay.Reason), Shown.Cell(replay.Remark is { } remark ? Shown.Notes.Say(remark) : ""));
        AnsiConsole.Write(table);
    }
}
