namespace ClaimsTransfer.Defaults.Messaging.Embedded;

/// <summary>A row of <c>broker.db</c>. The sequence is drawn by the one writer, so a reader's cursor never overlooks a row.</summary>
internal sealed record StoredMessage(
    long Sequence, string Name, string? MessageId, ReadOnlyMemory<byte> Body, string? TraceParent, int Attempts, FaultNote? Fault = null)
{
    public Delivery ToDelivery() => new(Name, MessageId, Body, TraceParent, Attempts) { Fault = Fault };
}
