using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// Every loop of the process goes on: what sweeps, relays, collects or watches and has ended, or hangs in a turn, would be missed by nobody until somebody
/// counts. One that fails
/// ends the process; one that ended without a fault, and one that hangs, is named here.
/// </summary>
internal sealed class LoopsRun(IServiceProvider services, Loops loops) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var ended = services.GetServices<IHostedService>().OfType<BackgroundService>()
            .Where(loop => loop.ExecuteTask is { IsCompleted: true }).Select(loop => loop.GetType().Name)
            .Concat(loops.Ended).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (ended.Count > 0)
            return Task.FromResult(HealthCheckResult.Unhealthy(
                $"It has ended, though it should go on as long as the service: {string.Join(", ", ended)}. Start the service again; its log says why."));
        var hanging = loops.Hanging;
        return Task.FromResult(hanging.Count == 0
            ? HealthCheckResult.Healthy($"{loops.Names.Count} loops")
            : HealthCheckResult.Unhealthy(
                $"It hangs: {string.Join(", ", hanging.Select(loop => $"{loop.Name}, since {loop.Since:yyyy-MM-dd HH:mm:ss} UTC"))}. "
                + "Look whether what it uses answers; start the service again."));
    }
}
