namespace ClaimsTransfer.Support;

/// <summary>Made when the first test of the assembly asks, the same for all, and ended after the last.</summary>
internal sealed class OneForAll<T>(Func<Task<T>> make)
    where T : class, IAsyncDisposable
{
    private readonly SemaphoreSlim _making = new(1);
    private Task<T>? _made;

    /// <summary>What kept the first from having it keeps everybody, at once.</summary>
    public async Task<T> GetAsync()
    {
        await _making.WaitAsync();
        try
        {
            return await (_made ??= make());
        }
        finally
        {
            _making.Release();
        }
    }

    public async Task EndAsync()
    {
        if (Interlocked.Exchange(ref _made, null) is { IsCompletedSuccessfully: true } made)
            await made.Result.DisposeAsync();
    }
}
