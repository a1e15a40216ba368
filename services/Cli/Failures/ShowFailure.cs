using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Failures;

/// <summary><c>claims failures show LETTERID|FINGERPRINT</c>: one message with each time it failed, or the messages of a group.</summary>
internal static class ShowFailure
{
    private const int MostAPage = 500;

    public static Command Create(WhereOptions where, ConsoleAccess access)
    {
        var which = new Argument<string>("LETTERID|FINGERPRINT") { Description = "One message, or the group whose messages to list." };
        var body = new Option<bool>("--body") { Description = "Its body alone, as edit takes it, personal values masked." };
        var open = new Option<bool>("--open") { Description = "Its body alone, with everything opened that can be; on record in the audit log. Needs --reason." };
        var reason = new Option<string?>("--reason") { Description = "Why it is opened; kept for good.", HelpName = "WHY" };
        var limit = new Option<int>("--limit") { Description = "Messages of a group at most.", DefaultValueFactory = _ => 50, HelpName = "NUMBER" };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("show", "One failed message, each time it failed; or the messages of one cause.") { which, body, open, reason, limit, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(open) && string.IsNullOrWhiteSpace(parsed.GetValue(reason)))
                throw new CommandFailure("A sealed body is opened for a reason only.", "Give it: --open --reason \"…\"", ExitCodes.Usage);
            using var system = where.Find(parsed);
            var console = access.Open(system, parsed);
            var asked = parsed.GetRequiredValue(which);
            if (!Guid.TryParse(asked, out var letterId))
                return await ShowGroupAsync(console, asked, Math.Max(1, parsed.GetValue(limit)), parsed.GetValue(json), cancellation);

            var view = await console.GetAsync<JsonObject>($"/letters/{letterId}", cancellation)
                ?? throw new CommandFailure($"There is no failed message {letterId}.", "Those that wait: claims failures list, and claims failures show FINGERPRINT");
            var opened = parsed.GetValue(open)
                ? (await console.PostAsync<JsonObject>($"/letters/{letterId}/open", new { why = parsed.GetValue(reason) }, cancellation))["body"]?.GetValue<string>()
                : null;
            if (parsed.GetValue(json))
            {
                if (opened is not null)
                    view["opened"] = opened;
                Console.Out.WriteLine(view.ToJsonString(ReportCommand.Json));
            }
            else if (opened is not null || parsed.GetValue(body))
            {
                // Nothing beside it, so that it can be kept in a file, corrected, and given to claims failures edit.
                Console.Out.WriteLine(Shown.Lines(opened ?? view["body"]?.GetValue<string>()));
            }
            else
            {
                Show(view);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<int> ShowGroupAsync(ConsoleApi console, string fingerprint, int limit, bool asJson, CancellationToken cancellation)
    {
        var letters = new JsonArray();
        string? after = null;
        do
        {
            var path = $"/letters?status=all&fingerprint={Uri.EscapeDataString(fingerprint)}&limit={Math.Min(MostAPage, limit - letters.Count)}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}";
            var page = await console.GetAsync<JsonObject>(path, cancellation);
            foreach (var letter in page?["letters"] as JsonArray ?? [])
                letters.Add(letter?.DeepClone());
            after = page?["next"]?.GetValue<string>();
        }
        while (after is not null && letters.Count < limit);

        if (letters.Count == 0)
            throw new CommandFailure($"No failed message has the id or the fingerprint {Shown.Line(fingerprint)}.", "Those that wait: claims failures list");
        if (asJson)
        {
            Console.Out.WriteLine(new JsonObject { ["letters"] = letters, ["next"] = after }.ToJsonString(ReportCommand.Json));
            return ExitCodes.Done;
        }

        var messages = letters.Deserialize<IReadOnlyList<FailedMessage>>(JsonSerializerOptions.Web)!;
        Console.Out.WriteLine($"{messages[0].Cause.Title}. {messages[0].Cause.Owner}: {messages[0].Cause.Action}");
        AnsiConsole.Write(TableOf(messages));
        if (after is not null)
            Console.Out.WriteLine($"The first {messages.Count}; more: --limit NUMBER");
        return ExitCodes.Done;
    }

    public static Table TableOf(IReadOnlyList<FailedMessage> messages)
    {
        var table = Shown.Table("message", "municipality", "type", "claim", "kr.", "failed last", "attempts", "status", "outcome");
        foreach (var message in messages)
            table.AddRow(
                Shown.Cell($"{message.LetterId}"), Shown.Cell(message.Municipality), Shown.Cell(message.Name), Shown.Cell(message.About),
                Shown.Cell(message.AmountOre is { } ore ? Shown.Kroner(ore) : ""), Shown.Cell(Shown.Time(message.LastFailedAt)), Shown.Cell(message.Attempts), Shown.Cell(message.Status),
                Shown.Cell(message.Outcome));
        return table;
    }

    private static void Show(JsonObject view)
    {
        var letter = view["letter"].Deserialize<FailedMessage>(JsonSerializerOptions.Web)!;
        Console.Out.WriteLine($"{letter.Name} {Shown.Line(letter.MessageId)}  {letter.About}  {letter.Municipality} {letter.Vendor}{(letter.AmountOre is { } ore ? $"  {Shown.Kroner(ore)} kr." : "")}");
        Console.Out.WriteLine($"{letter.Status}{(letter.Outcome is null ? "" : $": {letter.Outcome}")}{(letter.ReplayId is { } replay ? $"  (replay {replay})" : "")}  failed on {Shown.Line(letter.Queue)}");
        Console.Out.WriteLine($"{letter.Cause.Title}. {letter.Cause.Owner}: {letter.Cause.Action}");
        Console.Out.WriteLine($"fingerprint {letter.Fingerprint}\n");
        foreach (var failure in view["failures"].Deserialize<IReadOnlyList<OneFailure>>(JsonSerializerOptions.Web) ?? [])
            Console.Out.WriteLine($"{Shown.Time(failure.FailedAt)}  {Shown.Line(failure.CauseType)}: {Shown.Lines(failure.CauseText)}");
        foreach (var correction in view["corrections"].Deserialize<IReadOnlyList<OneCorrection>>(JsonSerializerOptions.Web) ?? [])
            Console.Out.WriteLine($"{Shown.Time(correction.CreatedAt)}  corrected by {Shown.Line(correction.CreatedBy)}, sent as {correction.MessageId} (replay {correction.ReplayId})");
    }

    private sealed record OneFailure(DateTimeOffset FailedAt, string CauseType, string CauseText);

    private sealed record OneCorrection(DateTimeOffset CreatedAt, string CreatedBy, Guid MessageId, Guid ReplayId);
}
