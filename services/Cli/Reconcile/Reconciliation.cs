namespace ClaimsTransfer.Cli.Reconcile;

/// <summary>One municipality's reconciliation, as <c>/payments/reconciliations/CODE</c> answers it.</summary>
/// <param name="Failure">Why it did not come to its end; null: it did.</param>
/// <param name="ByCause">Differences by their cause, <c>missingAtDebtor</c>.</param>
public sealed record Reconciliation(
    Guid RunId, string Municipality, DateOnly Day, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Failure, LedgerTotal Fbs, OurTotal Ours, LedgerTotal Debtor,
    long Agreeing, long Differences, IReadOnlyDictionary<string, long> ByCause, long Repaired);

/// <summary>Claims on which something is owed, and how much.</summary>
public sealed record LedgerTotal(long Claims, long Ore);

public sealed record OurTotal(long Claims, long Ore, long Settled, long Cancelled);
