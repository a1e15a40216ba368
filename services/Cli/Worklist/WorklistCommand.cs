using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Worklist;

/// <summary><c>claims worklist [place|placed|takeback|close]</c>: money that fits no claim, or not what its claim owes, and what a person decides of it: through the console where one runs,
/// so that it stands in the audit log too; straight to Payments where none does.</summary>
public static class WorklistCommand
{
    private const int PageSize = 500;
    private const int MostShown = 200;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create(WhereOptions where)
    {
        var municipality = new Option<string?>("--municipality") { Description = "Only this one, 0101.", HelpName = "CODE" };
        var json = new Option<bool>("--json") { Description = "Every line, with what is suggested, as JSON." };
        var command = new Command("worklist", "Money that fits no claim, or not what its claim owes: each with its cause and what to do.") { municipality, json };
        command.Add(Place(where));
        command.Add(Placed(where));
        command.Add(TakeBack(where));
        command.Add(Close(where));
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var items = await ReadAsync(system, parsed.GetValue(municipality), cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(items, Json));
            else
                Show(items);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Place(WhereOptions where)
    {
        var (id, reason, access) = (Id(), ConsoleAccess.Reason(), new ConsoleAccess(where));
        var agency = ClaimArguments.Agency();
        var feeId = ClaimArguments.FeeId();
        var command = new Command("place", "Give an entry to the claim it belongs to.") { id, agency, feeId, reason };
        access.AddTo(command);
        command.SetAction((parsed, cancellation) => DecideAsync(
            where, access, parsed, parsed.GetRequiredValue(id), "place", parsed.GetRequiredValue(reason), cancellation, parsed.GetValue(agency), parsed.GetValue(feeId)));
        return command;
    }

    private static Command TakeBack(WhereOptions where)
    {
        var (id, reason, access) = (Id(), ConsoleAccess.Reason(), new ConsoleAccess(where));
        var command = new Command("takeback", "Take a placed entry off its claim again, by a counter-entry; then it can be placed anew.") { id, reason };
        access.AddTo(command);
        command.SetAction((parsed, cancellation) => DecideAsync(
            where, access, parsed, parsed.GetRequiredValue(id), "takeback", parsed.GetRequiredValue(reason), cancellation));
        return command;
    }

    /// <summary>What was placed, so that one that was placed wrongly is found again.</summary>
    private static Command Placed(WhereOptions where)
    {
        var municipality = new Option<string?>("--municipality") { Description = "Only this one, 0101.", HelpName = "CODE" };
        var command = new Command("placed", $"The latest {MostShown} entries that were placed on a claim, by a person or by their names.") { municipality };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var code = parsed.GetValue(municipality);
            using var page = await system.GetJsonAsync(
                    "payments", $"/payments/worklist/placed?limit={MostShown}{(code is null ? "" : $"&municipality={Uri.EscapeDataString(code)}")}", cancellation)
                ?? throw new CommandFailure("Payments has no /payments/worklist/placed.", "Is it of the same version? deploy/claims doctor");
            ShowPlaced([.. page.RootElement.GetProperty("items").EnumerateArray()]);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void ShowPlaced(List<JsonElement> items)
    {
        var table = Shown.Table("id", "entry", "kr.", "claim", "placed", "who", "why");
        foreach (var item in items)
        {
            table.AddRow(
                Shown.Cell(Text(item, "id")), Shown.Cell(Text(item, "entryId")), Shown.Cell(Shown.Kroner(item.GetProperty("amountOre").GetInt64())),
                Shown.Cell($"{Text(item, "agency")} {item.GetProperty("feeId").GetInt64()}"),
                Shown.Cell(item.GetProperty("placedAt").GetDateTimeOffset().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)), Shown.Cell(Text(item, "who") ?? "by its names"),
                Shown.Cell(Text(item, "why")));
        }

        AnsiConsole.Write(table);
    }

    private static Command Close(WhereOptions where)
    {
        var (id, reason, access) = (Id(), ConsoleAccess.Reason(), new ConsoleAccess(where));
        var command = new Command("close", "Take an entry off the list that was dealt with elsewhere.") { id, reason };
        access.AddTo(command);
        command.SetAction((parsed, cancellation) => DecideAsync(
            where, access, parsed, parsed.GetRequiredValue(id), "close", parsed.GetRequiredValue(reason), cancellation));
        return command;
    }

    private static async Task<int> DecideAsync(
        WhereOptions where, ConsoleAccess access, ParseResult parsed, Guid id, string decision, string why, CancellationToken cancellation, string? agency = null, long? feeId = null)
    {
        using var system = where.Find(parsed);
        if (access.TryOpen(system, parsed) is not { } console || !await ThroughConsoleAsync(system, console, id, decision, why, agency, feeId, cancellation))
            await StraightAsync(system, id, decision, new { agency, feeId, who = access.Who(parsed), why }, cancellation);
        Console.Out.WriteLine($"{id}: {decision switch { "place" => "placed", "close" => "closed", _ => "taken back; it is on the list again" }}.");
        return ExitCodes.Done;
    }

    /// <returns>False: no console is there that takes it.</returns>
    private static async Task<bool> ThroughConsoleAsync(
        RunningSystem system, ConsoleApi console, Guid id, string decision, string why, string? agency, long? feeId, CancellationToken cancellation)
    {
        var municipality = await MunicipalityOfAsync(system, id, decision, cancellation)
            ?? throw NotTaken(decision, id, 404, decision == "takeback" ? "No such entry is placed." : "No such line is on the worklist; it may have been decided meanwhile.");
        return await console.TryPostAsync(
            $"/worklist/{id}/{decision}", new { municipality, agency, feeId, why }, "It goes straight to Payments, which keeps who and why; the audit log has it not.",
            refusal => NotTaken(decision, id, refusal.Status, refusal.Detail), cancellation);
    }

    /// <summary>The console decides by municipality who may.</summary>
    private static async Task<string?> MunicipalityOfAsync(RunningSystem system, Guid id, string decision, CancellationToken cancellation)
    {
        if (decision != "takeback")
            return (await ReadAsync(system, null, cancellation)).Find(item => item.GetProperty("id").GetGuid() == id) is { ValueKind: JsonValueKind.Object } item ? Text(item, "municipality") : null;
        using var placed = await system.GetJsonAsync("payments", $"/payments/worklist/placed/{id}", cancellation);
        return placed is null ? null : Text(placed.RootElement, "municipality");
    }

    private static async Task StraightAsync(RunningSystem system, Guid id, string decision, object body, CancellationToken cancellation)
    {
        var path = $"/payments/worklist/{id}/{decision}";
        using var response = await system.SendAsync(
            "payments", path, () => new HttpRequestMessage(HttpMethod.Post, system.Address("payments", path)) { Content = JsonContent.Create(body) }, cancellation);
        if (!response.IsSuccessStatusCode)
            throw NotTaken(decision, id, (int)response.StatusCode, await ConsoleApi.DetailAsync(response, cancellation));
    }

    private static CommandFailure NotTaken(string decision, Guid id, int status, string? why) =>
        new($"'{decision}' of {id} was not taken ({status}): {why ?? "nothing was said of why"}", "The list with its ids: claims worklist --json; what was placed: claims worklist placed");

    private static async Task<List<JsonElement>> ReadAsync(RunningSystem system, string? municipality, CancellationToken cancellation)
    {
        var items = new List<JsonElement>();
        string? after = null;
        do
        {
            var path = $"/payments/worklist?limit={PageSize}{(municipality is null ? "" : $"&municipality={Uri.EscapeDataString(municipality)}")}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}";
            using var page = await system.GetJsonAsync("payments", path, cancellation) ?? throw new CommandFailure("Payments has no /payments/worklist.", "Is it of the same version? deploy/claims doctor");
            items.AddRange(page.RootElement.GetProperty("items").EnumerateArray().Select(item => item.Clone()));
            after = Text(page.RootElement, "after");
        }
        while (after is not null);
        return items;
    }

    private static void Show(List<JsonElement> items)
    {
        if (items.Count == 0)
        {
            Console.Out.WriteLine("Nothing: all money fits its claim.");
            return;
        }

        var table = Shown.Table("id", "municipality", "cause", "kr.", "names", "suggested", "since", "what to do").Title($"{items.Count:N0} lines");
        foreach (var item in items.Take(MostShown))
        {
            table.AddRow(
                Shown.Cell(Text(item, "id")), Shown.Cell(Text(item, "municipality")), Shown.Cell(Text(item, "cause")), Shown.Cell(Shown.Kroner(item.GetProperty("amountOre").GetInt64())),
                Below(item.GetProperty("names").EnumerateObject().Select(name => $"{name.Name} {name.Value.GetString()}")),
                Below(item.GetProperty("suggestions").EnumerateArray().Select(one => $"{Text(one, "agency")} {one.GetProperty("feeId").GetInt64()} ({Text(one, "because")})")),
                Shown.Cell(item.GetProperty("since").GetDateTimeOffset().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), Shown.Cell(Text(item, "action")));
        }

        AnsiConsole.Write(table);
        if (items.Count > MostShown)
            Console.Out.WriteLine($"The first {MostShown}; all of them: --json");
    }

    private static Text Below(IEnumerable<string> lines) => new(string.Join('\n', lines.Select(Shown.Line)));

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Argument<Guid> Id() => new("ID") { Description = "Of the line, as the list shows it." };
}
