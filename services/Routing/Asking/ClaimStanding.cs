using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Routing.Asking;

/// <summary>Where a claim stands, in one line. No identity, no name.</summary>
/// <param name="DeadLetters">Messages about it that lie on an error queue.</param>
/// <param name="Why">Why it is held, out of scope, rejected or cancelled.</param>
/// <param name="ReceivedAt">Absent: only heard of yet.</param>
/// <param name="DueAt">When it is looked at again if nothing has come.</param>
/// <param name="EndedAt">When the last thing happened to it that is expected; absent: it goes on, or it is erased.</param>
public sealed record ClaimStanding(
    Guid ClaimId, string Municipality, string Agency, long FeeId, ClaimStatus Status, ClaimCategory Category, int Version, long AmountOre, OpenStanding? Open,
    IReadOnlyList<Guid> DeadLetters, Note? Why, string? DebtorReference, DateTimeOffset? ReceivedAt, DateTimeOffset? DueAt,
    DateTimeOffset? EndedAt, DateTimeOffset? ErasedAt)
{
    public static ClaimStanding Of(ClaimState claim) => new(
        claim.ClaimId, claim.Municipality, claim.Agency, claim.FeeId, claim.Status, claim.Category, claim.Version, claim.AmountOre, OpenStanding.Of(claim.Open),
        claim.DeadLetters, claim.Why, claim.Registered?.DebtorReference, claim.ReceivedAt, claim.DueAt, claim.EndedAt, claim.ErasedAt);
}

/// <summary>The instruction whose outcome is awaited.</summary>
public sealed record OpenStanding(Guid Id, InstructionKind Kind)
{
    public static OpenStanding? Of(OpenInstruction? open) => open is null ? null : new OpenStanding(open.Id, open.Kind);
}

/// <summary>Body of <c>POST /routing/claims/standing</c>.</summary>
public sealed record ClaimIds(IReadOnlyList<Guid>? Ids)
{
    [System.Text.Json.Serialization.JsonPropertyName("claimIds")]
    public IReadOnlyList<Guid>? Ids { get; init; } = Ids;
}

public sealed record ClaimPage(IReadOnlyList<ClaimStanding> Claims, string? Next = null);
