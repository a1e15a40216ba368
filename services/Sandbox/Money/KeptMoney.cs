using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Sandbox.Faults;

namespace ClaimsTransfer.Sandbox.Money;

/// <summary>Keeps the plan that was posted, so that the debtor systems of a sandbox that is started again go on as they did.</summary>
/// <param name="configured">The plan of the settings, or null.</param>
/// <param name="run">See <see cref="KeptText"/>.</param>
public sealed class KeptMoney(IStore store, MoneyControl money, MoneyPlan? configured, string run)
{
    private readonly KeptText kept = new(store, "money", configured is not null, run);

    /// <summary>Brings the kept plan into force; once the schema is there.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        if (await kept.ReadAsync(cancellation) is { } text && MoneyPlan.TryParse(text, out var plan, out _))
            money.Plan = plan;
    }

    /// <summary>Keeps the plan, then brings it into force.</summary>
    public async Task ReplaceAsync(MoneyPlan plan, CancellationToken cancellation)
    {
        await kept.KeepAsync(plan.ToString(), cancellation);
        money.Plan = plan;
    }
}
