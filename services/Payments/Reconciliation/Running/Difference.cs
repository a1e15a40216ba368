using ClaimsTransfer.Payments.Reconciliation.Comparing;

namespace ClaimsTransfer.Payments.Reconciliation.Running;

/// <summary>One line of a reconciliation. Amounts in øre; null: that ledger does not have it.</summary>
/// <param name="Reference">Ours at the debtor system; what the debtor system or the payment says where that names no claim.</param>
/// <param name="PaymentOre">Money that belongs to no acknowledged claim.</param>
/// <param name="WouldBe">With <see cref="Cause.Late"/>: what it is when nothing comes.</param>
/// <param name="RepairedAt">When its message went out.</param>
public sealed record Difference(
    Guid ClaimId, string Municipality, string? Agency, long? FeeId, string? Reference, long? FbsOre, long? OursOre, long? DebtorOre, long? PaymentOre,
    Cause Cause, Cause? WouldBe, DateTimeOffset Since, SuggestedAction Action, bool IsSafe, DateTimeOffset? RepairedAt)
{
    /// <summary>Its place in the run.</summary>
    internal long Number { get; init; }

    /// <summary>The claim's, as we have it.</summary>
    internal long Version { get; init; }
}
