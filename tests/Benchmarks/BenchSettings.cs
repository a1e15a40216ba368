namespace ClaimsTransfer.Benchmarks;

/// <summary>What carries the claims in a round.</summary>
public enum Side
{
    /// <summary>Ours as shipped: MassTransit under our batches.</summary>
    OnMassTransit,

    /// <summary>Ours with <c>Claims:Transport=Native</c>.</summary>
    OnNative,

    /// <summary>MassTransit consumers without our features, one transaction a message.</summary>
    PerMessage,

    /// <summary>MassTransit's <c>Batch&lt;T&gt;</c> without our features, one transaction a batch.</summary>
    PerBatch,

    /// <summary>The ceiling: RabbitMQ.Client and batched SQL by hand, the same four messages without our features.</summary>
    Raw,

    /// <summary>Ours as an earlier commit built it, with the settings it was shipped with.</summary>
    Before,
}

/// <summary>What is measured.</summary>
/// <param name="Claims">Measured in a round, on each side.</param>
/// <param name="Warmup">Carried before them and not counted: a cold process needs twice the CPU.</param>
/// <param name="Municipalities">Over so many the claims are spread.</param>
/// <param name="Data">Where the servers and services of a round keep what they have, and their logs; what a round made goes with it.</param>
public sealed record BenchSettings(int Claims, int Warmup, int Rounds, int Municipalities, IReadOnlyList<Side> Sides, string Data)
{
    /// <summary>The folder of the earlier build's programs, for <see cref="Side.Before"/>.</summary>
    public string? Before { get; init; }

    /// <summary>A few hundred claims, to see that the sides still complete.</summary>
    public static BenchSettings Smoke(IReadOnlyList<Side> sides, string data) => new(Claims: 300, Warmup: 100, Rounds: 1, Municipalities: 3, sides, data);

    /// <summary>Whether the database counts its statements, which costs it a little.</summary>
    public bool Statements { get; init; }

    /// <summary>When nothing arrives for so long, something is broken.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);
}
