namespace ClaimsTransfer.Defaults.Storage;

/// <summary>A look at the store that costs a pass over a table, shared by all who ask: at most a tenth of the time goes into it.</summary>
/// <param name="longest">How long one look is good for at the most, however long it took; null: no limit.</param>
public sealed class SharedLook<T>(Func<CancellationToken, Task<T>> look, TimeProvider time, TimeSpan? longest = null)
    where T : class
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private T? _latest;
    private long _goodUntil;

    /// <param name="fresh">As it is now: whoever concludes from it that nothing is under way must not see an earlier look.</param>
    public async Task<T> ReadAsync(bool fresh, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            if (!fresh && _latest is { } latest && time.GetTimestamp() < _goodUntil)
                return latest;
            var begun = time.GetTimestamp();
            _latest = await look(cancellation);
            var ended = time.GetTimestamp();
            var good = 9 * (ended - begun);
            _goodUntil = ended + (longest is { } most ? Math.Min(good, (long)(most.TotalSeconds * time.TimestampFrequency)) : good);
            return _latest;
        }
        finally
        {
            _one.Release();
        }
    }
}
