namespace ClaimsTransfer.Benchmarks;

/// <summary>Which of the two is measured.</summary>
public enum Side { Ours, Baseline }

/// <summary>What is measured.</summary>
/// <param name="Claims">Measured in a round, on each side.</param>
/// <param name="Warmup">Carried before them and not counted: a cold process needs twice the CPU.</param>
/// <param name="Municipalities">Over so many the claims are spread.</param>
/// <param name="Data">Where the servers and services of a round keep what they have, and their logs; what a round made goes with it.</param>
public sealed record BenchSettings(int Claims, int Warmup, int Rounds, int Municipalities, IReadOnlyList<Side> Sides, string Data)
{
    /// <summary>Whether the database counts its statements, which costs it a little.</summary>
    public bool Statements { get; init; }

    /// <summary>When nothing arrives for so long, something is broken.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);
}
