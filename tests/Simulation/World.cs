namespace ClaimsTransfer.Simulation;

/// <summary>
/// One thread, one virtual clock, one seed. Everything that happens is an event of this queue, so a seed is a whole history: run it again and every
/// crash, delay and race comes in the same place.
/// </summary>
internal sealed class World(int seed)
{
    private static readonly DateTimeOffset Beginning = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly List<string> _trace = [];
    private long _order;

    public Random Random { get; } = new(seed);

    public DateTimeOffset Now { get; private set; } = Beginning;

    /// <summary>While there is trouble, processes die, calls fail and messages come twice. It ends, so that the guarantees can be looked at in peace.</summary>
    public bool Trouble { get; set; } = true;

    public IReadOnlyList<string> Trace => _trace;

    public bool Happens(double probability) => Trouble && Random.NextDouble() < probability;

    public void After(TimeSpan delay, Action action) => _events.Enqueue(action, ((Now + delay).UtcTicks, _order++));

    /// <summary>As soon as what is already due has happened.</summary>
    public void Soon(Action action) => After(TimeSpan.Zero, action);

    /// <summary>A short, random while: what makes two runs of the same steps interleave differently.</summary>
    public TimeSpan Moment(int mostMilliseconds = 20) => TimeSpan.FromTicks(Random.NextInt64(TimeSpan.TicksPerMillisecond * mostMilliseconds));

    public void Note(string what) => _trace.Add($"{(Now - Beginning).TotalSeconds,10:0.000}  {what}");

    /// <summary>Lets time go on until the condition holds (looked at every virtual second), at most for so long.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan atMost)
    {
        var end = Now + atMost;
        var lookAt = Now;
        while (_events.TryPeek(out _, out var next) && next.At <= end.UtcTicks)
        {
            if (next.At >= lookAt.UtcTicks)
            {
                if (condition())
                    return true;
                lookAt = new DateTimeOffset(next.At, TimeSpan.Zero) + TimeSpan.FromSeconds(1);
            }

            var action = _events.Dequeue();
            Now = new DateTimeOffset(Math.Max(next.At, Now.UtcTicks), TimeSpan.Zero);
            action();
        }

        return condition();
    }
}
