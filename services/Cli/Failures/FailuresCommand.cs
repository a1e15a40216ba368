using System.CommandLine;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Failures;

/// <summary><c>claims failures …</c>: what failed, why, and putting it right.</summary>
public static class FailuresCommand
{
    public static Command Create(WhereOptions where)
    {
        var access = new ConsoleAccess(where);
        var command = new Command("failures", "Messages that could not be handled: what failed, why, and putting it right.")
        {
            ListFailures.Create(where, access),
            ShowFailure.Create(where, access),
            PreviewReplay.Create(where, access),
            RunReplay.Create(where, access),
            ListReplays.Create(where, access),
            SteerReplay.Create(where, access, "pause", "Send no more of a replay for now; what was sent is followed to its outcome."),
            SteerReplay.Create(where, access, "resume", "Go on with a replay that paused or stopped."),
            SteerReplay.Create(where, access, "cancel", "Send no more of a replay; what was not sent waits as before."),
            EditMessage.Create(where, access),
            MoveMessages.Create(where, access, "archive", "Put messages aside that nothing is to be done about.", "archived"),
            MoveMessages.Create(where, access, "restore", "Take archived messages back.", "restored"),
            MoveMessages.Create(
                where, access, "purge", "Remove the bodies of archived and replayed messages for good, for the room they take of their vendor's.", "purged"),
        };
        access.AddTo(command);
        return command;
    }
}
