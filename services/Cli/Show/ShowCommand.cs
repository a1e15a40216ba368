using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Cli.Failures;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Cli.Status;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Show;

/// <summary>
/// <c>claims show AGENCY FEEID</c>, or by anything else that names it: all that is known of one claim: timeline, what may be done now, money, messages that failed.
/// </summary>
public static class ShowCommand
{
    /// <summary>What has more is looked for in the console.</summary>
    private const int MostListed = 20;

    public static Command Create(WhereOptions where)
    {
        var agency = new Argument<string>("AGENCY")
        {
            Description = "ISIL of the library agency, DK-710100; or, alone, what names the claim: our reference, the debtor system's, its payment slip, fee, patron or claim id.",
        };
        var feeId = new Argument<long?>("FEEID") { Description = "FBS's id of the fee, 434536.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var access = new ConsoleAccess(where);
        var command = new Command("show", "All that is known of one claim: its timeline, what may be done now, its money, and its messages that failed.") { agency, feeId, json };
        access.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var console = access.Open(system, parsed);
            if (await ChosenAsync(console, parsed.GetRequiredValue(agency), parsed.GetValue(feeId), cancellation) is not var (isil, fee))
                return ExitCodes.Failed;
            var known = await console.GetAsync<JsonObject>($"/claims/{Uri.EscapeDataString(isil)}/{fee}", cancellation)
                ?? throw new CommandFailure($"The console knows nothing of {isil} {fee}.", "Is it sent? Agency and fee id are those of the message: claims show DK-710100 434536");
            if (parsed.GetValue(json))
                Console.Out.WriteLine(known.ToJsonString(ReportCommand.Json));
            else
                Show(isil, fee, known);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <returns>Null: several have the name, and they were listed.</returns>
    private static async Task<(string Agency, long FeeId)?> ChosenAsync(ConsoleApi console, string given, long? feeId, CancellationToken cancellation)
    {
        if (feeId is { } fee)
            return (given.ToUpperInvariant(), fee);
        var page = await console.GetAsync<Page>($"/claims?limit={MostListed}&text={Uri.EscapeDataString(given)}", cancellation);
        if (page?.Claims is not { Count: > 0 } claims)
        {
            throw new CommandFailure(
                $"No claim is found by '{given}'.", "Give the agency and the fee, or what names the claim: claims show DK-710100 434536, claims show \"+71<123456789012347+81234567<\"");
        }

        if (claims.Count == 1)
            return (claims[0].Agency, claims[0].FeeId);
        var table = new Table().Border(TableBorder.Simple).AddColumn("claim").AddColumn("status").AddColumn(new TableColumn("kr.").RightAligned()).AddColumn("the debtor system's reference");
        foreach (var claim in claims)
            table.AddRow(((string[])[$"{claim.Agency} {claim.FeeId}", claim.Status, Shown.Kroner(claim.AmountOre), claim.DebtorReference ?? ""]).Select(Markup.Escape).ToArray());
        AnsiConsole.Write(table);
        Console.Out.WriteLine($"{(page.Next is null ? "These" : $"The newest {MostListed}; these")} have the name. Show one: claims show {claims[0].Agency} {claims[0].FeeId}");
        return null;
    }

    private sealed record Page(IReadOnlyList<Found> Claims, string? Next);

    private sealed record Found(string Agency, long FeeId, string Status, long AmountOre, string? DebtorReference);

    private static void Show(string agency, long feeId, JsonObject known)
    {
        if (known["claim"] is JsonObject claim)
        {
            StatusCommand.Show(agency, feeId, Timeline.Of(claim.Deserialize<JsonElement>()));
            var operations = (claim["operations"] as JsonArray ?? []).Select(operation => $"{operation}").ToList();
            Console.Out.WriteLine(operations.Count == 0 ? "Nothing can be done about it now." : $"What may be done now: {string.Join(", ", operations)}. Say why: claims {operations[0]} {agency} {feeId} --reason …");
        }
        else
        {
            Console.Out.WriteLine($"There is no claim {agency} {feeId} that is known now.");
        }

        foreach (var message in known["messages"] as JsonArray ?? [])
            StatusCommand.ShowMessage(message.Deserialize<JsonElement>());
        if (known["account"] is JsonObject account)
            Show(account);
        if (known["letters"].Deserialize<IReadOnlyList<FailedMessage>>(JsonSerializerOptions.Web) is { Count: > 0 } letters)
        {
            Console.Out.WriteLine("Messages that failed; more of each: claims failures show LETTERID");
            AnsiConsole.Write(ShowFailure.TableOf(letters));
        }
    }

    /// <summary>Its sums; the entries are in the JSON.</summary>
    private static void Show(JsonObject account)
    {
        var sums = account.Where(field => field.Key.EndsWith("Ore", StringComparison.Ordinal) && field.Value is JsonValue value && value.TryGetValue<long>(out _))
            .Select(field => $"{InWords(field.Key)} {Shown.Kroner(field.Value!.GetValue<long>())}").ToList();
        if (sums.Count > 0)
            Console.Out.WriteLine($"account: {string.Join(", ", sums)} kr.");
    }

    /// <summary>writtenOffOre → written off.</summary>
    private static string InWords(string field) => string.Concat(field[..^"Ore".Length].Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));
}
