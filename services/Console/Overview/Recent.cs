namespace ClaimsTransfer.OperationsConsole.Overview;

/// <summary>An answer that many ask for at a time: had once, and good for a while. Pages that refresh themselves cost the services no more when ten people look.</summary>
internal sealed class Recent<T>(Func<Task<T>> ask, TimeSpan goodFor, TimeProvider time)
    where T : class
{
    private readonly Lock _lock = new();
    private Task<T>? _latest;
    private long _begun;

    public Task<T> ReadAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_latest is null or { IsFaulted: true } or { IsCanceled: true } || (_latest.IsCompleted && time.GetElapsedTime(_begun) >= goodFor))
            {
                _begun = time.GetTimestamp();
                _latest = Task.Run(ask, CancellationToken.None);
            }

            return _latest.WaitAsync(cancellation);
        }
    }

    /// <summary>Something was done that changes it.</summary>
    public void Forget()
    {
        lock (_lock)
            _latest = null;
    }
}
