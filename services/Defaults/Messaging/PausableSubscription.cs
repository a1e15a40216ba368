namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>What pausing, resuming and ending mean on every transport: one at a time, and what is in hand is finished first.</summary>
internal abstract class PausableSubscription(QueueDefinition definition, TimeProvider time) : ISubscription
{
    private readonly SemaphoreSlim turn = new(1);
    private readonly CancellationTokenSource abandon = new();
    private CancellationTokenSource? stop;
    private Task running = Task.CompletedTask;

    public bool IsPaused => stop is null;

    public abstract bool IsConsuming { get; }

    /// <summary>Ends what is in hand: it did not finish within the grace, and stays on the queue.</summary>
    protected CancellationToken Abandoned => abandon.Token;

    public async Task ResumeAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (stop is not null)
                return;
            stop = new CancellationTokenSource();
            running = Begin(stop.Token);
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task PauseAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (stop is not null)
            {
                await stop.CancelAsync();
                stop.Dispose();
                stop = null;
            }
            await running.WaitAsync(cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Finishes what is in hand; what will not finish within the grace is abandoned and stays on the queue.</summary>
    public async ValueTask DisposeAsync()
    {
        using var grace = new CancellationTokenSource(definition.Grace, time);
        await using (grace.Token.Register(abandon.Cancel))
            await PauseAsync(CancellationToken.None);
        Forget();
    }

    /// <summary>Starts consuming in the background; the task ends when <paramref name="stopping"/> is cancelled and nothing is in hand any more.</summary>
    protected abstract Task Begin(CancellationToken stopping);

    /// <summary>Tells the transport that this subscription is over.</summary>
    protected abstract void Forget();
}
