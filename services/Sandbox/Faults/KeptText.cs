using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Sandbox.Ledger;
using Dapper;

namespace ClaimsTransfer.Sandbox.Faults;

/// <summary>A plan that was posted, as its text, so that a sandbox that is started again goes on as it was.</summary>
/// <param name="name">Whose plan it is.</param>
/// <param name="isConfigured">The settings have one too: it wins over what was posted in an earlier run, not over what was posted in this.</param>
/// <param name="run">What tells one run from another; the same for a process that is started again within a run. Empty: every start is a run of its own.</param>
internal sealed class KeptText(IStore store, string name, bool isConfigured, string run)
{
    /// <summary>Null: nothing was posted, or the settings go before it.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var kept = await connection.QuerySingleOrDefaultAsync<Row>(store.Sql("SELECT run AS Run, plan_text AS Text FROM sandbox.faults WHERE name = @name"), new { name });
        return kept is null || (isConfigured && (run.Length == 0 || kept.Run != run)) ? null : kept.Text;
    }

    public Task KeepAsync(string text, CancellationToken cancellation) => store.InTransactionAsync(async transaction =>
    {
        await store.UpsertAsync(transaction, LedgerTables.Faults, [[name, run, text]], cancellation);
        return true;
    }, cancellation);

    private sealed class Row
    {
        public string Run { get; init; } = "";
        public string Text { get; init; } = "";
    }
}
