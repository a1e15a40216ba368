using System.CommandLine;
using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Failures;

/// <summary><c>claims failures archive|restore|purge</c>: puts messages aside, takes them back, and removes what is done with.</summary>
internal static class MoveMessages
{
    public static Command Create(WhereOptions where, ConsoleAccess access, string action, string description, string done)
    {
        var filter = new FailureFilter();
        var reason = ConsoleAccess.Reason();
        var json = new Option<bool>("--json") { Description = "How many, as JSON." };
        var command = new Command(action, description) { reason, json };
        filter.AddChoiceTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var console = access.Open(system, parsed);
            var moved = await console.PostAsync<Moved>($"/letters/{action}", new { filter = filter.Chosen(parsed), why = parsed.GetRequiredValue(reason) }, cancellation);
            Console.Out.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(moved, ReportCommand.Json) : $"{moved.Letters:N0} messages are {done}.");
            return ExitCodes.Done;
        });
        return command;
    }

    private sealed record Moved(long Letters);
}
