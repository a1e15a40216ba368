namespace ClaimsTransfer.Benchmarks.Measuring;

/// <summary>What is to be reached: one side at least so many times as fast as another.</summary>
internal sealed record Target(Side Of, Side To, double AtLeast)
{
    public static IReadOnlyList<Target> All { get; } = [new(Side.OnMassTransit, Side.OnNative, 0.85), new(Side.OnNative, Side.Before, 1)];

    /// <returns>Null unless both sides were measured.</returns>
    public string? Verdict(BenchReport report) => report.RatioOf(Of, To) is not { } ratio ? null : FormattableString.Invariant($"{ratio}, to reach {AtLeast:0.00}: ") + (
        report.Doubts.Count > 0 ? "cannot be told"
        : ratio.Median >= AtLeast ? "reached"
        : ratio.Highest >= AtLeast ? "short of it, with rounds on both sides"
        : "not reached");
}
