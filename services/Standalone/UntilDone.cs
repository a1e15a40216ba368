using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Standalone;

/// <summary>Waits until nothing is in flight: twice in a row, since a message may be on its way between two services at the first look.</summary>
public sealed class UntilDone(ReportReader reader, TimeProvider time, TimeSpan stalledAfter)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task<(BooksReport Report, bool Stalled)> WaitAsync(CancellationToken cancellation)
    {
        BooksReport? last = null;
        var moved = time.GetTimestamp();
        while (true)
        {
            var report = await ReadAsync(cancellation);
            if (report is not null)
            {
                var same = last is not null && report.Total == last.Total;
                if (report.AtRest && same && last!.AtRest)
                    return (report, Stalled: false);
                if (!same)
                    moved = time.GetTimestamp();
                else if (time.GetElapsedTime(moved) > stalledAfter)
                    return (report, Stalled: true);
                last = report;
            }
            await Task.Delay(Pause, time, cancellation);
        }
    }

    private async Task<BooksReport?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadAsync(live: false, cancellation);
        }
        catch (CommandFailure)
        {
            // A service that is started again answers the next look.
            return null;
        }
    }
}
