using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ClaimsTransfer.Standalone.Live;

/// <summary>How the claims of every municipality stand, once a second in a terminal; a line every few seconds where the output is a file or a pipe.</summary>
public sealed class LiveView(RunningSystem system, TimeProvider time)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PlainTick = TimeSpan.FromSeconds(5);
    private readonly ReportReader _reader = new(system, time);
    private readonly Rates _rates = new(time);

    public async Task ShowAsync(RunSettings settings, CancellationToken cancellation)
    {
        var terminal = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive;
        Console.Out.WriteLine($"Running on {settings.Data}. {string.Join("  ", system.Endpoints.Services.Select(service => service.Url).Distinct())}");
        Console.Out.WriteLine(settings.UntilDone ? "Until nothing is in flight; Ctrl-C stops before." : "Ctrl-C stops.");
        try
        {
            if (terminal)
                await AnsiConsole.Live(new Text("…")).StartAsync(context => RepeatAsync(Tick, report => context.UpdateTarget(Draw(report)), cancellation));
            else
                await RepeatAsync(PlainTick, Print, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The run is over: nothing more to show.
            return;
        }
    }

    private async Task RepeatAsync(TimeSpan tick, Action<BooksReport> show, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(tick, time);
        do
        {
            try
            {
                var report = await _reader.ReadAsync(live: true, cancellation);
                _rates.Take(report);
                show(report);
            }
            catch (CommandFailure)
            {
                // A service that is being started again is looked at again at the next tick.
                continue;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private void Print(BooksReport report)
    {
        foreach (var (code, f) in report.Municipalities.Where(entry => _rates.Moved(entry.Key)))
            Console.Out.WriteLine(Line(code, f, _rates.Of(code)));
        Console.Out.WriteLine(Line("total", report.Total, _rates.Of("total")));
    }

    private string Line(string name, Figures f, double rate) =>
        $"{time.GetUtcNow():HH:mm:ss} {name,-5} accepted {f.Accepted,7} | in flight {f.InFlight,6} | transferred {f.Transferred,7} | rejected {f.Rejected,5} | held {f.Held,5} | refused {f.Refused,5} | {rate,6:0.0}/s";

    private IRenderable Draw(BooksReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).Title($"Claims on their way · {time.GetUtcNow():HH:mm:ss} UTC · Ctrl-C stops");
        table.AddColumn("municipality");
        foreach (var heading in (string[])["accepted", "in flight", "transferred", "rejected", "held", "refused", "other", "claims/s"])
            table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var (code, figures) in report.Municipalities.Where(entry => entry.Value.Lines > 0))
            table.AddRow(Row(code, figures, _rates.Of(code)));
        table.AddEmptyRow();
        table.AddRow(Row("[bold]total[/]", report.Total, _rates.Of("total")));
        if (!report.Identities.Hold)
            table.Caption($"[red]{Markup.Escape(string.Join(" ", report.Failures))}[/]");
        return table;
    }

    private static string[] Row(string name, Figures f, double rate) =>
    [
        name, $"{f.Accepted:N0}", f.InFlight == 0 ? "·" : $"[yellow]{f.InFlight:N0}[/]", $"[green]{f.Transferred:N0}[/]", Red(f.Rejected), Count(f.Held), Red(f.Refused),
        Count(f.OutOfScope + f.Cancelled + f.Unknown + f.DeadLettered), $"{rate:0.0}",
    ];

    private static string Count(long count) => count == 0 ? "·" : $"{count:N0}";

    private static string Red(long count) => count == 0 ? "·" : $"[red]{count:N0}[/]";
}
