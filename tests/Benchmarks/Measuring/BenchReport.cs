using System.Globalization;
using ClaimsTransfer.Benchmarks.Sides;

namespace ClaimsTransfer.Benchmarks.Measuring;

/// <summary>One side in one round.</summary>
internal sealed record Measured(Side Side, int Claims, TimeSpan Elapsed, CpuTimes Cpu, long Commits)
{
    public IReadOnlyList<Statement> Statements { get; init; } = [];

    public double PerSecond => Claims / Elapsed.TotalSeconds;
}

/// <summary>What the rounds gave. The speed of a machine is its own; the ratio of the two is what can be compared.</summary>
internal sealed class BenchReport(BenchSettings settings)
{
    private readonly List<Measured> _rounds = [];

    public double? Ratio => Median(Side.Ours) is { } ours && Median(Side.Baseline) is { } baseline ? ours / baseline : null;

    public void Add(Measured measured) => _rounds.Add(measured);

    public IReadOnlyList<Measured> Of(Side side) => [.. _rounds.Where(round => round.Side == side)];

    public void PrintRatio(TextWriter to) =>
        to.WriteLine(Ratio is { } ratio ? Text($"ours / baseline: {ratio:0.00} (every claim arrived on both)") : "Every claim arrived.");

    public void Print(TextWriter to)
    {
        to.WriteLine(Text($"\n{settings.Claims:N0} claims a round after a warm-up of {settings.Warmup:N0}, {settings.Municipalities} municipalities, {Environment.ProcessorCount} cores; claims a second from the first publish to the last claim-transferred"));
        to.WriteLine($"\n{"",-16}{string.Concat(settings.Sides.Select(side => $"{side.ToString().ToLowerInvariant(),12}"))}{"ratio",8}");
        for (var round = 0; round < settings.Rounds; round++)
            PrintLine(to, $"round {round + 1}", side => Of(side)[round].PerSecond);
        PrintLine(to, "median", Median);
        to.WriteLine("\nCPU seconds per 1,000 claims, mean of the rounds");
        foreach (var name in _rounds.SelectMany(round => round.Cpu.Seconds.Select(process => process.Key)).Distinct())
            PrintCpu(to, name, round => round.Cpu.Seconds.FirstOrDefault(process => process.Key == name).Value);
        PrintCpu(to, "all", round => round.Cpu.Seconds.Sum(process => process.Value));
        PrintCpu(to, "wall clock", round => round.Elapsed.TotalSeconds);
        to.WriteLine();
        PrintCpu(to, "writes per claim", round => round.Commits / 1000.0);
        foreach (var round in _rounds.Where(round => round.Statements.Count > 0))
            PrintStatements(to, round);
    }

    private static void PrintStatements(TextWriter to, Measured round)
    {
        to.WriteLine($"\n{round.Side}\n{"ms",10}{"calls",8}{"rows",9}  statement");
        foreach (var statement in round.Statements)
        {
            var line = string.Join(' ', statement.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            to.WriteLine(Text($"{statement.Milliseconds,10:0}{statement.Calls,8}{statement.Rows,9}  {(line.Length > 130 ? line[..130] : line)}"));
        }
    }

    private double? Median(Side side)
    {
        var sorted = Of(side).Select(round => round.PerSecond).Order().ToList();
        return sorted.Count == 0 ? null : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private void PrintLine(TextWriter to, string name, Func<Side, double?> perSecond)
    {
        var figures = settings.Sides.ToDictionary(side => side, perSecond);
        var ratio = figures.GetValueOrDefault(Side.Ours) / figures.GetValueOrDefault(Side.Baseline);
        to.WriteLine(Text($"{name,-16}{string.Concat(settings.Sides.Select(side => Text($"{figures[side],12:N0}")))}{ratio,8:0.00}"));
    }

    private void PrintCpu(TextWriter to, string name, Func<Measured, double> seconds) =>
        to.WriteLine(Text($"{name,-16}{string.Concat(settings.Sides.Select(side => Text($"{1000 * Of(side).Average(round => seconds(round) / round.Claims),12:0.000}")))}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
