namespace ClaimsTransfer.Benchmarks.Baseline;

/// <summary>
/// One step of a claim with none of our features: what a message becomes, and what is written about it. The three baselines take the same four steps and differ
/// in how they are carried.
/// </summary>
public abstract class Step<TIn, TOut>
    where TIn : class
    where TOut : class
{
    public abstract string Queue { get; }

    public abstract Guid IdOf(TIn message);

    public abstract Guid ClaimOf(TOut next);

    public abstract TOut Next(TIn message);

    /// <summary>Writes one state.</summary>
    public abstract string Statement { get; }

    public abstract object State(TIn message, TOut next);

    /// <summary>Writes many at once, each parameter an array.</summary>
    public abstract string SetStatement { get; }

    public abstract object States(IReadOnlyList<TIn> messages, IReadOnlyList<TOut> next);
}
