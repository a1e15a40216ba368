using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Standalone.Live;

/// <summary>How the claims of every municipality stand, once a second in a terminal; a line every few seconds, while something moves, where the output is a file or a pipe.</summary>
public sealed class LiveView(RunningSystem system, TimeProvider time)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PlainTick = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan QuietTick = TimeSpan.FromMinutes(1);
    private readonly ReportReader _reader = new(system, time);
    private readonly Rates _rates = new(time);
    private (Figures? Total, DateTimeOffset At) _printed;
    private BooksReport? _last;
    private bool _complained;

    /// <summary>How it stood when it was last looked at, for the end of a run that is stopped; null before the first look.</summary>
    public string? Standing => _last is null
        ? null
        : $"{_last.Total.Accepted:N0} claims accepted, {_last.Total.InFlight:N0} in flight, {_last.Total.Transferred:N0} transferred, {_last.Total.Settled:N0} settled, {_last.Total.Refused:N0} lines refused";

    public async Task ShowAsync(RunSettings settings, CancellationToken cancellation)
    {
        var terminal = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive;
        Console.Out.WriteLine(Whereabouts.Of(system.Endpoints, settings));
        try
        {
            if (terminal)
            {
                await ShowTableAsync(cancellation);
            }
            else
            {
                await RepeatAsync(PlainTick, Print, static () => false, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The run is over: nothing more to show.
            return;
        }
    }

    private async Task ShowTableAsync(CancellationToken cancellation)
    {
        var table = new LiveTable(_rates, time);
        while (true)
        {
            // A live display remembers its lines: in a window of another size it begins anew.
            var size = (AnsiConsole.Profile.Width, AnsiConsole.Profile.Height);
            await AnsiConsole.Live(new Text("…")).Overflow(VerticalOverflow.Crop).StartAsync(context => RepeatAsync(
                Tick, report => context.UpdateTarget(table.Draw(report, size.Width, size.Height)), () => size != (AnsiConsole.Profile.Width, AnsiConsole.Profile.Height), cancellation));
            AnsiConsole.Clear();
        }
    }

    private async Task RepeatAsync(TimeSpan tick, Action<BooksReport> show, Func<bool> isOver, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(tick, time);
        do
        {
            try
            {
                _last = await _reader.ReadAsync(live: true, cancellation);
                _rates.Take(_last);
                show(_last);
            }
            catch (CommandFailure)
            {
                // A service that is being started again is looked at again at the next tick.
                continue;
            }
            catch (Exception failure) when (!cancellation.IsCancellationRequested)
            {
                // Not showing is no reason not to run; said once, not every second.
                if (!_complained)
                    await Console.Error.WriteLineAsync($"What is shown could not be brought up to date and may be old: {failure.GetType().Name}: {failure.Message}");
                _complained = true;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation) && !isOver());
    }

    /// <summary>While nothing moves, a line a minute says that it still runs.</summary>
    private void Print(BooksReport report)
    {
        if (report.Total == _printed.Total && time.GetUtcNow() - _printed.At < QuietTick)
            return;
        _printed = (report.Total, time.GetUtcNow());
        foreach (var (code, f) in report.Municipalities.Where(entry => _rates.Moved(entry.Key)))
            Console.Out.WriteLine(Line(code, f, _rates.Of(code)));
        Console.Out.WriteLine(Line("total", report.Total, _rates.Of("total")));
    }

    private string Line(string name, Figures f, double rate) =>
        $"{time.GetUtcNow():HH:mm:ss} {name,-5} accepted {f.Accepted,7} | in flight {f.InFlight,6} | transferred {f.Transferred,7} | rejected {f.Rejected,5} | held {f.Held,5} | refused {f.Refused,5} | settled {f.Settled,6} | paid kr. {(f.CoveredOre - f.ReversedOre) / 100m,11:0.00} | {rate,6:0.0}/s";
}
