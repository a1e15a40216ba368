using ClaimsTransfer.Messages;
using MassTransit;

namespace ClaimsTransfer.Benchmarks.Baseline;

/// <summary>Takes a claim in: no validation, no sealing.</summary>
public sealed class IngestConsumer(BaselineStore store) : IConsumer<SubmitClaim>
{
    public async Task Consume(ConsumeContext<SubmitClaim> context)
    {
        var claim = context.Message;
        var claimId = DeterministicId.Create(DeterministicId.ClaimsTransfer, $"{claim.Agency}/{claim.FeeId}");
        var municipality = $"0{claim.Agency[4..7]}";
        var created = new ClaimCreated(
            DeterministicId.Of(claim.MessageId, "created"), claim.OccurredAt, claimId, municipality, claim.Agency, claim.FeeId, claim.Version, claim.Type, claim.Reason,
            claim.AmountOre, claim.CreatedOn, claim.DueOn, claim.Branch, claim.Borrower, claim.Guardian, claim.Materials);
        await store.SaveAsync(
            "INSERT INTO messages (message_id, claim_id, municipality, body, received_at) VALUES (@MessageId, @claimId, @municipality, @body, now())",
            new { claim.MessageId, claimId, municipality, body = BaselineStore.BodyOf(claim) }, claim.MessageId, claimId, nameof(SubmitClaim), created, context.CancellationToken);
        await context.Publish(created, context.CancellationToken);
    }
}

/// <summary>Sends a new claim on its way.</summary>
public sealed class RoutingConsumer(BaselineStore store) : IConsumer<ClaimCreated>
{
    public async Task Consume(ConsumeContext<ClaimCreated> context)
    {
        var claim = context.Message;
        var transfer = new TransferClaim(
            DeterministicId.Of(claim.MessageId, "transfer"), claim.OccurredAt, claim.ClaimId, claim.Municipality, claim.Agency, claim.FeeId, claim.Version, claim.Type,
            claim.Reason, claim.AmountOre, claim.CreatedOn, claim.DueOn, claim.Guardian ?? claim.Borrower, claim.Materials);
        await store.SaveAsync(
            """
            INSERT INTO claims (claim_id, municipality, agency, fee_id, version, amount_ore, status)
            VALUES (@ClaimId, @Municipality, @Agency, @FeeId, @Version, @AmountOre, 'Sending')
            """,
            new { claim.ClaimId, claim.Municipality, claim.Agency, claim.FeeId, claim.Version, claim.AmountOre },
            claim.MessageId, claim.ClaimId, nameof(ClaimCreated), transfer, context.CancellationToken);
        await context.Publish(transfer, context.CancellationToken);
    }
}

/// <summary>Calls a debtor system that has done everything at once.</summary>
public sealed class ConnectorConsumer(BaselineStore store) : IConsumer<TransferClaim>
{
    public async Task Consume(ConsumeContext<TransferClaim> context)
    {
        var claim = context.Message;
        var reference = $"D-{claim.ClaimId:N}";
        var reported = new TransferReported(
            DeterministicId.Of(claim.MessageId, "reported"), claim.OccurredAt, claim.ClaimId, claim.Municipality, claim.Agency, claim.FeeId, claim.Version, claim.AmountOre, reference);
        await store.SaveAsync(
            "INSERT INTO instructions (message_id, claim_id, municipality, debtor_reference) VALUES (@MessageId, @ClaimId, @Municipality, @reference)",
            new { claim.MessageId, claim.ClaimId, claim.Municipality, reference }, claim.MessageId, claim.ClaimId, nameof(TransferClaim), reported, context.CancellationToken);
        await context.Publish(reported, context.CancellationToken);
    }
}

/// <summary>Tells FBS.</summary>
public sealed class ReportConsumer(BaselineStore store) : IConsumer<TransferReported>
{
    public async Task Consume(ConsumeContext<TransferReported> context)
    {
        var report = context.Message;
        var transferred = new ClaimTransferred(
            DeterministicId.Of(report.MessageId, "transferred"), report.OccurredAt, report.ClaimId, report.Municipality, report.Agency, report.FeeId, report.Version, report.AmountOre,
            report.DebtorReference);
        await store.SaveAsync(
            "UPDATE claims SET status = 'Transferred', debtor_reference = @DebtorReference WHERE claim_id = @ClaimId",
            new { report.DebtorReference, report.ClaimId }, report.MessageId, report.ClaimId, nameof(TransferReported), transferred, context.CancellationToken);
        await context.Publish(transferred, context.CancellationToken);
    }
}
