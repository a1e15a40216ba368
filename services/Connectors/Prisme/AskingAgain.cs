using System.Collections.Concurrent;
using ClaimsTransfer.Prisme.Format;

namespace ClaimsTransfer.Prisme;

internal enum Ask { Now, Later, NoMore }

/// <summary>
/// How often a payment file that is refused each time it comes was asked for, and when it may be again: a Prisme that writes the same fault anew would be asked as fast as it
/// answers, for ever. Kept in memory: a new start asks once more.
/// </summary>
internal sealed class AskingAgain(PrismeOptions options, TimeProvider time)
{
    /// <summary>More refused files than that at a time are one fault, which somebody has to look at.</summary>
    public const int MostAtATime = 1_000;

    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<(string Municipality, string Document), (int Times, DateTimeOffset NotBefore, string File)> asked = new();
    private readonly ConcurrentDictionary<(string Municipality, string File), DateTimeOffset> waiting = new();

    /// <summary>Whether a file lies there whose fault is known and which may not be asked for yet: nobody fetches it meanwhile.</summary>
    public bool Waits(string municipality, string file)
    {
        if (!waiting.TryGetValue((municipality, file), out var until))
            return false;
        if (time.GetUtcNow() < until)
            return true;
        waiting.TryRemove((municipality, file), out _);
        return false;
    }

    public Ask Next(string municipality, string fileId, string file)
    {
        if (!asked.TryGetValue(KeyOf(municipality, fileId), out var before))
            return asked.Count < MostAtATime ? Ask.Now : Ask.NoMore;
        // The same file once more was read and not done with: asking twice for it is asking once.
        if (before.File == file)
            return Ask.Now;
        if (before.Times >= options.AskAgainAtMost)
            return Ask.NoMore;
        if (time.GetUtcNow() >= before.NotBefore)
            return Ask.Now;
        foreach (var over in waiting.Where(other => other.Value <= time.GetUtcNow()))
            waiting.TryRemove(over);
        waiting[(municipality, file)] = before.NotBefore;
        return Ask.Later;
    }

    public void Asked(string municipality, string fileId, string file) => asked.AddOrUpdate(
        KeyOf(municipality, fileId), _ => (1, time.GetUtcNow() + options.AskAgainAfter, file),
        (_, before) => before.File == file ? before : (before.Times + 1, time.GetUtcNow() + Pause(before.Times), file));

    public void Taken(string municipality, string fileId) => asked.TryRemove(KeyOf(municipality, fileId), out _);

    private TimeSpan Pause(int times) => TimeSpan.FromTicks((long)Math.Min(Longest.Ticks, options.AskAgainAfter.Ticks * Math.Pow(2, times)));

    private static (string, string) KeyOf(string municipality, string fileId) => (municipality, PaymentFile.DocumentId(fileId));
}
