using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Senders;

/// <summary><c>claims senders add|list|rotate|revoke</c>: who may send claims by HTTP, and their keys. They are Ingest's; every instance follows at once.</summary>
public static class SendersCommand
{
    private const string Path = "/ingest/senders";
    private const string DefaultReason = "not said";

    public static Command Create(WhereOptions where)
    {
        var access = new ConsoleAccess(where);
        var audit = new ActAudit(where, access, "senders");
        var command = new Command("senders", "Who may send claims by HTTP: add, list, rotate, revoke.")
        {
            CreateAdd(where, audit),
            CreateList(where),
            CreateRotate(where, audit),
            CreateRevoke(where, audit),
        };
        access.AddTo(command);
        return command;
    }

    private static Command CreateAdd(WhereOptions where, ActAudit audit)
    {
        var name = Name();
        var agencies = new Option<string>("--agencies")
        {
            Description = "Whose claims it may send: ISILs with commas between, DK-710100,DK-775100; or * for all.", Required = true, HelpName = "LIST",
        };
        var (expires, to, reason) = (Expires(), To(), Reason());
        var noKey = new Option<bool>("--no-key") { Description = "It shows a certificate of the installation's CA with this name, and no key." };
        var command = new Command("add", "Let a sender in. Its key is shown once; only a hash of it is kept.") { name, agencies, expires, to, noKey, reason };
        command.SetAction((parsed, cancellation) =>
        {
            var sender = parsed.GetRequiredValue(name);
            var list = parsed.GetRequiredValue(agencies).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            var body = new { name = sender, agencies = list, expiresAt = Moment(parsed.GetValue(expires)), hasKey = !parsed.GetValue(noKey) };
            return DoAsync(where, audit, parsed, new Act(sender, "add", "", body, Why(parsed, reason), [$"May send for {string.Join(", ", list.Take(20))}."], parsed.GetValue(to)), cancellation);
        });
        return command;
    }

