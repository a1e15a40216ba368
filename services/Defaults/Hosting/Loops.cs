using System.Collections.Concurrent;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>A loop that is in one turn for longer than a turn takes.</summary>
public sealed record HangingLoop(string Name, DateTimeOffset Since);

/// <summary>
/// What goes round and round in this process: sweeps, relays, collectors, consumers. Each turn is counted while it is under way, so that readiness can name a loop whose turn does
/// not end. A loop that waits for its time, for a message or for a person is in no turn, however long it waits.
/// </summary>
public sealed class Loops(TimeProvider time)
{
    /// <summary>More than a store, a broker or a service of ours keeps anybody waiting, with all repetitions.</summary>
    public static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, bool> _hasEnded = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Turn, string> _turns = new();

    public IReadOnlyList<string> Names => [.. _hasEnded.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Loops that ended, though nobody has stopped them.</summary>
    public IReadOnlyList<string> Ended => [.. _hasEnded.Where(loop => loop.Value).Select(loop => loop.Key).Order(StringComparer.Ordinal)];

    /// <summary>Each once, since its oldest turn that should have ended.</summary>
    public IReadOnlyList<HangingLoop> Hanging =>
    [
        .. from turn in _turns
           let lasts = time.GetElapsedTime(turn.Key.Began)
           where lasts > turn.Key.Longest
           group lasts by turn.Value into loop
           orderby loop.Key
           select new HangingLoop(loop.Key, time.GetUtcNow() - loop.Max()),
    ];

    /// <summary>One turn, from here until it is disposed of.</summary>
    public IDisposable Begin(string loop, TimeSpan longest)
    {
        var turn = new Turn(time.GetTimestamp(), longest, ended => _turns.TryRemove(ended, out _));
        _turns[turn] = loop;
        return turn;
    }

    /// <summary>Takes a turn every so often, until it is stopped.</summary>
    /// <param name="turn">Says whether there is more to do at once.</param>
    /// <param name="failed">Hears why a turn failed; the next one comes all the same.</param>
    /// <param name="longest">A turn takes no longer; null: <see cref="LongestTurn"/>.</param>
    /// <param name="atOnce">Whether the first turn does not wait for its time.</param>
    public async Task EveryAsync(
        string loop, TimeSpan interval, Func<CancellationToken, Task<bool>> turn, Action<Exception> failed, CancellationToken stopping, TimeSpan? longest = null,
        bool atOnce = false)
    {
        _hasEnded[loop] = false;
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (atOnce || await timer.WaitForNextTickAsync(stopping))
            {
                atOnce = await TakeAsync(loop, turn, failed, longest ?? LongestTurn, stopping);
                stopping.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            _hasEnded[loop] = !stopping.IsCancellationRequested;
        }
    }

    public Task EveryAsync(
        string loop, TimeSpan interval, Func<CancellationToken, Task> turn, Action<Exception> failed, CancellationToken stopping, TimeSpan? longest = null,
        bool atOnce = false) => EveryAsync(
            loop, interval, async token =>
            {
                await turn(token);
                return false;
            }, failed, stopping, longest, atOnce);

    private async Task<bool> TakeAsync(
        string loop, Func<CancellationToken, Task<bool>> turn, Action<Exception> failed, TimeSpan longest, CancellationToken stopping)
    {
        using (Begin(loop, longest))
        {
            try
            {
                return await turn(stopping);
            }
            catch (Exception failure) when (!stopping.IsCancellationRequested)
            {
                failed(failure);
                return false;
            }
        }
    }

    private sealed class Turn(long began, TimeSpan longest, Action<Turn> end) : IDisposable
    {
        public long Began => began;

        public TimeSpan Longest => longest;

        public void Dispose() => end(this);
    }
}
