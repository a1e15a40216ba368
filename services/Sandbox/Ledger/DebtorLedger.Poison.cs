using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.Sandbox.Ledger;

/// <summary>The fault <c>poison</c>: what is booked of what nobody gets a sensible answer about.</summary>
public sealed partial class DebtorLedger
{
    /// <summary>Until a poisoned receipt is brought again: nonsense while the fault is on, the truth once it is lifted.</summary>
    public static TimeSpan WhilePoisoned { get; } = TimeSpan.FromSeconds(3);

    public bool IsPoisoned(Decision decision) => faults.Poisons(decision.Municipality, decision.Reference);

    /// <summary>Books what arrived, in order; null for each that is to be answered with nonsense, half of which are booked and half set aside.</summary>
    public async Task<IReadOnlyList<Decision?>> TakeUnderFaultsAsync(IReadOnlyList<Arrival> arrivals, CancellationToken cancellation)
    {
        if (faults.Plan.Poison <= 0)
            return await TakeAsync(arrivals, cancellation);
        // Asked once each: the fault may be lifted while they are booked.
        var lots = arrivals.Select(arrival => (Arrival: arrival, IsSetAside: IsSetAside(arrival), IsPoisoned: faults.Poisons(arrival.Municipality, arrival.Reference))).ToList();
        var setAside = lots.FindAll(lot => lot.IsSetAside).ConvertAll(lot => lot.Arrival);
        await store.InTransactionAsync(transaction => store.InsertNewAsync(
            transaction, LedgerTables.SetAside, [.. setAside.Select(arrival => (object?[])[arrival.InstructionId.ToString(), arrival.Municipality, arrival.Reference])], cancellation), cancellation);
        var decisions = new Queue<Decision>(await TakeAsync(lots.FindAll(lot => !lot.IsSetAside).ConvertAll(lot => lot.Arrival), cancellation));
        return lots.ConvertAll(lot => lot.IsSetAside || (decisions.Dequeue() is var decision && lot.IsPoisoned) ? null : decision);
    }

    /// <summary>Poisoned, and not carried out.</summary>
    public bool IsSetAside(Arrival arrival) =>
        faults.Poisons(arrival.Municipality, arrival.Reference) && !faults.BooksPoisoned(arrival.Municipality, arrival.Reference);

    /// <summary>Of these instructions those that are answered with nonsense now.</summary>
    /// <param name="known">What <see cref="FindAsync"/> has found of them.</param>
    public async Task<IReadOnlySet<Guid>> PoisonedAsync(
        string municipality, IReadOnlyCollection<Guid> instructionIds, IReadOnlyDictionary<Guid, Decision> known, CancellationToken cancellation)
    {
        if (faults.Plan.Poison <= 0)
            return new HashSet<Guid>();
        await using var connection = await store.OpenAsync(cancellation);
        var setAside = await connection.QueryAsync<SetAsideRow>(
            store.Sql($"""
                SELECT instruction_id AS InstructionId, reference AS Reference FROM sandbox.set_aside
                WHERE municipality = @municipality AND {store.In("instruction_id", "ids", ColumnType.Text)}
                """),
            new { municipality, ids = store.List<string>([.. instructionIds.Select(id => id.ToString())]) });
        return known.Values.Where(IsPoisoned).Select(decision => decision.InstructionId)
            .Concat(setAside.Where(row => faults.Poisons(municipality, row.Reference)).Select(row => Guid.Parse(row.InstructionId))).ToHashSet();
    }

    private sealed class SetAsideRow
    {
        public string InstructionId { get; init; } = "";
        public string Reference { get; init; } = "";
    }
}