    private static Command CreateList(WhereOptions where)
    {
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var list = new Command("list", "Each sender: its agencies, its keys by their beginnings and until when they count, and since when it is revoked.") { json };
        list.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            using var answer = await system.GetJsonAsync("ingest", Path, cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(answer!.RootElement.GetRawText());
            else
                Show(answer!.RootElement.GetProperty("senders").Deserialize<IReadOnlyList<Listed>>(JsonSerializerOptions.Web)!);
            return ExitCodes.Done;
        });
        return list;
    }

    private static Command CreateRotate(WhereOptions where, ActAudit audit)
    {
        var (name, expires, to, reason) = (Name(), Expires(), To(), Reason());
        var overlap = new Option<TimeSpan>("--overlap")
        {
            Description = "How long the key before counts beside the new one, 7.00:00:00 for a week; 0 when it has been seen by others.", DefaultValueFactory = _ => TimeSpan.FromDays(7), HelpName = "TIME",
        };
        var command = new Command("rotate", "A new key for a sender; the one before counts on for a while, so that nothing is refused in between.") { name, overlap, expires, to, reason };
        command.SetAction((parsed, cancellation) =>
        {
            var (sender, both) = (parsed.GetRequiredValue(name), parsed.GetValue(overlap));
            var body = new { overlapSeconds = (long)both.TotalSeconds, expiresAt = Moment(parsed.GetValue(expires)) };
            return DoAsync(where, audit, parsed, new Act(sender, "rotate", "/rotate", body, Why(parsed, reason), [$"The key before counts for {both}."], parsed.GetValue(to)), cancellation);
        });
        return command;
    }

    private static Command CreateRevoke(WhereOptions where, ActAudit audit)
    {
        var name = Name();
        var reason = ConsoleAccess.Reason();
        var command = new Command("revoke", "Take a sender's access away, its keys and its certificate's. What it has sent stays.") { name, reason };
        command.SetAction((parsed, cancellation) =>
        {
            var (sender, why) = (parsed.GetRequiredValue(name), parsed.GetRequiredValue(reason));
            return DoAsync(where, audit, parsed, new Act(sender, "revoke", "/revoke", new { why }, why, ["Its keys and its certificate count no more."], null), cancellation);
        });
        return command;
    }

    private static async Task<int> DoAsync(WhereOptions where, ActAudit audit, ParseResult parsed, Act act, CancellationToken cancellation)
    {
        if (act.To is not null && !Directory.Exists(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(act.To))))
            throw new CommandFailure($"--to '{act.To}': there is no folder for it.", "Make the folder first, or name a file in one that is there.", ExitCodes.Usage);
        using var system = where.Find(parsed);
        await audit.RecordAsync(parsed, act.Sender, act.Name, act.Why, "asked for", act.Steps, cancellation);
        var path = act.Name == "add" ? Path : $"{Path}/{Uri.EscapeDataString(act.Sender)}{act.Below}";
        using var response = await system.SendAsync("ingest", path, () => new HttpRequestMessage(HttpMethod.Post, system.Address("ingest", path)) { Content = JsonContent.Create(act.Body) }, cancellation);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation));
        if (!response.IsSuccessStatusCode)
            throw new CommandFailure($"Ingest did not do it: {Shown.Line(answer.RootElement.GetProperty("detail").GetString())}", "Nothing was changed. claims senders list shows who is there.");
        Tell(act, answer.RootElement.TryGetProperty("key", out var key) ? key.GetString() : null);
        await audit.RecordAsync(parsed, act.Sender, act.Name, act.Why, "done", act.Steps, cancellation);
        return ExitCodes.Done;
    }

    private static void Tell(Act act, string? key)
    {
        if (key is null)
        {
            Console.Out.WriteLine($"{act.Sender}: done.");
        }
        else if (act.To is null)
        {
            // Alone on its line, for a program that reads it.
            Console.Out.WriteLine(key);
            Console.Error.WriteLine($"This is the key of {act.Sender}. It is shown once; its sender shows it as  Authorization: Bearer KEY");
        }
        else
        {
            try
            {
                SecretText.Write(act.To, key + "\n");
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new CommandFailure($"The key of {act.Sender} could not be written to {act.To}: {failure.Message}", $"Nobody has it. Make another: claims senders rotate {act.Sender} --overlap 0 --to FILE");
            }

            Console.Out.WriteLine($"The key of {act.Sender} is in {System.IO.Path.GetFullPath(act.To)}, for its owner only.");
        }
    }

    private static void Show(IReadOnlyList<Listed> senders)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in (string[])["sender", "agencies", "keys", "access"])
            table.AddColumn(heading);
        foreach (var sender in senders)
        {
            var keys = sender.Keys.Select(key => $"claims_{key.Id}_…{(key.ExpiresAt is { } ends ? $" until {Shown.Time(ends)}" : "")}");
            table.AddRow(
                Shown.Cell(sender.Name), Shown.Cell(string.Join(", ", sender.Agencies)), Shown.Cell(sender.Keys.Count == 0 ? "none" : string.Join(", ", keys)),
                Shown.Cell(sender.RevokedAt is { } at ? $"revoked {Shown.Time(at)} UTC: {sender.Why}" : "yes"));
        }

        AnsiConsole.Write(table);
    }

    private static Argument<string> Name() => new("NAME") { Description = "The sender's name: small letters, digits and -. Where it shows a certificate, its common name." };

    private static Option<TimeSpan?> Expires() => new("--expires") { Description = "How long the key counts, 365.00:00:00 for a year; until it is rotated when absent.", HelpName = "TIME" };

    private static Option<string?> To() => new("--to") { Description = "Write the key there, for its owner only, instead of showing it.", HelpName = "FILE" };

    private static Option<string?> Reason() => new("--reason") { Description = "Why, for the audit log.", HelpName = "WHY" };

    private static string Why(ParseResult parsed, Option<string?> reason) => parsed.GetValue(reason) is { Length: > 0 } given ? given : DefaultReason;

    private static DateTimeOffset? Moment(TimeSpan? after) => after is { } time ? TimeProvider.System.GetUtcNow() + time : null;

    private sealed record Act(string Sender, string Name, string Below, object Body, string Why, IReadOnlyList<string> Steps, string? To);

    private sealed record Listed(string Name, IReadOnlyList<string> Agencies, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, string? Why, IReadOnlyList<ListedKey> Keys);

    private sealed record ListedKey(string Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);
}
