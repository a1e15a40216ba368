using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.Sandbox.Faults;

/// <summary>Keeps the plan that was posted, so that a sandbox that is started again is as bad as it was.</summary>
/// <param name="configured">The plan of the settings, or null.</param>
/// <param name="run">See <see cref="KeptText"/>.</param>
public sealed class KeptFaults(IStore store, FaultControl faults, FaultPlan? configured, string run)
{
    private readonly KeptText kept = new(store, "posted", configured is not null, run);

    /// <summary>Brings the kept plan into force; once the schema is there.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        if (await kept.ReadAsync(cancellation) is { } text && FaultPlan.TryParse(text, out var plan, out _))
            faults.Plan = plan;
    }

    /// <summary>Keeps the plan, then brings it into force.</summary>
    public async Task ReplaceAsync(FaultPlan plan, CancellationToken cancellation)
    {
        await kept.KeepAsync(plan.ToString(), cancellation);
        faults.Plan = plan;
    }
}
