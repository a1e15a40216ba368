namespace ClaimsTransfer.Messages;

/// <summary>A person or organisation in the clear. Only messages from FBS carry one; Ingest seals it before anything is stored or sent on.</summary>
/// <param name="Cpr">Ten digits, DDMMYYSSSS; never checked by modulus 11.</param>
/// <param name="Cvr">Eight digits with check digit; in place of <paramref name="Cpr"/> for an organisation.</param>
/// <param name="Name">At most 200 characters.</param>
public sealed record Party(string? Cpr = null, string? Cvr = null, string? Name = null);

/// <summary>What was borrowed. A fee may have none (closed interlibrary loans) or many.</summary>
public sealed record Material(string? ItemNumber = null, string? Faust = null, string? Group = null, string? Title = null);

/// <summary>FBS submits a claim. Version is 1.</summary>
/// <param name="Type"><c>fee</c> or <c>compensation</c>; anything else is handled as other.</param>
/// <param name="Reason">Why, as the citizen may read it, at most 500 characters; never a CPR.</param>
/// <param name="AmountOre">Øre, greater than 0.</param>
/// <param name="Currency">DKK.</param>
/// <param name="CreatedOn">The claim's day of creation, Danish date: cut-over and the borrower's age are decided by it.</param>
/// <param name="DueOn">The last timely day of payment.</param>
/// <param name="Branch">ISIL of the branch; it may differ from the agency, and the agency decides the municipality.</param>
/// <param name="Guardian">Null or absent: none. Never the borrower.</param>
/// <param name="PatronId">FBS's own id of the borrower, without which a payment cannot be registered through FBS's payment interface; absent: FBS is told by message alone.</param>
public sealed record SubmitClaim(
    Guid MessageId, DateTimeOffset OccurredAt, string Agency, long FeeId, int Version,
    string Type, string? Reason, long AmountOre, string Currency, DateOnly CreatedOn, DateOnly? DueOn,
    string? Branch, Party Borrower, Party? Guardian, IReadOnlyList<Material>? Materials, long? PatronId = null) : IMessage;

/// <summary>FBS changes what the claim is for, in øre; the new amount, not the difference.</summary>
public sealed record AdjustClaim(
    Guid MessageId, DateTimeOffset OccurredAt, string Agency, long FeeId, int Version, long NewAmountOre, string? Reason) : IMessage;

/// <summary>FBS cancels the claim. <c>reason</c>: itemReturned, error, complaint or waived.</summary>
public sealed record CancelClaim(
    Guid MessageId, DateTimeOffset OccurredAt, string Agency, long FeeId, int Version, string Reason) : IMessage;

/// <summary>FBS names another liable party. <c>reason</c>: cprChange, guardianAdded or cameOfAge.</summary>
public sealed record ChangeLiableParty(
    Guid MessageId, DateTimeOffset OccurredAt, string Agency, long FeeId, int Version, Party LiableParty, string Reason) : IMessage;
