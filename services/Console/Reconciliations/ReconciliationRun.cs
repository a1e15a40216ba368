using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.Reconciliations;

public record LedgerTotal
{
    public long Claims { get; init; }

    public long Ore { get; init; }
}

public sealed record OurTotal : LedgerTotal
{
    public long Settled { get; init; }

    public long Cancelled { get; init; }
}

/// <summary>One reconciliation of one municipality, as Payments keeps it.</summary>
/// <param name="Day">Danish date of its start.</param>
/// <param name="Failure">Why it did not come to its end; null: it did.</param>
/// <param name="Why">The same as a note; null of a run from before it was kept.</param>
/// <param name="Agreeing">Claims that are the same to the øre everywhere.</param>
/// <param name="ByCause">How many lines differ for each cause.</param>
public sealed record ReconciliationRun(
    Guid RunId, string Municipality, DateOnly Day, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Failure, Note? Why, LedgerTotal Fbs, OurTotal Ours, LedgerTotal Debtor, long Agreeing,
    long Differences, IReadOnlyDictionary<string, long> ByCause, long Repaired, ListDoubt? Doubt = null, ListAccepted? Accepted = null);

/// <summary>FBS's list holds so few open claims that nothing was compared with it.</summary>
/// <param name="LastTime">On the list that was compared last; null: there was none.</param>
/// <param name="Ours">That are open here.</param>
public sealed record ListDoubt(long Came, long? LastTime, long Ours);

/// <summary>Who said that the list is right, and why.</summary>
public sealed record ListAccepted(string Who, string Why);

/// <summary>A municipality with its latest reconciliation; none yet: null.</summary>
public sealed record MunicipalityRun(string Municipality, string Name, ReconciliationRun? Run);

/// <param name="Underway">Municipalities whose reconciliation was started here and has not ended.</param>
public sealed record MunicipalityRuns(IReadOnlyList<MunicipalityRun> Reconciliations, IReadOnlyList<string> Underway);

/// <summary>One line that differs. Amounts in øre; null: that ledger does not have it.</summary>
public sealed record ReconciliationDifference(
    Guid ClaimId, string Municipality, string? Agency, long? FeeId, string? Reference, long? FbsOre, long? OursOre, long? DebtorOre, long? PaymentOre, string Cause, string? WouldBe,
    DateTimeOffset Since, string Action, bool IsSafe, DateTimeOffset? RepairedAt);

/// <param name="Next">Give it as <c>after</c> for what follows; null: that was all.</param>
public sealed record DifferencePage(IReadOnlyList<ReconciliationDifference> Differences, long? Next);

/// <param name="Repair">Also send what can be repaired by a message that does no harm when it was not needed.</param>
/// <param name="AcceptFewer">FBS's list is right, however few claims it holds: <paramref name="Why"/> says why.</param>
public sealed record ReconcileRequest(string? Why, bool Repair = false, bool AcceptFewer = false);

/// <param name="Run">The result; null: it is still under way, and will stand under the municipality.</param>
public sealed record ReconciliationStarted(string Municipality, ReconciliationRun? Run);
