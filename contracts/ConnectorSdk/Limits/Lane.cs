using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.ConnectorSdk.Limits;

/// <summary>What keeps a municipality's instructions from being sent now.</summary>
public enum LaneState { Flowing, Paused, Closed, BreakerOpen, GivingUp }

/// <summary>
/// One municipality's way to its debtor system: rate, breaker, opening hours, pause. Nothing of it is shared with another municipality, so that none can hold
/// back another.
/// </summary>
public sealed class Lane(Municipality municipality, ConnectorCapabilities capabilities, ConnectorOptions options)
{
    /// <summary>Stands among the keys that are missing; no key's id is like it.</summary>
    private const string Credentials = "credentials";

    private readonly Lock _lock = new();
    private readonly CircuitBreaker _breaker = new(options);
    private readonly TokenBucket? _bucket = municipality.RatePerSecond is { } rate ? new TokenBucket((double)rate / options.Instances) : null;
    private bool _paused;
    private readonly Dictionary<string, (Note Why, DateTimeOffset At)> _missing = new(StringComparer.Ordinal);
    private DateTimeOffset? _unavailableSince;
    private DateTimeOffset? _unreadSince;

    public Municipality Municipality { get; } = municipality;

    public string Code => Municipality.Code;

    /// <summary>Calls at a time in this instance.</summary>
    public int Concurrency { get; } = Math.Max(1, municipality.Concurrency / options.Instances);

    public BreakerState Breaker
    {
        get
        {
            lock (_lock)
                return _breaker.State;
        }
    }

    /// <summary>Since when the debtor system has taken nothing.</summary>
    public DateTimeOffset? UnavailableSince
    {
        get
        {
            lock (_lock)
                return _unavailableSince;
        }
    }

    /// <summary>Since when nothing that the debtor system has booked or acknowledged could be read; null: the last reading was answered.</summary>
    public DateTimeOffset? UnreadSince
    {
        get
        {
            lock (_lock)
                return _unreadSince;
        }
    }

    /// <summary>Why instructions wait though the debtor system may be well: keys that they need and that are not here, credentials that do not let us in.</summary>
    public IReadOnlyList<Note> WaitsFor(DateTimeOffset now)
    {
        lock (_lock)
        {
            // What still waits has looked again since; what was settled otherwise has not.
            var lookedAgain = now - (3 * options.LongestPause) - options.Lease;
            return [.. _missing.Where(missing => missing.Value.At >= lookedAgain).OrderBy(missing => missing.Key, StringComparer.Ordinal).Select(missing => missing.Value.Why)];
        }
    }

    internal void Read(bool isAnswered, DateTimeOffset now)
    {
        lock (_lock)
            _unreadSince = isAnswered ? null : _unreadSince ?? now;
    }

    /// <summary>Whether that is news.</summary>
    internal bool Misses(Unopened unopened, DateTimeOffset now)
    {
        lock (_lock)
        {
            var isNew = !_missing.ContainsKey(unopened.KeyId);
            _missing[unopened.KeyId] = (unopened.Why, now);
            return isNew;
        }
    }

    /// <param name="why">Why we are not let in; null: not said now.</param>
    /// <param name="isIn">We were let in.</param>
    /// <returns>Whether that is news.</returns>
    internal bool LetIn(Note? why, bool isIn, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (why is null)
                return isIn && _missing.Remove(Credentials);
            var isNew = !_missing.ContainsKey(Credentials);
            _missing[Credentials] = (why, now);
            return isNew;
        }
    }

    /// <summary>Whether it was missing before.</summary>
    internal bool Has(string keyId)
    {
        lock (_lock)
            return _missing.Remove(keyId);
    }

    public LaneState StateAt(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_paused)
                return LaneState.Paused;
            if (!Opening.IsOpen(capabilities.OpeningHours, now))
                return LaneState.Closed;
            if (HasGivenUpAt(now))
                return LaneState.GivingUp;
            return _breaker.State == BreakerState.Closed ? LaneState.Flowing : LaneState.BreakerOpen;
        }
    }

    /// <summary>Unavailable for so long that its claims go to a person instead of waiting on; one instruction still probes from time to time.</summary>
    public bool HasGivenUp(DateTimeOffset now)
    {
        lock (_lock)
            return HasGivenUpAt(now);
    }

    /// <summary>The breaker would let a probe through, were there an instruction to probe with.</summary>
    public bool IsProbeDue(DateTimeOffset now)
    {
        lock (_lock)
            return _breaker.OpenUntil <= now;
    }

    /// <summary>How many instructions may go out now, and when not, how long the rate makes them wait (null: until something changes).</summary>
    public (int Count, TimeSpan? Wait) Admit(int wanted, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_paused || !Opening.IsOpen(capabilities.OpeningHours, now))
                return (0, null);
            if (_bucket is not null && _bucket.UntilNext(now) is var wait && wait > TimeSpan.Zero)
                return (0, wait);
            var admitted = _breaker.Admit(wanted, now);
            return (_bucket?.Take(admitted, now) ?? admitted, null);
        }
    }

    /// <summary>Fewer were there than admitted.</summary>
    public void GiveBack(int unused, bool none, DateTimeOffset now)
    {
        lock (_lock)
        {
            _bucket?.GiveBack(unused);
            if (none)
                _breaker.ProbeUnused(now);
        }
    }

    /// <summary>A call came back.</summary>
    /// <param name="clear">At least one answer was clear.</param>
    /// <param name="nonsense">None was, and at least one cannot be understood.</param>
    /// <param name="unavailable">The debtor system said that it takes nothing.</param>
    /// <param name="notLetIn">It does not let us in: it is probed like one that is away, and its claims are not given up, however long that lasts.</param>
    /// <returns>Whether availability changed and is to be remembered: since when it is unavailable, null: it is back.</returns>
    public (bool Changed, DateTimeOffset? Since) CameBack(bool clear, bool nonsense, bool unavailable, bool notLetIn, TimeSpan? retryAfter, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (clear)
                _breaker.Succeeded();
            else if (unavailable || notLetIn)
                _breaker.Unavailable(retryAfter, now);
            else if (nonsense)
                _breaker.NotUnderstood(now);
            else
                _breaker.Failed(now);

            var before = _unavailableSince;
            _unavailableSince = notLetIn || _breaker.State == BreakerState.Closed ? null : _unavailableSince ?? now;
            return (before != _unavailableSince, _unavailableSince);
        }
    }

    public void SetPaused(bool paused)
    {
        lock (_lock)
            _paused = paused;
    }

    /// <summary>What other instances and earlier runs know.</summary>
    public void Refresh(LaneRow row)
    {
        lock (_lock)
        {
            _paused = row.Paused;
            if (row.UnavailableSince is { } since && _breaker.State != BreakerState.Closed)
                _unavailableSince = DateTimeOffset.FromUnixTimeMilliseconds(since);
        }
    }

    /// <summary>Goes on where an earlier run stopped: a debtor system that was unavailable is probed first.</summary>
    public void Restore(LaneRow row, DateTimeOffset now)
    {
        lock (_lock)
        {
            _paused = row.Paused;
            if (row.UnavailableSince is not { } since)
                return;
            _breaker.Unavailable(TimeSpan.Zero, now);
            _unavailableSince = DateTimeOffset.FromUnixTimeMilliseconds(since);
        }
    }

    private bool HasGivenUpAt(DateTimeOffset now) => _unavailableSince is { } since && now - since >= options.GiveUpAfter;
}
