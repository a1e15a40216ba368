using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>
/// A fee as it stands in FBS by what FBS was told. Messages come in any order and end in the same fee: of what the debtor system claims the highest version counts, of
/// what was paid the highest sequence.
/// </summary>
public sealed record FbsFee(string Agency, long FeeId, string Municipality)
{
    /// <summary>0: not handed over yet.</summary>
    public int TransferredVersion { get; init; }

    public long AmountOre { get; init; }

    public long? PatronId { get; init; }

    public DateTimeOffset TransferredAt { get; init; }

    /// <summary>-1: nothing was ever paid.</summary>
    public int Sequence { get; init; } = -1;

    public long BalanceOre { get; init; }

    public bool IsSettled { get; init; }

    public string? OrderId { get; init; }

    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>The newest message that said it is settled, and under which order.</summary>
    public int SettledSequence { get; init; } = -1;

    public string? SettledOrder { get; init; }

    public bool IsCancelled { get; init; }

    /// <summary>The order under which a payment was registered through the payment interface.</summary>
    public string? RegisteredOrder { get; init; }

    /// <summary>What had been told when it was registered: only what was told after it can release the order.</summary>
    public int RegisteredSequence { get; init; } = -1;

    public int RowVersion { get; init; }

    public bool IsOpen => TransferredVersion > 0 && !IsSettled && !IsCancelled;

    public long RemainingOre => Sequence >= 0 ? BalanceOre : AmountOre;

    /// <summary>
    /// Whether the registered order still stands. A fee that was reopened after it was settled releases its order, since what is paid then is another payment. An older
    /// message of the same order that comes late reopens nothing.
    /// </summary>
    public bool IsOrderStanding =>
        RegisteredOrder is not null
        && (Sequence <= RegisteredSequence || IsSettled || (OrderId == RegisteredOrder && !(SettledOrder == RegisteredOrder && Sequence > SettledSequence)));

    /// <summary>An order that was settled and reopened before its payment was registered does not stand either.</summary>
    public FbsFee Registered(string orderId) => this with { RegisteredOrder = orderId, RegisteredSequence = SettledOrder == orderId ? SettledSequence : Sequence };

    /// <summary>Two changes may be acknowledged under one version, the highest the debtor system has: the later one counts.</summary>
    public FbsFee With(ClaimTransferred told) =>
        (told.Version, told.OccurredAt.ToUnixTimeMilliseconds()).CompareTo((TransferredVersion, TransferredAt.ToUnixTimeMilliseconds())) <= 0 ? this
        : this with { TransferredVersion = told.Version, AmountOre = told.AmountOre, PatronId = told.PatronId, TransferredAt = told.OccurredAt };

    public FbsFee With(ClaimCancelled _) => this with { IsCancelled = true };

    public FbsFee With(PaymentReconciled told)
    {
        var sequence = told.Sequence ?? 0;
        var fee = told.Settled && sequence > SettledSequence ? this with { SettledSequence = sequence, SettledOrder = told.OrderId } : this;
        return sequence <= Sequence ? fee
            : fee with
            {
                Sequence = sequence, BalanceOre = told.BalanceOre, IsSettled = told.Settled, OrderId = told.OrderId, SettledAt = told.Settled ? told.OccurredAt : null,
            };
    }
}

/// <summary>One municipality's fees in FBS.</summary>
/// <param name="ReconciledToFbs">Fees it was told are settled and that still are, cancelled ones left out.</param>
/// <param name="OpenClaims">Handed over, not settled, not cancelled.</param>
/// <param name="OpenOre">What remains of the open ones, øre.</param>
public sealed record FbsSummary(string Municipality, long ReconciledToFbs, long OpenClaims, long OpenOre);

/// <summary>An open fee, as FBS lists it for a reconciliation.</summary>
public sealed record OpenClaim(string Agency, long FeeId, long AmountOre);
