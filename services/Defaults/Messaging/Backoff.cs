namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>Waits that double, from a tenth of a second to half a minute.</summary>
public static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public static TimeSpan After(int failures) =>
        failures <= 0 ? TimeSpan.Zero : failures > 9 ? Longest : TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << (failures - 1)));

    /// <summary>Between half and all of it, so that many who failed together do not come again together.</summary>
    public static TimeSpan After(int failures, Random jitter) => After(failures) * (0.5 + (jitter.NextDouble() / 2));
}
