using System.CommandLine;
using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Status;

/// <summary><c>claims status AGENCY FEEID</c>: where one claim stands and how it came there.</summary>
public static class StatusCommand
{
    public static Command Create(WhereOptions where)
    {
        var agency = ClaimArguments.Agency();
        var feeId = ClaimArguments.FeeId();
        var json = new Option<bool>("--json") { Description = "The timeline as JSON." };
        var command = new Command("status", "Where one claim stands, and its timeline from the journal.") { agency, feeId, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var (isil, fee) = (parsed.GetRequiredValue(agency), parsed.GetRequiredValue(feeId));
            using var timeline = await system.GetJsonAsync("routing", $"/routing/claims/{Uri.EscapeDataString(isil)}/{fee}", cancellation);
            using var messages = await system.GetJsonAsync("ingest", $"/ingest/messages?agency={Uri.EscapeDataString(isil)}&feeId={fee}", cancellation);
            if (timeline is null && Items(messages).Count == 0)
                throw new CommandFailure($"Nothing is known of {isil} {fee}: neither a claim nor a refused message.", "Is it sent? Agency and fee id are those of the message: claims status DK-710100 434536");
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(new { claim = timeline?.RootElement, messages = messages?.RootElement }, ReportCommand.Json));
                return ExitCodes.Done;
            }
            if (timeline is not null)
                Show(isil, fee, Timeline.Of(timeline.RootElement));
            foreach (var message in Items(messages))
                ShowMessage(message);
            return ExitCodes.Done;
        });
        return command;
    }

    internal static void Show(string agency, long feeId, Timeline claim)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{agency} {feeId}[/]  municipality {claim.Municipality}  version {claim.Version}  {claim.AmountOre / 100m:N2} kr.");
        AnsiConsole.MarkupLineInterpolated($"[bold green]{claim.Status}[/]{(claim.DebtorReference is null ? "" : $"  the debtor system's reference {claim.DebtorReference}")}");
        if (claim.Why is not null)
            AnsiConsole.MarkupLineInterpolated($"{claim.Why}");
        if (claim.WaitingVersions.Count > 0)
            AnsiConsole.MarkupLineInterpolated($"versions {string.Join(", ", claim.WaitingVersions)} wait for an earlier one");

        Console.Out.WriteLine();
        foreach (var entry in claim.Entries)
        {
            var change = entry.From == entry.To ? entry.To : $"{entry.From} → {entry.To}";
            Console.Out.WriteLine($"{entry.At.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}  v{entry.Version,-2} {entry.Event,-18} {change,-24} {entry.Notes}");
        }
        Console.Out.WriteLine();
        if (claim.Entries.Select(entry => entry.TraceId).OfType<string>().Distinct().ToList() is { Count: > 0 } traces)
            AnsiConsole.MarkupLineInterpolated($"trace {string.Join(", ", traces)}");
    }

    /// <summary>What came in under this claim's id, refused messages with their reasons among them.</summary>
    internal static void ShowMessage(JsonElement message)
    {
        var received = message.TryGetProperty("receivedAt", out var at) && at.TryGetDateTimeOffset(out var time) ? $"{time.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}" : "";
        var times = message.TryGetProperty("times", out var count) && count.TryGetInt64(out var repeats) && repeats > 1 ? $", {repeats} times" : "";
        var sender = Timeline.Text(message, "sender") is { } named ? $" from {Shown.Line(named)}" : "";
        Console.Out.WriteLine($"{received}  received {Timeline.Text(message, "kind")} {Timeline.Text(message, "messageId")}: {Timeline.Text(message, "outcome")}{times}{sender}");
        if (!message.TryGetProperty("faults", out var faults) || faults.ValueKind != JsonValueKind.Array)
            return;
        foreach (var fault in faults.EnumerateArray())
            AnsiConsole.MarkupLineInterpolated($"  [red]{Timeline.Text(fault, "field")}[/]: {Timeline.Text(fault, "reason")} Good: {Timeline.Text(fault, "example")}");
    }

    private static List<JsonElement> Items(JsonDocument? messages) => messages?.RootElement switch
    {
        { ValueKind: JsonValueKind.Array } all => [.. all.EnumerateArray()],
        { ValueKind: JsonValueKind.Object } page when page.TryGetProperty("messages", out var inner) => [.. inner.EnumerateArray()],
        _ => [],
    };
}
