using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Ingest.Senders;

namespace ClaimsTransfer.Ingest.Recording;

/// <summary>Before the first message is taken, the tables are there.</summary>
internal sealed class StoreAtStart(IStores stores, DemoSender demo, IngestOptions options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await stores.Open(Schema.Name).MigrateAsync(Schema.Migrations, cancellationToken);
        if (options.DemoSender)
            await demo.MakeAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
