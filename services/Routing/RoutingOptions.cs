using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Routing;

/// <summary>Settings of Routing, section <c>Routing</c>.</summary>
public sealed record RoutingOptions
{
    /// <summary>From an instruction to its transport receipt, before the connector is asked.</summary>
    public TimeSpan SendingDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>From the transport receipt to the business receipt, before the connector is asked.</summary>
    public TimeSpan SentDeadline { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The longest pause between two questions.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Questions without any answer before a claim is Unknown.</summary>
    public int MaxAsks { get; init; } = 12;

    /// <summary>How long a change waits for a version before it until it counts as a gap, which is for a person: messages overtake each other by moments.</summary>
    public TimeSpan VersionGapAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How often timers and the outbox's leftovers are looked at.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Messages handled in one transaction at most.</summary>
    public int BatchSize { get; init; } = 200;

    /// <summary>Batches handled at a time.</summary>
    public int Concurrency { get; init; } = 2;

    /// <summary>Whether a reply must say who sent it (AMQP <c>user_id</c>); null: when Routing itself connects as the user <c>routing</c>, which the broker's definitions make.</summary>
    public bool? RequireSender { get; init; }

    public SagaDeadlines Deadlines => new() { Sending = SendingDeadline, Sent = SentDeadline, LongestPause = LongestPause, MaxAsks = MaxAsks };

    public IEnumerable<string> Faults()
    {
        foreach (var (key, value) in new[] { (nameof(SendingDeadline), SendingDeadline), (nameof(SentDeadline), SentDeadline), (nameof(LongestPause), LongestPause), (nameof(VersionGapAfter), VersionGapAfter), (nameof(SweepInterval), SweepInterval) })
        {
            if (value <= TimeSpan.Zero)
                yield return $"Routing:{key} is {value}; give a time above zero, such as 00:10:00.";
        }

        if (MaxAsks < 1)
            yield return $"Routing:{nameof(MaxAsks)} is {MaxAsks}; give 1 or more, such as 12.";
        if (BatchSize is < 1 or > 2000)
            yield return $"Routing:{nameof(BatchSize)} is {BatchSize}; give 1 to 2000, such as 200.";
        if (Concurrency is < 1 or > 32)
            yield return $"Routing:{nameof(Concurrency)} is {Concurrency}; give 1 to 32, such as 2.";
    }
}
