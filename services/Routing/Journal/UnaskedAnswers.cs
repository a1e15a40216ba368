using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Defaults.Telemetry;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Routing.Journal;

/// <summary>
/// Counts the answers of vendors for instructions that their claims were never given. The saga does not need it: such an answer changes no claim. People do: a vendor that guesses, or
/// mixes up its customers, is seen before it has done harm elsewhere.
/// </summary>
public sealed partial class UnaskedAnswers(SenderRefusals refusals, ILogger logger)
{
    /// <param name="claim">As it was before the message.</param>
    /// <returns>Null: not one of these; an answer that comes late or again is none.</returns>
    internal static SenderRefusal? Of(string? sender, IClaimMessage? message, ClaimState claim) =>
        message is TransferReported reported && BrokerUsers.IsVendor(sender) && !claim.HasGiven(reported.InstructionId)
            ? new SenderRefusal(
                sender!, reported.Municipality, MessageNames.TransferReported, RefusalReason.NeverGiven,
                $"The broker's user '{sender}' answered {reported.Outcome} for an instruction that claim {reported.ClaimId} of municipality {reported.Municipality} was never given.")
            : null;

    internal async Task RecordAsync(IReadOnlyList<SenderRefusal> unasked, CancellationToken cancellation)
    {
        await refusals.RecordAsync(unasked, cancellation);
        foreach (var group in unasked.GroupBy(one => (one.Sender, one.Municipality)))
        {
            ClaimMetrics.SenderRefused(group.Key.Sender, group.Key.Municipality, nameof(RefusalReason.NeverGiven), group.Count());
            Log.NeverGiven(logger, group.Count(), group.First().Text);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3010, LogLevel.Warning, "{Count} answers to what was never asked change nothing. {Text}")]
        public static partial void NeverGiven(ILogger logger, int count, string text);
    }
}
