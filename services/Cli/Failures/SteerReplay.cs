using System.CommandLine;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Failures;

/// <summary><c>claims failures pause|resume|cancel REPLAYID</c>.</summary>
internal static class SteerReplay
{
    public static Command Create(WhereOptions where, ConsoleAccess access, string action, string description)
    {
        var which = new Argument<Guid>("REPLAYID") { Description = "As claims failures replays shows it." };
        var reason = ConsoleAccess.Reason();
        var json = new Option<bool>("--json") { Description = "How far it has come as JSON." };
        var command = new Command(action, description) { which, reason, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var console = access.Open(system, parsed);
            var replayId = parsed.GetRequiredValue(which);
            await console.PostAsync<Replay>($"/replays/{replayId}/{action}", new { why = parsed.GetRequiredValue(reason) }, cancellation);
            var progress = await console.GetAsync<ReplayProgress>($"/replays/{replayId}", cancellation)
                ?? throw new CommandFailure($"There is no replay {replayId}.", "All there are: claims failures replays");
            RunReplay.Tell(progress, parsed.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }
}
