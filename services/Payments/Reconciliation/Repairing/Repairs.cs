using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Running;

namespace ClaimsTransfer.Payments.Reconciliation.Repairing;

/// <summary>What FBS has been told of payments.</summary>
internal interface IToldFbs
{
    /// <summary>Sends the last <c>payment-reconciled</c> of each claim again, under the id it had.</summary>
    Task SendAgainAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation);
}

/// <summary>
/// Repairs what is safe to repair, by the messages that a person's action would send. Their ids follow from claim, operation and run: sent twice, they are one. Written down on the
/// difference once the broker has confirmed.
/// </summary>
internal sealed class Repairs(Differences differences, Leases leases, IPublisher publisher, IToldFbs told, TimeProvider time)
{
    public const string Self = "reconciliation";

    /// <exception cref="LeaseLostException">Another reconciles the municipality by now, and repairs what it finds itself.</exception>
    public async Task RunAsync(ReconciliationRun run, string who, LeaseFence fence, CancellationToken cancellation)
    {
        await foreach (var page in differences.PagesAsync(run.Number, isUnrepaired: true, cancellation))
        {
            var messages = page.Where(line => line.Action is SuggestedAction.Reregister or SuggestedAction.Readjust).Select(line => Message(run, line, who)).ToList();
            await leases.RequireAsync(fence, cancellation);
            if (messages.Count > 0)
                await publisher.PublishAsync(messages, cancellation);
            var untold = page.Where(line => line.Action == SuggestedAction.TellFbsAgain).Select(line => line.ClaimId).ToList();
            if (untold.Count > 0)
                await told.SendAgainAsync(untold, cancellation);
            await differences.SetRepairedAsync(run.Number, [.. page.Select(line => line.Number)], time.GetUtcNow(), fence, cancellation);
        }
    }

    private static OutgoingMessage Message(ReconciliationRun run, Difference line, string who)
    {
        var operation = line.Action == SuggestedAction.Reregister ? ClaimOperation.Reregister : ClaimOperation.Readjust;
        var messageId = DeterministicId.Of(line.ClaimId, $"{operation}/{run.RunId}");
        var message = new OperateClaim(
            messageId, run.StartedAt, line.ClaimId, line.Municipality, line.Agency!, line.FeeId!.Value, (int)line.Version, operation, who, line.Cause.ToString());
        return new OutgoingMessage(MessageNames.OperateClaim, messageId, JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.OperateClaim));
    }
}
