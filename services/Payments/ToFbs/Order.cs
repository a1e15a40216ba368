using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Payments.ToFbs;

/// <summary>How an order stands.</summary>
public enum OrderState
{
    /// <summary>FBS is still to confirm it.</summary>
    Pending,

    Confirmed,

    /// <summary>FBS has the fee paid under another order, none of ours: for a person.</summary>
    PaidElsewhere,

    /// <summary>FBS does not let us register a payment of this fee: for a person.</summary>
    NotAllowed,

    /// <summary>FBS did not register it, for a reason of its own: for a person.</summary>
    Refused,

    /// <summary>FBS has not said whose fee it is, so there is nobody to register the payment for: FBS is told by message alone.</summary>
    NoPatron,

    /// <summary>Nothing was sent, and nothing is to be sent: the claim was reopened or cancelled before.</summary>
    Withdrawn,
}

/// <summary>What a batch does to the orders: one is wanted, or no longer wanted.</summary>
/// <param name="HasPatron">Whether FBS has said whose fee it is.</param>
public sealed record OrderChange(string OrderId, bool IsWanted, Guid ClaimId, string Municipality, string Agency, long FeeId, bool HasPatron, DateTimeOffset At)
{
    /// <summary>By which the worklist names the order.</summary>
    public Guid ItemId => DeterministicId.Of(ClaimId, $"order/{OrderId}");
}

/// <summary>An order to be sent now.</summary>
/// <param name="Calls">How often it was sent, this time included; the number of this call.</param>
public sealed record DueOrder(string OrderId, Guid ClaimId, string Municipality, string Agency, long FeeId, long PatronId, int Calls);
