namespace ClaimsTransfer.ConnectorSdk.Limits;

/// <summary>A municipality's rate towards its debtor system: holds one second's worth, at least one. Not thread-safe: its lane locks.</summary>
public sealed class TokenBucket(double perSecond)
{
    private readonly double _capacity = Math.Max(1, perSecond);
    private double _tokens = Math.Max(1, perSecond);
    private DateTimeOffset? _filledAt;

    public int Take(int wanted, DateTimeOffset now)
    {
        Fill(now);
        var taken = (int)Math.Min(wanted, _tokens);
        _tokens -= taken;
        return taken;
    }

    public void GiveBack(int unused) => _tokens = Math.Min(_capacity, _tokens + unused);

    /// <summary>How long until there is one.</summary>
    public TimeSpan UntilNext(DateTimeOffset now)
    {
        Fill(now);
        return _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / perSecond);
    }

    private void Fill(DateTimeOffset now)
    {
        if (_filledAt is { } filledAt && now > filledAt)
            _tokens = Math.Min(_capacity, _tokens + ((now - filledAt).TotalSeconds * perSecond));
        _filledAt = now;
    }
}
