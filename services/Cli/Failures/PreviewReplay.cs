using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Failures;

/// <summary><c>claims failures preview</c>: freezes a set and says what each of its messages would do, now that everything is as it is.</summary>
internal static class PreviewReplay
{
    private const int MostAPage = 1000;

    public static Command Create(WhereOptions where, ConsoleAccess access)
    {
        var filter = new FailureFilter();
        var reason = ConsoleAccess.Reason();
        var items = new Option<int>("--items") { Description = "Messages shown one by one at most.", DefaultValueFactory = _ => 50, HelpName = "NUMBER" };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("preview", "Freeze a set of failed messages, and say what each would do if it were replayed now. Sends nothing.") { reason, items, json };
        filter.AddChoiceTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var console = access.Open(system, parsed);
            var replay = await console.PostAsync<Replay>("/replays", new { filter = filter.Chosen(parsed), why = parsed.GetRequiredValue(reason) }, cancellation);
            var progress = await new FollowedReplay(console, replay.ReplayId, TimeProvider.System).PreviewedAsync(cancellation);
            var each = await ItemsAsync(console, replay.ReplayId, parsed.GetValue(items), cancellation);
            if (parsed.GetValue(json))
            {
                var answer = JsonSerializer.SerializeToNode(progress.ForPrograms(), ReportCommand.Json)!;
                answer["items"] = each;
                Console.Out.WriteLine(answer.ToJsonString(ReportCommand.Json));
                return ExitCodes.Done;
            }

            Show(AnsiConsole.Console, progress);
            if (progress.Replay.Total == 0)
                return ExitCodes.Done;
            Show(each.Deserialize<IReadOnlyList<ReplayItem>>(JsonSerializerOptions.Web)!, progress.Replay.Total);
            Console.Out.WriteLine($"Replay it with: claims failures replay --replay {replay.ReplayId} --wait --reason …");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>How many would do what.</summary>
    public static void Show(IAnsiConsole output, ReplayProgress progress)
    {
        if (progress.Replay.Total == 0)
        {
            output.WriteLine("No message that waits fits: there is nothing to replay.");
            return;
        }

        output.WriteLine($"Replay {progress.Replay.ReplayId}: {progress.Replay.Total:N0} messages, {Shown.Kroner(progress.Replay.TotalOre)} kr.");
        var table = Shown.Table("count", "kr.", "would");
        foreach (var (forecast, count) in progress.Forecasts.OrderByDescending(forecast => forecast.Value))
            table.AddRow(Shown.Cell(count), Shown.Cell(Shown.Kroner(progress.ForecastOre.GetValueOrDefault(forecast))), Shown.Cell(InWords(forecast)));
        output.Write(table);
    }

    private static void Show(IReadOnlyList<ReplayItem> items, long total)
    {
        var table = Shown.Table("message", "municipality", "type", "claim", "kr.", "would", "why");
        foreach (var item in items)
            table.AddRow(
                Shown.Cell($"{item.LetterId}"), Shown.Cell(item.Municipality), Shown.Cell(item.Name), Shown.Cell(item.FeeId is null ? "" : $"{item.Agency} {item.FeeId}"),
                Shown.Cell(item.AmountOre is { } ore ? Shown.Kroner(ore) : ""), Shown.Cell(item.Forecast), Shown.Cell(Shown.Notes.Say(item.ForecastNotes)));
        AnsiConsole.Write(table);
        if (items.Count < total)
            Console.Out.WriteLine($"The first {items.Count}; more: --items NUMBER");
    }

    private static string InWords(string forecast) => forecast switch
    {
        "apply" => "be applied",
        "duplicate" => "be recognised as a repeat, and change nothing",
        "park" => "wait for an earlier version of their claim",
        "invalid" => "be invalid still",
        "unknown" => "do what cannot be said now: the service that would know did not answer",
        _ => forecast,
    };

    private static async Task<JsonArray> ItemsAsync(ConsoleApi console, Guid replayId, int limit, CancellationToken cancellation)
    {
        var items = new JsonArray();
        long? after = 0;
        while (after is { } place && items.Count < limit)
        {
            var page = await console.GetAsync<JsonObject>($"/replays/{replayId}/items?limit={Math.Min(MostAPage, limit - items.Count)}&after={place}", cancellation);
            foreach (var item in page?["items"] as JsonArray ?? [])
                items.Add(item?.DeepClone());
            after = page?["next"]?.GetValue<long>();
        }

        return items;
    }
}
