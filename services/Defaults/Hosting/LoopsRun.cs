using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// Every loop of the process goes on: what sweeps, relays, collects or watches and has ended would be missed by nobody until somebody counts. One that fails ends the process;
/// one that ended without a fault is named here.
/// </summary>
internal sealed class LoopsRun(IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var loops = services.GetServices<IHostedService>().OfType<BackgroundService>().Where(loop => loop.ExecuteTask is not null).ToList();
        var ended = loops.Where(loop => loop.ExecuteTask!.IsCompleted).Select(loop => loop.GetType().Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return Task.FromResult(ended.Count == 0
            ? HealthCheckResult.Healthy($"{loops.Count} loops")
            : HealthCheckResult.Unhealthy($"It has ended, though it should go on as long as the service: {string.Join(", ", ended)}. Start the service again; its log says why."));
    }
}
