using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Failures;

/// <summary>Follows a replay from the terminal. It runs on the server: a console that is started again in the middle is asked again.</summary>
internal sealed class FollowedReplay(ConsoleApi console, Guid replayId, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan PlainLineEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Until every message is looked at, and what it would do is known.</summary>
    public Task<ReplayProgress> PreviewedAsync(CancellationToken cancellation) => UntilAsync(
        "preview", progress => progress.Replay.Status != Replay.Previewing, progress => (progress.Forecasted, $"{progress.Forecasted:N0} of {progress.Replay.Total:N0} looked at"), cancellation);

    /// <summary>Until it is at rest.</summary>
    public async Task<ReplayProgress> EndedAsync(CancellationToken cancellation)
    {
        try
        {
            return await UntilAsync("replay", progress => progress.IsAtRest, progress => (progress.Known + progress.Skipped, Words(progress)), cancellation);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"The replay runs on without you; follow it with: claims failures replay --replay {replayId} --wait --reason …");
            throw;
        }
    }

    /// <summary>Starts it. An answer that was lost with the console is no reason to start it twice: it is looked first.</summary>
    public async Task<ReplayProgress> StartedAsync(string why, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await console.PostAsync<Replay>($"/replays/{replayId}/start", new { why }, cancellation);
                return await AskAsync(Shown.Aside.WriteLine, cancellation);
            }
            catch (ConsoleAway)
            {
                if (await AskAsync(Shown.Aside.WriteLine, cancellation) is { Replay.Status: not Replay.Ready } progress)
                    return progress;
            }
        }
    }

    private static string Words(ReplayProgress progress)
    {
        var outcomes = progress.Outcomes.OrderByDescending(outcome => outcome.Value).Select(outcome => $"{outcome.Key} {outcome.Value:N0}");
        var share = progress.Known == 0 ? 0 : 100m * progress.Failed / progress.Known;
        return string.Join(" · ", [$"{progress.Replay.Status} stage {progress.Replay.Stage} of 4", $"{progress.Known:N0} of {progress.Replay.Total:N0} known", .. outcomes, $"failed {share:0.#} %"]);
    }

    private async Task<ReplayProgress> UntilAsync(
        string what, Func<ReplayProgress, bool> isThere, Func<ReplayProgress, (long Done, string Words)> tell, CancellationToken cancellation)
    {
        var terminal = Shown.Aside;
        if (!terminal.Profile.Capabilities.Interactive)
            return await InLinesAsync(isThere, tell, cancellation);
        return await terminal.Progress().AutoClear(true).Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }).StartAsync(async bars =>
        {
            var bar = bars.AddTask(what);
            while (true)
            {
                var progress = await AskAsync(terminal.WriteLine, cancellation);
                var (done, words) = tell(progress);
                bar.MaxValue = Math.Max(1, progress.Replay.Total);
                bar.Value = done;
                bar.Description = Markup.Escape(Shown.Line(words));
                if (isThere(progress))
                    return progress;
                await Task.Delay(Every, time, cancellation);
            }
        });
    }

    /// <summary>Where nobody watches a bar: a line when something changes, and not too many.</summary>
    private async Task<ReplayProgress> InLinesAsync(Func<ReplayProgress, bool> isThere, Func<ReplayProgress, (long Done, string Words)> tell, CancellationToken cancellation)
    {
        var (said, saidAt, stage) = ("", 0L, "");
        while (true)
        {
            var progress = await AskAsync(Console.Error.WriteLine, cancellation);
            var (words, now) = (Shown.Line(tell(progress).Words), $"{progress.Replay.Status} {progress.Replay.Stage}");
            if (words != said && (now != stage || isThere(progress) || time.GetElapsedTime(saidAt) >= PlainLineEvery))
            {
                await Console.Error.WriteLineAsync(words);
                (said, saidAt, stage) = (words, time.GetTimestamp(), now);
            }

            if (isThere(progress))
                return progress;
            await Task.Delay(Every, time, cancellation);
        }
    }

    private async Task<ReplayProgress> AskAsync(Action<string> say, CancellationToken cancellation)
    {
        long? awaySince = null;
        while (true)
        {
            try
            {
                var progress = await console.GetAsync<ReplayProgress>($"/replays/{replayId}", cancellation)
                    ?? throw new CommandFailure($"There is no replay {replayId}.", "All there are: claims failures replays");
                if (awaySince is not null)
                    say("The console answers again.");
                return progress;
            }
            catch (ConsoleAway away)
            {
                if (awaySince is null)
                    say($"{away.Tried} The replay runs on the server; it is asked again for up to {Patience.TotalMinutes:0} minutes.");
                awaySince ??= time.GetTimestamp();
                if (time.GetElapsedTime(awaySince.Value) > Patience)
                    throw new CommandFailure(
                        $"{away.Tried} It has not answered for {Patience.TotalMinutes:0} minutes.", $"What was sent is not lost. When it is back: claims failures replay --replay {replayId} --wait --reason …");
                await Task.Delay(Every, time, cancellation);
            }
        }
    }
}
