using ClaimsTransfer.Benchmarks.Sides;

namespace ClaimsTransfer.Benchmarks.Measuring;

/// <summary>One side in one round.</summary>
internal sealed record Measured(int Round, Side Side, int Claims, TimeSpan Elapsed, CpuTimes Cpu, long Commits)
{
    public required Noise Noise { get; init; }

    /// <summary>What was told again: allowed, but only where something was lost on the way.</summary>
    public int Repeated { get; init; }

    public IReadOnlyList<Statement> Statements { get; init; } = [];

    public double PerSecond => Claims / Elapsed.TotalSeconds;

    /// <summary>CPU seconds for 1,000 claims.</summary>
    public double CpuPerThousand(string process) => 1000 * Cpu.Seconds.Where(of => of.Key == process).Sum(of => of.Value) / Claims;
}

/// <summary>How many times as fast one side was as another, by the rounds: of each round its own, so that a machine that gets slower distorts none.</summary>
internal sealed record Ratio(Side Of, Side To, double Median, double Lowest, double Highest)
{
    public override string ToString() => FormattableString.Invariant($"{Of} / {To} = {Median:0.00} (rounds {Lowest:0.00} to {Highest:0.00})");
}

/// <summary>What the rounds gave. The speed of a machine is its own; the ratios are what can be compared.</summary>
internal sealed class BenchReport(BenchSettings settings)
{
    /// <summary>A side whose rounds lie further apart than this part of their median was disturbed.</summary>
    public const double WidestSpread = 0.15;

    /// <summary>Of fewer rounds a median says little.</summary>
    public const int FewestRounds = 5;

    private readonly List<Measured> _rounds = [];

    public BenchSettings Settings => settings;

    public IReadOnlyList<Measured> Rounds => _rounds;

    public IReadOnlyList<string> Processes => [.. _rounds.SelectMany(round => round.Cpu.Seconds.Select(process => process.Key)).Distinct()];

    public void Add(Measured measured) => _rounds.Add(measured);

    public IReadOnlyList<Measured> Of(Side side) => [.. _rounds.Where(round => round.Side == side)];

    public double Median(Side side, Func<Measured, double> figure) => Median(Of(side).Select(figure));

    /// <summary>From the slowest round of a side to its fastest, as a part of the median.</summary>
    public double Spread(Side side) =>
        (Of(side).Max(round => round.PerSecond) - Of(side).Min(round => round.PerSecond)) / Median(side, round => round.PerSecond);

    /// <returns>Null unless both were measured.</returns>
    public Ratio? RatioOf(Side of, Side to)
    {
        var rounds = Of(of).Zip(Of(to), (one, other) => one.PerSecond / other.PerSecond).ToList();
        return rounds.Count == 0 ? null : new Ratio(of, to, Median(rounds), rounds.Min(), rounds.Max());
    }

    /// <summary>Why nothing can be told from these figures; empty when the machine was quiet enough.</summary>
    public IReadOnlyList<string> Doubts =>
    [
        .. settings.Rounds < FewestRounds ? [$"rounds: {settings.Rounds} (at least {FewestRounds})"] : Array.Empty<string>(),
        .. _rounds.Where(round => !round.Noise.IsQuiet).Select(round => FormattableString.Invariant(
            $"round {round.Round}, {round.Side}: other processes took {round.Noise.Others:P0} of the machine (at most {Noise.MostOthers:P0}), its host {round.Noise.Stolen:P0} (at most {Noise.MostStolen:P0})")),
        .. _rounds.Where(round => round.Repeated > 0).Select(round => $"round {round.Round}, {round.Side}: {round.Repeated} claims were told twice"),
        .. settings.Sides.Where(side => Spread(side) > WidestSpread).Select(side => FormattableString.Invariant(
            $"{side}: its rounds lie {Spread(side):P0} of their median apart (at most {WidestSpread:P0})")),
    ];

    private static double Median(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
