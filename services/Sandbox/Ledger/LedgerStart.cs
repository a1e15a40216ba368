using Microsoft.Extensions.Hosting;

namespace ClaimsTransfer.Sandbox.Ledger;

/// <summary>Opens the ledger before the server takes its first call.</summary>
public sealed class LedgerStart(DebtorLedger ledger) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => ledger.OpenAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
