using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Notes;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Audit;

/// <summary><c>claims audit [verify|anchor|citizen]</c>: who did what and why, and whether the log of it is whole.</summary>
public static class AuditCommand
{
    private const int MostAPage = 1000;

    public static Command Create(WhereOptions where)
    {
        var access = new ConsoleAccess(where);
        var action = new Option<string?>("--action") { Description = "Only that, such as replay.start or letter.archive.", HelpName = "ACTION" };
        var who = new Option<string?>("--who") { Description = "Only what that person did, as the log names it.", HelpName = "NAME" };
        var subject = new Option<string?>("--subject") { Description = "Only what was done to that: an id, a claim, a user.", HelpName = "SUBJECT" };
        var limit = new Option<int>("--limit") { Description = "So many at most.", DefaultValueFactory = _ => 100, HelpName = "NUMBER" };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("audit", "Who did what and why, the newest first; each entry is chained to the one before.") { action, who, subject, limit, json, VerifyAudit.Create(where, access), VerifyAudit.CreateAnchor(where, access), AuditCitizen.Create(where, access) };
        access.AddTokenTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var filter = string.Concat(
                new (string Name, string? Value)[] { ("action", parsed.GetValue(action)), ("who", parsed.GetValue(who)), ("subject", parsed.GetValue(subject)) }
                    .Where(part => !string.IsNullOrEmpty(part.Value)).Select(part => $"&{part.Name}={Uri.EscapeDataString(part.Value!)}"));
            var (entries, more) = await ReadAsync(access.Open(system, parsed), filter, Math.Max(1, parsed.GetValue(limit)), cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(new JsonObject { ["entries"] = entries, ["next"] = more }.ToJsonString(ReportCommand.Json));
            else
                Show(entries.Deserialize<IReadOnlyList<AuditEntry>>(JsonSerializerOptions.Web)!, more is not null);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <returns>The entries as they are, and where older ones follow.</returns>
    private static async Task<(JsonArray Entries, long? More)> ReadAsync(ConsoleApi console, string filter, int limit, CancellationToken cancellation)
    {
        var entries = new JsonArray();
        long? before = null;
        do
        {
            var page = await console.GetAsync<JsonObject>($"/audit?limit={Math.Min(MostAPage, limit - entries.Count)}{(before is null ? "" : $"&before={before}")}{filter}", cancellation);
            foreach (var entry in page?["entries"] as JsonArray ?? [])
                entries.Add(entry?.DeepClone());
            before = page?["next"]?.GetValue<long>();
        }
        while (before is not null && entries.Count < limit);
        return (entries, before);
    }

    private static void Show(IReadOnlyList<AuditEntry> entries, bool isMore)
    {
        if (entries.Count == 0)
        {
            Console.Out.WriteLine("Nothing was done that fits.");
            return;
        }

        var table = Shown.Table("no.", "when", "who", "did", "to", "municipality", "outcome", "why");
        foreach (var entry in entries)
            table.AddRow(
                Shown.Cell($"{entry.Sequence}"), Shown.Cell(Shown.Time(entry.At)), Shown.Cell(entry.Who), Shown.Cell(entry.Action), Shown.Cell(entry.Subject), Shown.Cell(entry.Municipality),
                Shown.Cell(Shown.Notes.Say(Note.Read(entry.Outcome))), Shown.Cell(Shown.Notes.Say(Note.Read(entry.Why))));
        AnsiConsole.Write(table);
        if (isMore)
            Console.Out.WriteLine($"The newest {entries.Count}; more: --limit NUMBER");
    }
}

/// <summary>An entry of the console's log.</summary>
internal sealed record AuditEntry(long Sequence, DateTimeOffset At, string Who, string Action, string Subject, string Municipality, string Why, string Outcome, string Hash);

internal sealed record AuditPage(IReadOnlyList<AuditEntry> Entries);
