namespace ClaimsTransfer.Defaults.Senders;

/// <summary>
/// The times that a vendor or a debtor system writes on what it tells. They say in which order it did things, and are kept as they came; they decide nothing that reaches beyond our own
/// clock: a clock that once stood in the next century would otherwise be right for ever.
/// </summary>
public static class TheirClock
{
    /// <summary>So far may a well-kept clock be ahead of ours.</summary>
    public static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(10);

    /// <param name="ours">When it reached us.</param>
    /// <returns>Their time for a decision about order: what is further ahead than that is as late as it can have been.</returns>
    public static DateTimeOffset Bounded(DateTimeOffset theirs, DateTimeOffset ours) => theirs - ours > MostAhead ? ours : theirs;
}
