using System.Diagnostics;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Journeys.Running;

/// <summary>Waits for conditions, with deadlines.</summary>
internal static class Wait
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public static async Task ForAsync(string what, Func<Task<bool>> condition, TimeSpan within, Command? command = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > within)
                Assert.Fail($"Within {within} it did not come to this: {what}. It said:\n{command?.Said}");
            if (command is { HasExited: true })
                Assert.Fail($"The command ended before this: {what}. It said:\n{command.Said}");
            await Task.Delay(Look);
        }
    }

    /// <summary>The running system of a data folder, once it answers.</summary>
    public static async Task<RunningSystem> ForSystemAsync(string data, Command command)
    {
        await ForAsync("the system runs", () => Task.FromResult(command.Said.Contains("Running on", StringComparison.Ordinal) && Endpoints.TryRead(data) is not null), TimeSpan.FromMinutes(4), command);
        return RunningSystem.In(data);
    }

    /// <summary>Waits until the report, which costs little to read, is as it should be.</summary>
    public static async Task<BooksReport> ForReportAsync(RunningSystem system, string what, Func<BooksReport, bool> condition, TimeSpan within, Command? command = null, bool live = true)
    {
        var reader = new ReportReader(system, TimeProvider.System);
        BooksReport? report = null;
        await ForAsync(what, async () =>
        {
            try
            {
                report = await reader.ReadAsync(live, CancellationToken.None);
            }
            catch (CommandFailure)
            {
                // A service that is being started again: asked again.
                return false;
            }
            return condition(report);
        }, within, command);
        return report!;
    }
}
