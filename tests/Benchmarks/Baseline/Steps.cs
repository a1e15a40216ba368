using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Benchmarks.Baseline;

/// <summary>Takes a claim in: no validation, no sealing.</summary>
public sealed class TakeIn : Step<SubmitClaim, ClaimCreated>
{
    public override string Queue => "ingest";

    public override string Statement =>
        "INSERT INTO messages (message_id, claim_id, municipality, body, received_at) VALUES (@MessageId, @ClaimId, @Municipality, @body, now())";

    public override string SetStatement =>
        """
        INSERT INTO messages (message_id, claim_id, municipality, body, received_at)
        SELECT message_id, claim_id, municipality, body, now()
        FROM unnest(@messageIds, @claimIds, @municipalities, @bodies) AS taken (message_id, claim_id, municipality, body)
        """;

    public override Guid IdOf(SubmitClaim message) => message.MessageId;

    public override Guid ClaimOf(ClaimCreated next) => next.ClaimId;

    public override ClaimCreated Next(SubmitClaim message) => new(
        DeterministicId.Of(message.MessageId, "created"), message.OccurredAt, DeterministicId.Create(DeterministicId.ClaimsTransfer, $"{message.Agency}/{message.FeeId}"),
        $"0{message.Agency[4..7]}", message.Agency, message.FeeId, message.Version, message.Type, message.Reason, message.AmountOre, message.CreatedOn, message.DueOn,
        message.Branch, message.Borrower, message.Guardian, message.Materials);

    public override object State(SubmitClaim message, ClaimCreated next) =>
        new { message.MessageId, next.ClaimId, next.Municipality, body = BaselineStore.BodyOf(message) };

    public override object States(IReadOnlyList<SubmitClaim> messages, IReadOnlyList<ClaimCreated> next) => new
    {
        messageIds = messages.Select(message => message.MessageId).ToArray(),
        claimIds = next.Select(claim => claim.ClaimId).ToArray(),
        municipalities = next.Select(claim => claim.Municipality).ToArray(),
        bodies = messages.Select(BaselineStore.BodyOf).ToArray(),
    };
}

/// <summary>Sends a new claim on its way.</summary>
public sealed class Route : Step<ClaimCreated, TransferClaim>
{
    public override string Queue => "routing-claim-created";

    public override string Statement =>
        """
        INSERT INTO claims (claim_id, municipality, agency, fee_id, version, amount_ore, status)
        VALUES (@ClaimId, @Municipality, @Agency, @FeeId, @Version, @AmountOre, 'Sending')
        """;

    public override string SetStatement =>
        """
        INSERT INTO claims (claim_id, municipality, agency, fee_id, version, amount_ore, status)
        SELECT claim_id, municipality, agency, fee_id, version, amount_ore, 'Sending'
        FROM unnest(@claimIds, @municipalities, @agencies, @feeIds, @versions, @amounts) AS made (claim_id, municipality, agency, fee_id, version, amount_ore)
        """;

    public override Guid IdOf(ClaimCreated message) => message.MessageId;

    public override Guid ClaimOf(TransferClaim next) => next.ClaimId;

    public override TransferClaim Next(ClaimCreated message) => new(
        DeterministicId.Of(message.MessageId, "transfer"), message.OccurredAt, message.ClaimId, message.Municipality, message.Agency, message.FeeId, message.Version,
        message.Type, message.Reason, message.AmountOre, message.CreatedOn, message.DueOn, message.Guardian ?? message.Borrower, message.Materials);

    public override object State(ClaimCreated message, TransferClaim next) =>
        new { message.ClaimId, message.Municipality, message.Agency, message.FeeId, message.Version, message.AmountOre };

    public override object States(IReadOnlyList<ClaimCreated> messages, IReadOnlyList<TransferClaim> next) => new
    {
        claimIds = messages.Select(claim => claim.ClaimId).ToArray(),
        municipalities = messages.Select(claim => claim.Municipality).ToArray(),
        agencies = messages.Select(claim => claim.Agency).ToArray(),
        feeIds = messages.Select(claim => claim.FeeId).ToArray(),
        versions = messages.Select(claim => claim.Version).ToArray(),
        amounts = messages.Select(claim => claim.AmountOre).ToArray(),
    };
}

/// <summary>Calls a debtor system that has done everything at once.</summary>
public sealed class Register : Step<TransferClaim, TransferReported>
{
    public override string Queue => "connector";

    public override string Statement =>
        "INSERT INTO instructions (message_id, claim_id, municipality, debtor_reference) VALUES (@MessageId, @ClaimId, @Municipality, @DebtorReference)";

    public override string SetStatement =>
        """
        INSERT INTO instructions (message_id, claim_id, municipality, debtor_reference)
        SELECT * FROM unnest(@messageIds, @claimIds, @municipalities, @references)
        """;

    public override Guid IdOf(TransferClaim message) => message.MessageId;

    public override Guid ClaimOf(TransferReported next) => next.ClaimId;

    public override TransferReported Next(TransferClaim message) => new(
        DeterministicId.Of(message.MessageId, "reported"), message.OccurredAt, message.ClaimId, message.Municipality, message.Agency, message.FeeId, message.Version,
        message.AmountOre, $"D-{message.ClaimId:N}");

    public override object State(TransferClaim message, TransferReported next) => new { message.MessageId, message.ClaimId, message.Municipality, next.DebtorReference };

    public override object States(IReadOnlyList<TransferClaim> messages, IReadOnlyList<TransferReported> next) => new
    {
        messageIds = messages.Select(claim => claim.MessageId).ToArray(),
        claimIds = messages.Select(claim => claim.ClaimId).ToArray(),
        municipalities = messages.Select(claim => claim.Municipality).ToArray(),
        references = next.Select(report => report.DebtorReference).ToArray(),
    };
}

/// <summary>Tells FBS.</summary>
public sealed class Tell : Step<TransferReported, ClaimTransferred>
{
    public override string Queue => "routing-transfer-reported";

    public override string Statement => "UPDATE claims SET status = 'Transferred', debtor_reference = @DebtorReference WHERE claim_id = @ClaimId";

    public override string SetStatement =>
        """
        UPDATE claims SET status = 'Transferred', debtor_reference = report.debtor_reference
        FROM unnest(@claimIds, @references) AS report (claim_id, debtor_reference)
        WHERE claims.claim_id = report.claim_id
        """;

    public override Guid IdOf(TransferReported message) => message.MessageId;

    public override Guid ClaimOf(ClaimTransferred next) => next.ClaimId;

    public override ClaimTransferred Next(TransferReported message) => new(
        DeterministicId.Of(message.MessageId, "transferred"), message.OccurredAt, message.ClaimId, message.Municipality, message.Agency, message.FeeId, message.Version,
        message.AmountOre, message.DebtorReference);

    public override object State(TransferReported message, ClaimTransferred next) => new { message.DebtorReference, message.ClaimId };

    public override object States(IReadOnlyList<TransferReported> messages, IReadOnlyList<ClaimTransferred> next) => new
    {
        claimIds = messages.Select(report => report.ClaimId).ToArray(),
        references = messages.Select(report => report.DebtorReference).ToArray(),
    };
}
