using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.Ingest.Recording;

/// <summary>Before the first message is taken, the tables are there.</summary>
internal sealed class StoreAtStart(IStores stores) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => stores.Open(Schema.Name).MigrateAsync(Schema.Migrations, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
