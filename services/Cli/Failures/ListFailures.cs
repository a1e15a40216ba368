using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Failures;

/// <summary><c>claims failures list</c>: causes with how many messages each has, and what to do.</summary>
internal static class ListFailures
{
    private const int PartsShown = 3;

    public static Command Create(WhereOptions where, ConsoleAccess access)
    {
        var filter = new FailureFilter();
        var json = new Option<bool>("--json") { Description = "The groups as JSON." };
        var command = new Command("list", "What failed, by cause, and what to do about it.") { json };
        filter.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var console = access.Open(system, parsed);
            var answer = await console.GetAsync<JsonObject>($"/letters/groups?{filter.Query(parsed)}", cancellation)
                ?? throw new CommandFailure("The console has no dead letters to ask for.", "Is it of the same version? deploy/claims doctor");
            var beside = await BesideAsync(console, cancellation);
            if (parsed.GetValue(json))
            {
                answer["beside"] = JsonSerializer.SerializeToNode(beside, ReportCommand.Json);
                Console.Out.WriteLine(answer.ToJsonString(ReportCommand.Json));
            }
            else
            {
                Show(answer.Deserialize<FailureGroups>(JsonSerializerOptions.Web)!);
                Show(beside);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static void Show(FailureGroups failures)
    {
        if (failures.Groups.Count == 0)
        {
            Console.Out.WriteLine("No message fits: nothing of it has failed.");
            return;
        }

        var table = Shown.Table("count", "kr.", "cause", "who", "what to do", "where", "last", "trend", "fingerprint").Title($"{failures.Count:N0} messages, {Shown.Kroner(failures.Ore)} kr.");
        foreach (var group in failures.Groups)
            table.AddRow(
                Shown.Cell(group.Count), Shown.Cell(Shown.Kroner(group.Ore)), Shown.Cell(group.Cause), Shown.Cell(group.Owner), Shown.Cell(group.Action), Shown.Cell(Where(group.Parts)),
                Shown.Cell(Shown.Time(group.LastAt)), Shown.Cell(group.Trend), Shown.Cell(group.Fingerprint));
        AnsiConsole.Write(table);
        Console.Out.WriteLine("Its messages: claims failures show FINGERPRINT. What a replay would do: claims failures preview --fingerprint FINGERPRINT --reason …");
    }

    private static string Where(IReadOnlyList<FailurePart> parts)
    {
        var named = parts.Take(PartsShown).Select(part => $"{string.Join(' ', ((string[])[part.Municipality, part.Vendor, part.Name]).Where(word => word.Length > 0))} ({part.Count:N0})");
        return string.Join(", ", named) + (parts.Count > PartsShown ? $", and {parts.Count - PartsShown} more" : "");
    }

    /// <summary>What also needs somebody, and is no dead letter.</summary>
    private static async Task<Beside> BesideAsync(ConsoleApi console, CancellationToken cancellation) => new(
        await CountAsync(console, "/refused/groups", cancellation), await CountAsync(console, "/rejections", cancellation), await CountAsync(console, "/waiting", cancellation));

    /// <summary>Null: not known now. The list of what failed is worth having all the same.</summary>
    private static async Task<long?> CountAsync(ConsoleApi console, string path, CancellationToken cancellation)
    {
        try
        {
            return await console.GetAsync<JsonObject>(path, cancellation) is { } answer ? Count(answer) : null;
        }
        catch (CommandFailure failure)
        {
            await Console.Error.WriteLineAsync($"{path[1..]} is not known now: {failure.Tried}");
            return null;
        }
    }

    /// <summary>The answer's own count, else of its groups, else its lines.</summary>
    private static long? Count(JsonObject answer)
    {
        if (answer["count"] is JsonValue count && count.TryGetValue<long>(out var given))
            return given;
        var lists = answer.Select(field => field.Value).OfType<JsonArray>().ToList();
        return lists.Count == 0 ? null : lists.Sum(list => list.Sum(line => line is JsonObject fields && fields["count"] is JsonValue each && each.TryGetValue<long>(out var number) ? number : 1L));
    }

    private static void Show(Beside beside)
    {
        var known = ((string Words, long? Count)[])
        [
            ("refused messages from FBS", beside.Refused), ("transfers that a debtor system rejected", beside.Rejected), ("messages that wait for another try", beside.Waiting),
        ];
        if (known.Where(part => part.Count is not null).Select(part => $"{part.Count:N0} {part.Words}").ToList() is { Count: > 0 } parts)
            Console.Out.WriteLine($"Beside these: {string.Join(", ", parts)}.");
    }

    private sealed record Beside(long? Refused, long? Rejected, long? Waiting);
}
