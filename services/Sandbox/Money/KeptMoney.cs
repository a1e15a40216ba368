using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Sandbox.Ledger;
using Dapper;

namespace ClaimsTransfer.Sandbox.Money;

/// <summary>Keeps the plan that was posted, so that the debtor systems of a sandbox that is started again go on as they did.</summary>
/// <param name="configured">The plan of the settings, or null: it wins over a plan that was posted in an earlier run, not over one posted in this.</param>
/// <param name="run">What tells one run from another; the same for a process that is started again within a run. Empty: every start is a run of its own.</param>
public sealed class KeptMoney(IStore store, MoneyControl money, MoneyPlan? configured, string run)
{
    /// <summary>Its row stands beside that of the faults.</summary>
    private const string Key = "money";

    /// <summary>Brings the kept plan into force; once the schema is there.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var kept = await connection.QuerySingleOrDefaultAsync<KeptRow>(store.Sql("SELECT run AS Run, plan_text AS Text FROM sandbox.faults WHERE name = @name"), new { name = Key });
        if (kept is null || (configured is not null && (run.Length == 0 || kept.Run != run)))
            return;
        if (MoneyPlan.TryParse(kept.Text, out var plan, out _))
            money.Plan = plan;
    }

    /// <summary>Keeps the plan, then brings it into force.</summary>
    public async Task ReplaceAsync(MoneyPlan plan, CancellationToken cancellation)
    {
        await store.InTransactionAsync(async transaction =>
        {
            await store.UpsertAsync(transaction, LedgerTables.Faults, [[Key, run, plan.ToString()]], cancellation);
            return true;
        }, cancellation);
        money.Plan = plan;
    }

    private sealed class KeptRow
    {
        public string Run { get; init; } = "";
        public string Text { get; init; } = "";
    }
}
