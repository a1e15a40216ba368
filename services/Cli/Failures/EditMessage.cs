using System.CommandLine;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Failures;

/// <summary><c>claims failures edit LETTERID --body FILE</c>: sends a correction in a message's place.</summary>
internal static class EditMessage
{
    public static Command Create(WhereOptions where, ConsoleAccess access)
    {
        var which = new Argument<Guid>("LETTERID") { Description = "The message." };
        var body = new Option<string>("--body")
        {
            Description = "A file with the whole message as it should be, - for standard input. Start from: claims failures show LETTERID --body. A masked value stays what it is.", Required = true, HelpName = "FILE",
        };
        var reason = ConsoleAccess.Reason();
        var wait = new Option<bool>("--wait") { Description = "Follow the correction to its outcome." };
        var json = new Option<bool>("--json") { Description = "What came of it as JSON." };
        var command = new Command("edit", "Correct a message and send the correction; the original is kept, and cannot be replayed any more.") { which, body, reason, wait, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var content = await ReadAsync(parsed.GetRequiredValue(body), cancellation);
            using var system = where.Find(parsed);
            var console = access.Open(system, parsed);
            var replay = await console.PostAsync<Replay>($"/letters/{parsed.GetRequiredValue(which)}/edit", new { body = content, why = parsed.GetRequiredValue(reason) }, cancellation);
            var progress = parsed.GetValue(wait)
                ? await new FollowedReplay(console, replay.ReplayId, TimeProvider.System).EndedAsync(cancellation)
                : await console.GetAsync<ReplayProgress>($"/replays/{replay.ReplayId}", cancellation) ?? throw new CommandFailure($"There is no replay {replay.ReplayId}.", "All there are: claims failures replays");
            RunReplay.Tell(progress, parsed.GetValue(json));
            return progress.ExitCode;
        });
        return command;
    }

    private static async Task<string> ReadAsync(string path, CancellationToken cancellation)
    {
        if (path == "-")
            return await Console.In.ReadToEndAsync(cancellation);
        try
        {
            return await File.ReadAllTextAsync(path, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"The body in '{path}' could not be read: {failure.Message}", "Give a file with the whole message, or - for standard input.", ExitCodes.Usage);
        }
    }
}
