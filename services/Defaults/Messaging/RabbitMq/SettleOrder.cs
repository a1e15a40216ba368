namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>
/// Acknowledges a batch with one frame where that is safe: everything delivered before it is settled. Otherwise each message has its own.
/// </summary>
internal sealed class SettleOrder
{
    private readonly SemaphoreSlim turn = new(1);
    private readonly Lock gate = new();
    private readonly LinkedList<List<ConsumerSession.Received>> open = [];

    /// <summary>Batches begin in the order of their delivery tags.</summary>
    public void Begin(List<ConsumerSession.Received> batch)
    {
        lock (gate)
            open.AddLast(batch);
    }

    /// <summary>The session is over: what was not settled is the broker's.</summary>
    public void Forget()
    {
        lock (gate)
            open.Clear();
    }

    public async Task SettleAsync(List<ConsumerSession.Received> batch, Func<ulong, bool, ValueTask> settle, bool singly = false)
    {
        await turn.WaitAsync();
        try
        {
            bool oldest;
            lock (gate)
                oldest = open.First?.Value == batch;
            if (oldest && !singly)
                await settle(batch[^1].Tag, true);
            else
                foreach (var received in batch)
                    await settle(received.Tag, false);
            lock (gate)
                open.Remove(batch);
        }
        finally
        {
            turn.Release();
        }
    }
}
