namespace ClaimsTransfer.ConformanceKit.Checks;

/// <summary>What a group of checks is about. A connector is trusted with money when it passes all five.</summary>
public enum Level
{
    /// <summary>Register, acknowledge, reject, references, idempotency.</summary>
    Core,

    /// <summary>Adjust, cancel, change the liable party, order per claim.</summary>
    Change,

    /// <summary>Coverage, reversal, write-off, repeats, cut files.</summary>
    Money,

    /// <summary>Dropped replies, silence, slowness, restarts, poison, masses.</summary>
    Trouble,

    /// <summary>No CPR number anywhere but in memory.</summary>
    Privacy,
}

/// <summary>One thing that a connector must do.</summary>
/// <param name="Name">Stable: waivers and results name it. <c>core.register</c>.</param>
/// <param name="Expected">What is expected, in one sentence.</param>
/// <param name="Why">Why it matters to those whose money it is.</param>
/// <param name="Where">Where the wire documents say so.</param>
/// <param name="Run">Passes by returning, fails by <see cref="CheckFailedException"/>.</param>
public sealed record Check(string Name, Level Level, string Expected, string Why, string Where, Func<Bench, CancellationToken, Task> Run)
{
    public override string ToString() => Name;
}

/// <summary>The connector did something else than was expected.</summary>
/// <param name="got">What came instead, without personal data.</param>
public sealed class CheckFailedException(string got) : Exception(got);

/// <summary>The check could not be run here. It counts as not passed, unless it is waived.</summary>
public sealed class CheckNotRunException(string why) : Exception(why);

internal static class Expect
{
    public static void That(bool holds, string got)
    {
        if (!holds)
            throw new CheckFailedException(got);
    }
}
