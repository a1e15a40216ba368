using System.Text;
using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Payments.Booking;

/// <summary>Effects become what the ledger keeps, and what it keeps becomes what is published: once or again, byte for byte the same.</summary>
internal static class Outbound
{
    public static RecordedEffect Record(IClaimMessage effect) => new(
        NameOf(effect), effect.MessageId, JsonSerializer.Serialize(effect, MessageJson.Default.GetTypeInfo(effect.GetType())!));

    public static OutgoingMessage Message(RecordedEffect effect, string? traceParent) =>
        new(effect.Name, effect.Id, Encoding.UTF8.GetBytes(effect.Body), TraceParent: traceParent);

    public static string NameOf(IMessage message) => message switch
    {
        PaymentReconciled => MessageNames.PaymentReconciled,
        CoverageRegistered => MessageNames.CoverageRegistered,
        CoverageReversed => MessageNames.CoverageReversed,
        WriteOffRegistered => MessageNames.WriteOffRegistered,
        DebtorAccountChanged => MessageNames.DebtorAccountChanged,
        ClaimTransferred => MessageNames.ClaimTransferred,
        ClaimCancelled => MessageNames.ClaimCancelled,
        DebtorEntryUnmatched => MessageNames.DebtorEntryUnmatched,
        _ => throw new ArgumentOutOfRangeException(nameof(message), message.GetType().Name, "Not a message that Payments knows."),
    };
}
