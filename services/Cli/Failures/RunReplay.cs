using System.CommandLine;
using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Failures;

/// <summary><c>claims failures replay</c>: freeze, preview, confirm, start, follow.</summary>
internal static class RunReplay
{
    public static Command Create(WhereOptions where, ConsoleAccess access)
    {
        var filter = new FailureFilter();
        var reason = ConsoleAccess.Reason();
        var replay = new Option<Guid?>("--replay") { Description = "One that was previewed; or, with --wait, one that runs.", HelpName = "REPLAYID" };
        var rate = new Option<int?>("--rate") { Description = "Messages a second at most; 500 when absent.", HelpName = "NUMBER" };
        var stopAt = new Option<int?>("--stop-at") { Description = "Stop by itself when more than this share fails again; 10 when absent.", HelpName = "PERCENT" };
        var wait = new Option<bool>("--wait") { Description = "Follow it to the end. Ends with 0 when every message has its outcome and none failed, with 5 otherwise." };
        var yes = new Option<bool>("--yes") { Description = "Start without asking." };
        var json = new Option<bool>("--json") { Description = "What came of it as JSON." };
        var command = new Command("replay", "Send failed messages again: one, then ten, a hundred, all. Effects that a message had already are not had twice.") { reason, replay, rate, stopAt, wait, yes, json };
        filter.AddChoiceTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!parsed.GetValue(yes) && !Shown.CanAsk)
                throw new CommandFailure("A replay is confirmed first, and there is no terminal to ask.", "Look at it with: claims failures preview … --reason …, and give --yes when it is to start.", ExitCodes.Usage);
            if (parsed.GetValue(replay) is not null && (filter.IsGiven(parsed) || parsed.GetValue(rate) is not null || parsed.GetValue(stopAt) is not null))
                throw new CommandFailure("--replay names a set that is frozen already, with its limits.", "Give --replay alone, or say which messages.", ExitCodes.Usage);
            using var system = where.Find(parsed);
            var console = access.Open(system, parsed);
            var why = parsed.GetRequiredValue(reason);
            var (asJson, follows) = (parsed.GetValue(json), parsed.GetValue(wait));

            var replayId = parsed.GetValue(replay) ?? (await console.PostAsync<Replay>(
                "/replays", new { filter = filter.Chosen(parsed), why, ratePerSecond = parsed.GetValue(rate), mostFailedPercent = parsed.GetValue(stopAt) }, cancellation)).ReplayId;
            var followed = new FollowedReplay(console, replayId, TimeProvider.System);
            var progress = await followed.PreviewedAsync(cancellation);
            if (progress.Replay is { Total: 0, Status: Replay.Ready })
                return await NothingAsync(console, progress, why, asJson, cancellation);
            if (progress.Replay.Status == Replay.Ready)
            {
                PreviewReplay.Show(asJson ? Shown.Aside : AnsiConsole.Console, progress);
                if (!parsed.GetValue(yes) && !Shown.Ask($"Send {progress.Replay.Total:N0} messages again?"))
                    throw new CommandFailure("Nothing was sent.", $"The set stays frozen: claims failures replay --replay {replayId} …, or claims failures cancel {replayId} --reason …");
                progress = await followed.StartedAsync(why, cancellation);
            }

            if (follows)
                progress = await followed.EndedAsync(cancellation);
            Tell(progress, asJson);
            return progress.ExitCode;
        });
        return command;
    }

    /// <summary>What came of it, so far or in the end.</summary>
    public static void Tell(ReplayProgress progress, bool asJson)
    {
        var replay = progress.Replay;
        if (asJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(progress.ForPrograms(), ReportCommand.Json));
            return;
        }

        Console.Out.WriteLine($"Replay {replay.ReplayId}: {InWords(replay.Status)}. {Shown.Line(replay.Remark is { } remark ? Shown.Notes.Say(remark) : "")}".TrimEnd());
        Console.Out.WriteLine(
            $"{progress.Known:N0} of {replay.Total:N0} messages have their outcome, {progress.Failed:N0} of them failed; {progress.UnderWay:N0} are under way, {progress.Left:N0} not sent yet, {progress.Skipped:N0} left out.");
        foreach (var (outcome, count) in progress.Outcomes.OrderByDescending(outcome => outcome.Value))
            Console.Out.WriteLine($"  {count,10:N0}  {Shown.Line(outcome)}");
        if (Next(replay) is { } next)
            Console.Out.WriteLine(next);
    }

    /// <summary>An empty set is of no use to anybody: it is not left standing.</summary>
    private static async Task<int> NothingAsync(ConsoleApi console, ReplayProgress progress, string why, bool asJson, CancellationToken cancellation)
    {
        var cancelled = await console.PostAsync<Replay>($"/replays/{progress.Replay.ReplayId}/cancel", new { why }, cancellation);
        if (asJson)
            Tell(progress with { Replay = cancelled }, asJson);
        else
            PreviewReplay.Show(AnsiConsole.Console, progress);
        return ExitCodes.Done;
    }

    private static string InWords(string status) => status == Replay.AwaitingApproval ? "another person has to approve it" : status;

    private static string? Next(Replay replay) => replay.Status switch
    {
        Replay.Running => $"Follow it with: claims failures replay --replay {replay.ReplayId} --wait --yes --reason …",
        Replay.AwaitingApproval => $"Two people who sign in to the console stand for it; they approve it there: /console/replays/{replay.ReplayId}",
        "Paused" or "Stopped" => $"Look at what failed, then: claims failures resume {replay.ReplayId} --reason …, or cancel",
        _ => null,
    };
}
