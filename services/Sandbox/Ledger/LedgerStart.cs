using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Money;
using Microsoft.Extensions.Hosting;

namespace ClaimsTransfer.Sandbox.Ledger;

/// <summary>Opens the ledger, and is as bad and as busy as it was, before the server takes its first call.</summary>
public sealed class LedgerStart(DebtorLedger ledger, KeptFaults faults, KeptMoney money) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await ledger.OpenAsync(cancellationToken);
        await faults.LoadAsync(cancellationToken);
        await money.LoadAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
