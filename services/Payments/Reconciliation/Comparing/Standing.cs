using ClaimsTransfer.Payments.Ledger;

namespace ClaimsTransfer.Payments.Reconciliation.Comparing;

/// <summary>One claim as the three ledgers have it. Amounts in øre; as the comparison's statements select it.</summary>
internal sealed record Standing
{
    public string Agency { get; init; } = "";

    public long FeeId { get; init; }

    /// <summary>Of our account: Awaited, Open, Settled or Cancelled; null: we have none.</summary>
    public string? Status { get; init; }

    public long Version { get; init; }

    public long AmountOre { get; init; }

    public long CoveredOre { get; init; }

    public long ReversedOre { get; init; }

    public long WrittenOffOre { get; init; }

    public long BalanceOre { get; init; }

    public long? ChangedAt { get; init; }

    /// <summary>FBS could not be asked about it.</summary>
    public bool IsUnasked { get; init; }

    public long? FbsOre { get; init; }

    /// <summary>How often the debtor system has registered it; null: it does not list it.</summary>
    public long? Bookings { get; init; }

    public long? DebtorAmountOre { get; init; }

    public long? DebtorOre { get; init; }

    public bool IsInForceAtDebtor { get; init; }

    public long? DebtorChangedAt { get; init; }

    public bool IsAcknowledged => IsInForce || Status is "Cancelled";

    public bool IsInForce => Status is "Open" or "Settled";

    public bool IsAwaited => Status is "Awaited";

    /// <summary>Absent for a claim that is not acknowledged, and for a cancelled one with nothing on it that the debtor system does not claim either.</summary>
    public long? OursOre => IsInForce || (Status is "Cancelled" && (BalanceOre != 0 || DebtorOre is { } theirs && theirs != 0)) ? BalanceOre : null;

    /// <summary>Money that came in for a claim that the debtor system has not acknowledged.</summary>
    public long StrayOre => IsAwaited ? CoveredOre - ReversedOre : 0;

    /// <summary>FBS was told of a balance: it can be told again.</summary>
    public bool MoneyHasMoved => CoveredOre != 0 || ReversedOre != 0 || WrittenOffOre != 0;

    public bool DebtorAgrees => Status switch
    {
        "Open" or "Settled" => DebtorOre == BalanceOre,
        "Cancelled" => (DebtorOre ?? 0) == BalanceOre,
        // What it has cancelled, and nobody paid for, is no claim of anybody's.
        _ => DebtorOre is null || (!IsInForceAtDebtor && DebtorOre == 0),
    };

    /// <summary>FBS holds open what is owed; more than everything cannot be paid there, and it is told of no more than is claimed.</summary>
    public bool FbsAgrees => IsUnasked || (FbsOre ?? 0) == Math.Max(IsInForce ? Account.Owed(AmountOre - WrittenOffOre, CoveredOre - ReversedOre) : OursOre ?? 0, 0);
}
