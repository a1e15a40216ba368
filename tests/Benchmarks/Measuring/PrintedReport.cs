using System.Globalization;

namespace ClaimsTransfer.Benchmarks.Measuring;

/// <summary>The report as a table.</summary>
internal sealed class PrintedReport(BenchReport report, TextWriter to)
{
    private readonly IReadOnlyList<Side> _sides = report.Settings.Sides;

    public void Print()
    {
        var settings = report.Settings;
        to.WriteLine(Text($"\n{settings.Claims:N0} claims a round after a warm-up of {settings.Warmup:N0}, {settings.Municipalities} municipalities, {Environment.ProcessorCount} cores\n"));
        Line("claims a second", side => side.ToString());
        foreach (var round in report.Rounds.Select(measured => measured.Round).Distinct())
            Line($"round {round}", side => Text($"{report.Of(side)[round - 1].PerSecond:N0}"));
        Line("median", side => Text($"{report.Median(side, round => round.PerSecond):N0}"));
        Line("spread", side => Text($"{report.Spread(side):P0}"));
        Line("others' CPU", side => Text($"{report.Of(side).Max(round => round.Noise.Others):P0}"));
        Line("stolen CPU", side => Text($"{report.Of(side).Max(round => round.Noise.Stolen):P0}"));
        to.WriteLine("\nCPU seconds for 1,000 claims, medians");
        foreach (var process in report.Processes)
            Line(process, side => report.Of(side)[0].Cpu.Has(process) ? Text($"{report.Median(side, round => round.CpuPerThousand(process)):0.000}") : "");
        Line("all", side => Text($"{report.Median(side, round => 1000 * round.Cpu.All / round.Claims):0.000}"));
        Line("wall clock", side => Text($"{report.Median(side, round => 1000 / round.PerSecond):0.000}"));
        Line("writes a claim", side => Text($"{report.Median(side, round => (double)round.Commits / round.Claims):0.000}"));
        PrintRatios();
        foreach (var verdict in Target.All.Select(target => target.Verdict(report)).OfType<string>())
            to.WriteLine(verdict);
        PrintDoubts();
        foreach (var round in report.Rounds.Where(round => round.Statements.Count > 0))
            PrintStatements(round);
    }

    public void PrintRatios()
    {
        to.WriteLine("\nratios, the line's side to the column's: medians of the rounds");
        Line("", side => side.ToString());
        foreach (var of in _sides)
            Line(of.ToString(), side => Text($"{report.RatioOf(of, side)!.Median:0.00}"));
        to.WriteLine();
    }

    private void PrintDoubts()
    {
        if (report.Doubts.Count == 0)
        {
            to.WriteLine("The machine was quiet enough: these figures can be compared.");
            return;
        }
        to.WriteLine("TOO NOISY TO TELL. Take none of these figures for a result:");
        foreach (var doubt in report.Doubts)
            to.WriteLine($"- {doubt}");
    }

    private void PrintStatements(Measured round)
    {
        to.WriteLine($"\n{round.Side}\n{"ms",10}{"calls",8}{"rows",9}  statement");
        foreach (var statement in round.Statements)
        {
            var line = string.Join(' ', statement.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            to.WriteLine(Text($"{statement.Milliseconds,10:0}{statement.Calls,8}{statement.Rows,9}  {(line.Length > 130 ? line[..130] : line)}"));
        }
    }

    private void Line(string name, Func<Side, string> cell) => to.WriteLine($"{name,-18}{string.Concat(_sides.Select(side => $"{cell(side),15}"))}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
