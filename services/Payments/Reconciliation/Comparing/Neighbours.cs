namespace ClaimsTransfer.Payments.Reconciliation.Comparing;

/// <summary>A payment that belongs to no claim, and waits for a person.</summary>
/// <param name="Id">The same in every run.</param>
/// <param name="Reference">What it says it is for: slip, debtor reference or entry.</param>
/// <param name="SinceAt">Unix milliseconds.</param>
internal sealed record UnmatchedPayment(Guid Id, string? Reference, long AmountOre, long SinceAt);

/// <summary>The worklist, as far as reconciliation needs it.</summary>
internal interface IUnmatchedPayments
{
    /// <summary>The open ones of a municipality, in pages.</summary>
    IAsyncEnumerable<IReadOnlyList<UnmatchedPayment>> OpenAsync(string municipality, CancellationToken cancellation);
}

/// <summary>What FBS is being told by its payment interface.</summary>
internal interface IFbsOrders
{
    /// <summary>Those of the claims that have an order which FBS has not confirmed.</summary>
    Task<IReadOnlySet<Guid>> UnconfirmedAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation);
}
