using System.Data.Common;
using ClaimsTransfer.Defaults.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>Messages can be published and consumed, and every consumer that should run is known to the broker.</summary>
internal sealed class TransportIsReady(WatchedTransport transport) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!transport.IsHealthy)
            return Task.FromResult(HealthCheckResult.Unhealthy("The broker cannot be used now."));
        var silent = transport.SilentQueues;
        return Task.FromResult(silent.Count == 0
            ? HealthCheckResult.Healthy($"{transport.SubscriptionCount} consumers")
            : HealthCheckResult.Unhealthy($"Nobody consumes from {string.Join(", ", silent)}, though this service should."));
    }
}

/// <summary>The store answers a question.</summary>
internal sealed class StoreIsReady(IStores stores, string schema) : IHealthCheck
{
    private readonly IStore _store = stores.Open(schema);

    /// <exception cref="Messaging.TransientException">It cannot be reached now.</exception>
    public async Task ConnectAsync(CancellationToken cancellation) => await (await _store.OpenAsync(cancellation)).DisposeAsync();

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // A store that hangs need not listen to the token: readiness answers all the same.
            await AskAsync(cancellationToken).WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("The store does not answer.");
        }
        catch (Exception failure) when (failure is DbException or Messaging.TransientException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("The store cannot be reached.", failure);
        }
    }

    private async Task AskAsync(CancellationToken cancellation)
    {
        await using var connection = await _store.OpenAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        await command.ExecuteScalarAsync(cancellation);
    }
}
