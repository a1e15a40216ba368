using MassTransit;

namespace ClaimsTransfer.Benchmarks.Baseline;

// The baseline's own messages, plain: nothing in them is sealed. submit-claim is the wire's.

[EntityName("submit-claim")]
public sealed record SubmitClaim(
    Guid MessageId, DateTimeOffset OccurredAt, string Agency, long FeeId, int Version, string Type, string? Reason, long AmountOre, string Currency,
    DateOnly CreatedOn, DateOnly? DueOn, string? Branch, Party Borrower, Party? Guardian, IReadOnlyList<Material>? Materials);

public sealed record Party(string? Cpr, string? Cvr, string? Name);

public sealed record Material(string? ItemNumber, string? Faust, string? Group, string? Title);

[EntityName("claim-created")]
public sealed record ClaimCreated(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version, string Type, string? Reason, long AmountOre,
    DateOnly CreatedOn, DateOnly? DueOn, string? Branch, Party Borrower, Party? Guardian, IReadOnlyList<Material>? Materials);

[EntityName("transfer-claim")]
public sealed record TransferClaim(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version, string Type, string? Reason, long AmountOre,
    DateOnly CreatedOn, DateOnly? DueOn, Party Debtor, IReadOnlyList<Material>? Materials);

[EntityName("transfer-reported")]
public sealed record TransferReported(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version, long AmountOre, string DebtorReference);

[EntityName("claim-transferred")]
public sealed record ClaimTransferred(
    Guid MessageId, DateTimeOffset OccurredAt, Guid ClaimId, string Municipality, string Agency, long FeeId, int Version, long AmountOre, string DebtorReference);
