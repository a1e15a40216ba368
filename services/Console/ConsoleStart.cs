using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.OperationsConsole.Auditing;

namespace ClaimsTransfer.OperationsConsole;

/// <summary>Before anything of the console works: its schema, and the beginning of its audit log.</summary>
internal sealed class ConsoleStart(IStore store, AuditLog audit) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.MigrateAsync(ConsoleSchema.Migrations, cancellationToken);
        await audit.BeginAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
