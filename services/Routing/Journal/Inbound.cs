using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Journal;

/// <summary>Reads what comes on Routing's queue. All of it was written by our own services: what does not fit is a fault to look at, never a claim to refuse.</summary>
internal static class Inbound
{
    public static IClaimMessage Read(Delivery delivery) => delivery.Name switch
    {
        MessageNames.ClaimCreated => Read(delivery, MessageJson.Default.ClaimCreated),
        MessageNames.ClaimAdjusted => Read(delivery, MessageJson.Default.ClaimAdjusted),
        MessageNames.ClaimWithdrawn => Read(delivery, MessageJson.Default.ClaimWithdrawn),
        MessageNames.LiablePartyChanged => Read(delivery, MessageJson.Default.LiablePartyChanged),
        MessageNames.TransferReported => Read(delivery, MessageJson.Default.TransferReported),
        MessageNames.CoverageRegistered => Read(delivery, MessageJson.Default.CoverageRegistered),
        MessageNames.CoverageReversed => Read(delivery, MessageJson.Default.CoverageReversed),
        MessageNames.WriteOffRegistered => Read(delivery, MessageJson.Default.WriteOffRegistered),
        MessageNames.DebtorAccountChanged => Read(delivery, MessageJson.Default.DebtorAccountChanged),
        MessageNames.OperateClaim => Read(delivery, MessageJson.Default.OperateClaim),
        MessageNames.MessageDeadLettered => Read(delivery, MessageJson.Default.MessageDeadLettered),
        _ => throw new PermanentException($"'{delivery.Name}' is not a message that Routing takes."),
    };

    /// <summary>What Routing sends itself, when it is looked at on the connector's error queue.</summary>
    public static TransferClaim ReadInstruction(Delivery delivery) => Read(delivery, MessageJson.Default.TransferClaim);

    private static T Read<T>(Delivery delivery, JsonTypeInfo<T> type)
        where T : class, IClaimMessage
    {
        try
        {
            var message = BoundedJson.Read(delivery.Body.Span, type, Bound.MessageBytes);
            if (message is null || message.MessageId == Guid.Empty || message.ClaimId == Guid.Empty || string.IsNullOrEmpty(message.Municipality))
                throw new PermanentException($"A {delivery.Name} without message id, claim id or municipality.");
            return message;
        }
        catch (JsonException fault)
        {
            // The exception's own text may quote the value; the path says where to look.
            throw new PermanentException($"A {delivery.Name} that does not fit its record at {fault.Path ?? "$"}.");
        }
    }
}
