using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;

namespace ClaimsTransfer.Ingest.Recording;

/// <summary>Before the first message is taken, the tables are there. A service may be started before its database is: then it waits.</summary>
internal sealed partial class StoreAtStart(IStores stores, TimeProvider time, ILogger<StoreAtStart> log) : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await stores.Open(Schema.Name).MigrateAsync(Schema.Migrations, cancellationToken);
                return;
            }
            catch (TransientException failure)
            {
                Log.StoreNotThere(log, PersonalData.Mask(failure.Message, 300), Pause.TotalSeconds);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(2020, LogLevel.Warning, "The store is not there yet ({Reason}); asked again in {Seconds} s")]
        public static partial void StoreNotThere(ILogger logger, string reason, double seconds);
    }
}
