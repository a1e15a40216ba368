using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>What could be made of an incoming message: either a message without faults, or all of its faults.</summary>
/// <param name="Kind">The message's name; <c>submit-claim</c> when it could not be read.</param>
/// <param name="Id">The row it is recorded under: the message id of a valid one, derived from a keyed fingerprint of the body of any other.</param>
/// <param name="Content">Derived from a keyed fingerprint of everything but message id and time: equal for equal content. Null when there are faults.</param>
/// <param name="Message">In the clear; never stored or logged. Null when there are faults.</param>
/// <param name="KeptBody">Of a refused message: what is kept of it, without anything personal.</param>
/// <param name="IsUnreadable">Not a JSON object at all.</param>
/// <param name="Sender">Who sent it, as far as the way in vouches for somebody.</param>
/// <param name="IsForeign">Its agency is not its sender's: only who sent it is told.</param>
/// <param name="Listed">It is a fee as a list of FBS's shows it now, not a message that FBS sent.</param>
public sealed record ReadMessage(
    string Kind, Guid Id, Guid? Content, IMessage? Message, Addressed Addressed, IReadOnlyList<ToldFault> Faults, string? KeptBody = null,
    string? TraceParent = null, long Line = 0, bool IsUnreadable = false, bool IsTooLong = false, ListedFee? Listed = null,
    string? Sender = null, bool IsForeign = false);

/// <param name="Debtor">Keyed fingerprint of the borrower, by the number: a guardian may be named later.</param>
public sealed record ListedFee(bool IsPaid, Guid Debtor)
{
    /// <summary>Of what a list makes of a claim's version: the same list again is the same messages again.</summary>
    public static Guid IdOf(Guid claimId, long version) => DeterministicId.Of(claimId, $"fbs-fees/{version}");

    /// <summary>Of the fee as paid, whatever its claim's versions are.</summary>
    public static Guid IdOfPaid(Guid claimId) => DeterministicId.Of(claimId, "fbs-fees/paid");
}

/// <summary>What a message says about whom it concerns, as far as it could be read.</summary>
public sealed record Addressed(Guid? MessageId, DateTimeOffset? OccurredAt, string? Municipality, string? Agency, long? FeeId, int? Version)
{
    public static readonly Addressed ToNobody = new(null, null, null, null, null, null);

    public Guid? ClaimId { get; } = Agency is not null && FeeId is not null ? DeterministicId.OfClaim(Agency, FeeId.Value) : null;
}
