namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>Looks into queues and moves what stands on an error queue back to where it failed. Both transports implement it.</summary>
public interface IQueues
{
    /// <summary>Every queue this transport knows, with its depth.</summary>
    Task<IReadOnlyList<QueueDepth>> ListAsync(CancellationToken cancellation);

    /// <summary>The oldest messages of a queue, which stay where they are.</summary>
    Task<IReadOnlyList<StandingMessage>> PeekAsync(string queue, int limit, CancellationToken cancellation);

    /// <summary>
    /// Moves messages to the end of another queue, confirmed there before they leave the first; the ids stay the same and the fault is stripped, so that a
    /// replay starts clean.
    /// </summary>
    /// <param name="messageIds">Which; null: all, up to <paramref name="limit"/>.</param>
    /// <returns>How many were moved.</returns>
    Task<int> MoveAsync(string from, string to, IReadOnlyCollection<string>? messageIds, int limit, CancellationToken cancellation);
}

/// <summary>
/// Puts messages beside a queue that have failed long after they were acknowledged: whoever took them keeps them in a store of its own until here they are confirmed. Both
/// transports implement it.
/// </summary>
public interface IErrorQueues
{
    /// <summary>Returns when the broker has confirmed every message on the error queue of <paramref name="queue"/>. The same again stands there twice.</summary>
    /// <param name="queue">The queue they came by; where nobody has declared it, it is declared.</param>
    /// <param name="messages">With their faults, under their own names and ids.</param>
    Task PutAsync(string queue, IReadOnlyList<StandingMessage> messages, CancellationToken cancellation);
}

public sealed record QueueDepth(string Queue, long Messages);

/// <param name="Fault">Why it stands on an error queue; null elsewhere.</param>
public sealed record StandingMessage(Delivery Delivery, FaultNote? Fault);

/// <summary>What is kept of an exception beside the message that caused it: bounded, and without anything that looks like a CPR number.</summary>
public sealed record FaultNote(string Type, string Text, DateTimeOffset FailedAt, string Queue)
{
    /// <summary>Header names on RabbitMQ.</summary>
    public const string NameHeader = "x-claims-name";
    public const string TypeHeader = "x-claims-fault-type";
    public const string TextHeader = "x-claims-fault-text";
    public const string FailedAtHeader = "x-claims-failed-at";
    public const string QueueHeader = "x-claims-queue";

    /// <summary>An exception of a hundred inner ones would otherwise outgrow the frame and close the channel.</summary>
    public const int TextLimit = 2_000;

    public static FaultNote Of(Exception cause, DateTimeOffset failedAt, string queue) =>
        new(PersonalData.Cut(cause.GetType().FullName ?? cause.GetType().Name, 200), PersonalData.Mask(cause.ToString(), TextLimit), failedAt, queue);
}
