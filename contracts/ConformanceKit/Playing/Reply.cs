using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConformanceKit.Playing;

/// <summary>A message that the connector sent, with what AMQP says of it.</summary>
/// <param name="Name">The exchange it was published to.</param>
/// <param name="Message">Null: the body could not be read as the message of that name.</param>
/// <param name="Fault">Why not.</param>
public sealed record Reply(
    string Name, string RoutingKey, string? MessageId, string? ContentType, bool IsPersistent, string? User, string? TraceParent, string Body, IMessage? Message, string? Fault)
{
    public TransferReported? Report => Message as TransferReported;

    /// <summary>Short, for what a check says came; the kit's own claims, so nothing of it is personal.</summary>
    public override string ToString() => Message switch
    {
        TransferReported report => $"{report.Instruction} {report.Outcome}{(report.Code is null ? "" : $" {report.Code}")} (messageId {report.MessageId})",
        null => $"{Name} that cannot be read: {Fault}",
        _ => $"{Name} (messageId {MessageId})",
    };
}

/// <summary>A message of ours that ended beside the queue: the connector, or the broker for it, says that it can never be handled.</summary>
/// <param name="Queue">The error queue or the dead queue.</param>
/// <param name="Headers">As text, for the privacy check.</param>
public sealed record SetAside(string Queue, string? MessageId, string Body, string Headers);
