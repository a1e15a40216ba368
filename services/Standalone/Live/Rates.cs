using ClaimsTransfer.Cli.Report;

namespace ClaimsTransfer.Standalone.Live;

/// <summary>Claims a second that came to rest, over the last ten seconds or so.</summary>
internal sealed class Rates(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private readonly Queue<(long At, Dictionary<string, long> Done)> _looks = new();
    private Dictionary<string, Figures> _last = new(StringComparer.Ordinal);
    private HashSet<string> _moved = new(StringComparer.Ordinal);
    private (long At, Dictionary<string, long> Done) _latest = (0, []);

    public void Take(BooksReport report)
    {
        var figures = new Dictionary<string, Figures>(report.Municipalities, StringComparer.Ordinal) { ["total"] = report.Total };
        _moved = [.. figures.Where(entry => !_last.TryGetValue(entry.Key, out var before) || before != entry.Value).Select(entry => entry.Key)];
        _last = figures;
        _latest = (time.GetTimestamp(), figures.ToDictionary(entry => entry.Key, entry => entry.Value.Accepted - entry.Value.InFlight, StringComparer.Ordinal));
        _looks.Enqueue(_latest);
        while (_looks.Count > 2 && time.GetElapsedTime(_looks.Peek().At, _latest.At) > Window)
            _looks.Dequeue();
    }

    public bool Moved(string name) => _moved.Contains(name);

    public double Of(string name)
    {
        if (_looks.Count < 2)
            return 0;
        var (at, done) = _looks.Peek();
        var seconds = time.GetElapsedTime(at, _latest.At).TotalSeconds;
        return seconds <= 0 ? 0 : Math.Max(0, (_latest.Done.GetValueOrDefault(name) - done.GetValueOrDefault(name)) / seconds);
    }
}
