using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Telemetry;
using ClaimsTransfer.Messages;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.ConnectorSdk.Instructions;

/// <summary>The cause of a dead letter: the debtor system answered, several times, and nobody can understand it. Its text is bounded and without personal data.</summary>
public sealed class AnswerNotUnderstoodException(string message) : Exception(message);

public sealed partial class InstructionHandler
{
    /// <summary>
    /// Puts the messages of dead-lettered instructions back where operators look for them, then tells Routing, then marks them. All of it follows from the row: whoever finds it
    /// unfinished after a crash puts the same bytes and tells the same words.
    /// </summary>
    private async Task PutDeadLettersAsync(IReadOnlyList<InstructionRow> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return;
        List<OutgoingMessage> notices = [];
        foreach (var lane in rows.GroupBy(row => row.Municipality, StringComparer.Ordinal))
        {
            var queue = Topology.TransferQueue(lane.Key);
            List<StandingMessage> letters = [];
            foreach (var row in lane)
            {
                var cause = new AnswerNotUnderstoodException(row.Failure!);
                var failedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.FailedAt!.Value);
                var delivery = new Delivery(MessageNames.TransferClaim, row.MessageId.ToString(), Encoding.UTF8.GetBytes(row.Body), row.TraceParent);
                letters.Add(new StandingMessage(delivery, FaultNote.Of(cause, failedAt, queue)));
                notices.Add(DeadLetterNotice.For(delivery, cause, queue, failedAt)
                    ?? throw new InvalidOperationException($"The log's body of instruction {row.InstructionId} names no claim."));
            }

            await _errors.PutAsync(queue, letters, cancellation);
        }

        await _publisher.PublishAsync(notices, cancellation);
        await _log.MarkReportedAsync(rows, cancellation);
    }

    private void TellDeadLettered(InstructionRow row)
    {
        ClaimMetrics.DeadLettered(Topology.TransferQueue(row.Municipality), row.Municipality);
        DeadLetterLog.Condemned(_logger, _vendor, row.Municipality, row.Subject, row.NotUnderstood, row.Failure!);
    }

    private static partial class DeadLetterLog
    {
        [LoggerMessage(3007, LogLevel.Error, "{Vendor} {Municipality}: instruction {Instruction} goes to the error queue after {Count} answers. {Failure}")]
        public static partial void Condemned(ILogger logger, string vendor, string municipality, Guid instruction, int count, string failure);
    }
}
