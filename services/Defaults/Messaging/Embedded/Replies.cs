using System.Runtime.InteropServices;

namespace ClaimsTransfer.Defaults.Messaging.Embedded;

/// <summary>How much waits of the messages by which vendors speak.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Replies(long Messages, long Bytes)
{
    public static Replies Of(string name, long bytes) => Topology.IsReply(name) ? new Replies(1, bytes) : default;

    public static Replies Of(IEnumerable<StoredMessage> messages) =>
        messages.Aggregate(default(Replies), (sum, message) => sum + Of(message.Name, message.Body.Length));

    public bool AreBeyond(Replies limit) => Messages >= limit.Messages || Bytes >= limit.Bytes;

    public static Replies operator +(Replies one, Replies other) => new(one.Messages + other.Messages, one.Bytes + other.Bytes);

    public static Replies operator -(Replies one, Replies other) => new(one.Messages - other.Messages, one.Bytes - other.Bytes);
}
