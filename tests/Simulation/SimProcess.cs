namespace ClaimsTransfer.Simulation;

/// <summary>
/// A process that can die between any two steps. Its code runs under this synchronization context, so every continuation is an event of the world; when it
/// dies, none of its continuations runs any more: no finally, no catch, exactly as after <c>kill -9</c>.
/// </summary>
internal sealed class SimProcess(World world, string name) : SynchronizationContext
{
    public string Name { get; } = name;

    public bool Alive { get; private set; } = true;

    public World World { get; } = world;

    public ProcessClock Clock => field ??= new ProcessClock(this);

    /// <summary>What the rest of the world does when it dies: a broker takes back what it had in hand.</summary>
    public List<Action> OnDeath { get; } = [];

    public void Kill()
    {
        if (!Alive)
            return;
        Alive = false;
        World.Note($"{Name} dies");
        OnDeath.ForEach(consequence => consequence());
    }

    /// <summary>A step that takes a moment: where the process may die, and where others get in between.</summary>
    public async Task StepAsync(int mostMilliseconds = 20)
    {
        var done = new TaskCompletionSource();
        World.After(World.Moment(mostMilliseconds), () => Enter(done.SetResult));
        await done.Task;
    }

    /// <summary>Starts work of this process; what it throws is a failure of the simulation.</summary>
    public void Start(Func<Task> work, Action<Exception> failed) => World.Soon(() => Enter(() => _ = ObserveAsync(work, failed)));

    public override void Post(SendOrPostCallback callback, object? state) => World.Soon(() => Enter(() => callback(state)));

    public override void Send(SendOrPostCallback callback, object? state) => Enter(() => callback(state));

    internal void Enter(Action action)
    {
        if (!Alive)
            return;
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    private static async Task ObserveAsync(Func<Task> work, Action<Exception> failed)
    {
        try
        {
            await work();
        }
        catch (Exception fault)
        {
            failed(fault);
        }
    }
}

/// <summary>The world's time as one process sees it: its timers die with it.</summary>
internal sealed class ProcessClock(SimProcess process) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => process.World.Now;

    public override long GetTimestamp() => process.World.Now.UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimTimer(process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SimTimer(SimProcess process, TimerCallback callback, object? state) : ITimer
    {
        private int _version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var version = ++_version;
            if (dueTime != Timeout.InfiniteTimeSpan)
                process.World.After(dueTime, () => Fire(version, period));
            return true;
        }

        private void Fire(int version, TimeSpan period)
        {
            if (version != _version)
                return;
            process.Enter(() => callback(state));
            if (period != Timeout.InfiniteTimeSpan && period > TimeSpan.Zero)
                process.World.After(period, () => Fire(version, period));
        }

        public void Dispose() => _version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
