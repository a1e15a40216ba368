namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>Empties the queues where messages end that could not be handled, and sends a message back to where it failed. Both transports implement it.</summary>
public interface IDeadLetterQueues
{
    /// <summary>The dead-letter queues that are there now: all whose name says so where the broker can list its queues, else those of <paramref name="known"/> that exist.</summary>
    Task<IReadOnlyList<string>> FindAsync(IReadOnlyCollection<string> known, CancellationToken cancellation);

    /// <summary>
    /// Gives what stands on a queue to the handler, with its fault and headers, and removes it when the handler returns. The queue is nobody's to declare here: it is taken as it is.
    /// </summary>
    Task<ISubscription> CollectAsync(QueueDefinition queue, BatchHandler handler, CancellationToken cancellation);

    /// <summary>Puts messages at the end of a queue, confirmed, under their own ids, without any fault or redelivery header.</summary>
    Task SendAsync(string queue, IReadOnlyList<Delivery> messages, CancellationToken cancellation);
}

/// <summary>What a dead-letter queue is called, and which queue its messages failed on.</summary>
public static class DeadLetterQueueName
{
    private static readonly string[] Endings = ["_error", "_skipped", "_dead"];

    public static bool Fits(string queue) => queue == Topology.Unrouted || Endings.Any(ending => queue.Length > ending.Length && queue.EndsWith(ending, StringComparison.Ordinal));

    /// <summary>One that others declared, with arguments of their own.</summary>
    public static bool IsOthers(string queue) => Fits(queue) && queue != Topology.Unrouted && !Topology.IsOurs(SourceOf(queue));

    /// <summary>The queue itself for what was never routed to one.</summary>
    public static string SourceOf(string queue) =>
        Endings.FirstOrDefault(ending => queue.EndsWith(ending, StringComparison.Ordinal)) is { } found && queue.Length > found.Length ? queue[..^found.Length] : queue;

    /// <summary>
    /// Those that we declare for a queue. A broker that cannot list its queues is asked for each by name, and answers one that is not there by closing the channel: no name is
    /// guessed.
    /// </summary>
    public static IEnumerable<string> Of(string queue) => [Topology.ErrorQueue(queue), Topology.DeadQueue(queue)];
}
