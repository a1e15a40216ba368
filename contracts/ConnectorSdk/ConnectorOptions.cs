namespace ClaimsTransfer.ConnectorSdk;

/// <summary>Settings of every connector: section <c>Connectors</c>; <c>Connectors:VENDOR</c> overrides for one vendor. All have defaults fit for production.</summary>
public sealed record ConnectorOptions
{
    /// <summary>How long an outcome may stay unclear, or a debtor system unavailable, before its claims are reported Unknown and wait for a person.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The longest one call to the debtor system may take. Below 60 s, the longest a message may be in hand.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From an unclear outcome to the first question; the pauses grow from here to <see cref="LongestPause"/>.</summary>
    public TimeSpan AskAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>After "unavailable", when the debtor system does not say when to come back; doubles up to <see cref="LongestPause"/>.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>So many calls in a row without a clear answer open the municipality's circuit breaker; "unavailable" opens it at once.</summary>
    public int BreakerFailures { get; init; } = 5;

    /// <summary>So many answers about one instruction in a row that cannot be understood, and it is dead-lettered.</summary>
    public int NotUnderstoodAtMost { get; init; } = 3;

    /// <summary>How often due work is looked for, outcomes are published again and consumers are checked.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>More instructions than this in a municipality's log, and the rest waits on the broker.</summary>
    public int MaxInHand { get; init; } = 5_000;

    /// <summary>How many instances of the connector share each municipality's rate and concurrency.</summary>
    public int Instances { get; init; } = 1;

    /// <summary>A call begun so long ago is considered lost: whoever made it has died.</summary>
    public TimeSpan Lease => CallTimeout + TimeSpan.FromSeconds(10);

    /// <summary>What this instance has just taken it works itself; others look at it only after this.</summary>
    public static TimeSpan Reservation { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Throws with the key, the bad value and a good one.</summary>
    public ConnectorOptions Validated()
    {
        Check(nameof(GiveUpAfter), GiveUpAfter, GiveUpAfter > TimeSpan.Zero, "1.00:00:00");
        Check(nameof(CallTimeout), CallTimeout, CallTimeout > TimeSpan.Zero && CallTimeout < TimeSpan.FromSeconds(60), "00:00:30, below one minute");
        Check(nameof(AskAfter), AskAfter, AskAfter >= TimeSpan.Zero, "00:00:02");
        Check(nameof(RetryAfter), RetryAfter, RetryAfter > TimeSpan.Zero, "00:00:01");
        Check(nameof(LongestPause), LongestPause, LongestPause >= RetryAfter && LongestPause >= AskAfter, "00:00:30, at least RetryAfter and AskAfter");
        Check(nameof(BreakerFailures), BreakerFailures, BreakerFailures > 0, "5");
        Check(nameof(NotUnderstoodAtMost), NotUnderstoodAtMost, NotUnderstoodAtMost > 0, "3");
        Check(nameof(SweepInterval), SweepInterval, SweepInterval > TimeSpan.Zero, "00:00:01");
        Check(nameof(MaxInHand), MaxInHand, MaxInHand > 0, "5000");
        Check(nameof(Instances), Instances, Instances > 0, "1");
        return this;
    }

    private static void Check(string key, object value, bool good, string example)
    {
        if (!good)
            throw new InvalidOperationException($"Setting Connectors:{key} is {value}; give it a value like {example}.");
    }
}
