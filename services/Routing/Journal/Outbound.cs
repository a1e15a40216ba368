using System.Text;
using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Routing.Journal;

/// <summary>Effects become what the journal keeps, and what the journal keeps becomes what is published: once or again, byte for byte the same.</summary>
internal static class Outbound
{
    public static RecordedEffect Record(IClaimMessage effect)
    {
        var name = EventName.Of(effect);
        var body = JsonSerializer.Serialize(effect, MessageJson.Default.GetTypeInfo(effect.GetType())!);
        return new RecordedEffect(name, effect.MessageId, effect is TransferClaim ? effect.Municipality : "", body);
    }

    public static OutgoingMessage Message(RecordedEffect effect, string? traceParent) =>
        new(effect.Name, effect.Id, Encoding.UTF8.GetBytes(effect.Body), effect.RoutingKey, traceParent);
}
