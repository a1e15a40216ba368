namespace ClaimsTransfer.ConnectorSdk.Limits;

public enum BreakerState
{
    Closed = 0,

    /// <summary>One probe is under way; everything else waits for what it says.</summary>
    HalfOpen = 1,

    Open = 2,
}

/// <summary>
/// Keeps calls away from a debtor system that takes nothing. Not thread-safe: its lane locks. It opens at once when the debtor system says so, or after
/// several calls in a row without a clear answer; then one instruction at a time probes, with growing pauses.
/// </summary>
public sealed class CircuitBreaker(ConnectorOptions options)
{
    private int _failures;
    private int _openings;
    private DateTimeOffset _until;

    public BreakerState State { get; private set; } = BreakerState.Closed;

    /// <summary>When the next probe may go out.</summary>
    public DateTimeOffset? OpenUntil => State == BreakerState.Closed ? null : _until;

    /// <summary>How many instructions may be sent now: all, one (a probe) or none.</summary>
    public int Admit(int wanted, DateTimeOffset now)
    {
        if (State == BreakerState.Closed)
            return wanted;
        if (now < _until || wanted == 0)
            return 0;
        // A probe that is never heard of again must not keep the breaker half open for ever.
        State = BreakerState.HalfOpen;
        _until = now + options.Lease;
        return 1;
    }

    /// <summary>There was nothing to probe with.</summary>
    public void ProbeUnused(DateTimeOffset now)
    {
        if (State != BreakerState.HalfOpen)
            return;
        State = BreakerState.Open;
        _until = now;
    }

    /// <summary>The debtor system answered clearly.</summary>
    public void Succeeded()
    {
        State = BreakerState.Closed;
        _failures = 0;
        _openings = 0;
    }

    /// <summary>The debtor system takes nothing now.</summary>
    public void Unavailable(TimeSpan? retryAfter, DateTimeOffset now) => Open(retryAfter, now);

    /// <summary>A call gave no clear answer.</summary>
    public void Failed(DateTimeOffset now)
    {
        _failures++;
        if (State == BreakerState.HalfOpen || _failures >= options.BreakerFailures)
            Open(null, now);
    }

    /// <summary>
    /// The debtor system answered what nobody understands. That is about one instruction, and says of the others neither that they can be sent nor that they cannot: a closed
    /// breaker stays closed. A probe has shown nothing; another instruction probes after the same pause, so that nonsense neither floods a debtor system that is not back nor keeps one
    /// that is back from being found so.
    /// </summary>
    public void NotUnderstood(DateTimeOffset now)
    {
        if (State != BreakerState.HalfOpen)
            return;
        State = BreakerState.Open;
        _until = now + PauseOf(Math.Max(0, _openings - 1));
    }

    private void Open(TimeSpan? retryAfter, DateTimeOffset now)
    {
        // Calls that were under way when the first one opened the breaker do not make the pause longer.
        if (State == BreakerState.Open && now < _until)
            return;
        State = BreakerState.Open;
        var pause = PauseOf(_openings++);
        _until = now + (retryAfter > pause ? retryAfter.Value : pause);
    }

    private TimeSpan PauseOf(int openings)
    {
        var pause = options.RetryAfter * Math.Pow(2, Math.Min(openings, 20));
        return pause < options.LongestPause ? pause : options.LongestPause;
    }
}
