using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Payments.ToFbs;

/// <summary>What FBS said of an order, or that it said nothing usable.</summary>
public abstract record OrderAnswer
{
    public sealed record Registered(string? ConfirmationId) : OrderAnswer;

    /// <param name="OrderId">The order FBS names, where it does.</param>
    public sealed record RegisteredByAnother(string? OrderId) : OrderAnswer;

    public sealed record NotAllowed : OrderAnswer;

    /// <summary>It was not registered, and the same order again would not be either.</summary>
    /// <param name="Answer">FBS's own word for why, or the HTTP status.</param>
    public sealed record Refused(string Answer) : OrderAnswer;

    /// <summary>Nobody can tell whether it was registered: the same order is sent again.</summary>
    public sealed record Unclear(Note Why) : OrderAnswer;
}

/// <summary>The orders that FBS is still to confirm.</summary>
public interface IOrderStore
{
    /// <summary>Takes orders that are due, the longest overdue first, and counts the call before it is made; none is handed out again before <paramref name="leaseUntil"/>.</summary>
    Task<IReadOnlyList<DueOrder>> TakeDueAsync(DateTimeOffset now, DateTimeOffset leaseUntil, int most, CancellationToken cancellation);

    /// <summary>Keeps what FBS answered, unless the order has been called again meanwhile. Of an unclear answer: when to ask again.</summary>
    Task KeepAsync(DueOrder order, OrderAnswer answer, DateTimeOffset now, DateTimeOffset againAt, CancellationToken cancellation);

    /// <summary>A person has dealt with an order; false: there is none that needs one.</summary>
    Task<bool> CloseAsync(Guid itemId, string who, string why, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Those of the claims that have an order which FBS is still to confirm.</summary>
    Task<IReadOnlySet<Guid>> UnconfirmedAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation);
}
