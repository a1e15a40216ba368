using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Payments.Booking;

/// <summary>Reads what comes on Payments' queue. All of it was written by our own services: what does not fit is a fault to look at, never money to drop.</summary>
internal static class Inbound
{
    /// <summary>A hundred times what any claim can be for; sums of so much stay far from what a number holds.</summary>
    private const long MostOre = 10_000_000_000_000;

    private const int EntryIdLength = 200;

    public static IMessage Read(Delivery delivery)
    {
        var message = delivery.Name switch
        {
            MessageNames.ClaimTransferred => Read(delivery, MessageJson.Default.ClaimTransferred),
            MessageNames.ClaimCancelled => Read(delivery, MessageJson.Default.ClaimCancelled),
            MessageNames.CoverageRegistered => Read(delivery, MessageJson.Default.CoverageRegistered),
            MessageNames.CoverageReversed => Read(delivery, MessageJson.Default.CoverageReversed),
            MessageNames.WriteOffRegistered => Read(delivery, MessageJson.Default.WriteOffRegistered),
            MessageNames.DebtorAccountChanged => Read(delivery, MessageJson.Default.DebtorAccountChanged),
            MessageNames.DebtorEntryUnmatched => Read(delivery, MessageJson.Default.DebtorEntryUnmatched),
            _ => throw new PermanentException($"'{delivery.Name}' is not a message that Payments takes."),
        };
        if (message.MessageId == Guid.Empty)
            throw new PermanentException($"A {delivery.Name} without message id.");
        if (FaultOf(message) is { } fault)
            throw new PermanentException($"A {delivery.Name} {fault}.");
        return message;
    }

    /// <summary>The debtor system's id of the entry; null where the message is no entry.</summary>
    public static string? EntryIdOf(IMessage message) => message switch
    {
        CoverageRegistered coverage => coverage.EntryId,
        CoverageReversed reversal => reversal.EntryId,
        WriteOffRegistered writeOff => writeOff.EntryId,
        _ => null,
    };

    private static string? FaultOf(IMessage message) => message switch
    {
        IClaimMessage claim when claim.ClaimId == Guid.Empty || string.IsNullOrEmpty(claim.Municipality) || claim.Version < 0 => "without claim id, municipality or version",
        ClaimTransferred { Version: < 1 } or ClaimCancelled { Version: < 1 } => "whose version is below 1",
        ClaimTransferred { AmountOre: < 0 or > MostOre } => "whose amount is below 0 or out of all bounds",
        CoverageRegistered { AmountOre: <= 0 or > MostOre } or CoverageReversed { AmountOre: <= 0 or > MostOre } => "whose amount is not above 0 or out of all bounds",
        WriteOffRegistered { AmountOre: < -MostOre or > MostOre } => "whose amount is out of all bounds",
        DebtorEntryUnmatched { Kind: DebtorEntryKind.Coverage or DebtorEntryKind.Reversal, AmountOre: <= 0 } => "whose amount is not above 0",
        DebtorEntryUnmatched { AmountOre: < -MostOre or > MostOre } => "whose amount is out of all bounds",
        DebtorEntryUnmatched { Kind: DebtorEntryKind.Account, Status: null } => "about an account without its status",
        DebtorEntryUnmatched { Kind: DebtorEntryKind.Unreadable, Unreadable: null } => "about a line that cannot be read, without the line",
        DebtorEntryUnmatched { Municipality: null or "" } => "without municipality",
        DebtorEntryUnmatched { EntryId: null or { Length: 0 or > EntryIdLength } } => "without an entry id that can be kept",
        _ => EntryIdOf(message) is { Length: 0 or > EntryIdLength } ? "without an entry id that can be kept" : null,
    };

    private static IMessage Read(Delivery delivery, JsonTypeInfo type)
    {
        try
        {
            return BoundedJson.Read(delivery.Body.Span, type, Bound.MessageBytes) as IMessage ?? throw new PermanentException($"A {delivery.Name} without a body.");
        }
        catch (JsonException fault)
        {
            // The exception's own text may quote the value; the path says where to look.
            throw new PermanentException($"A {delivery.Name} that does not fit its record at {fault.Path ?? "$"}.");
        }
    }
}
