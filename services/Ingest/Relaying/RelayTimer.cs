using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Ingest.Relaying;

/// <summary>Calls the relay in its interval; when broker or store cannot be reached, the next turn tries again.</summary>
internal sealed partial class RelayTimer(Relay relay, IngestOptions options, Loops loops, ILogger<RelayTimer> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loops.EveryAsync(nameof(RelayTimer), options.RelayEvery, async stopping => Relay.IsFull(await relay.SweepAsync(stopping)), Tell, stoppingToken);

    /// <summary>Whatever it is, what is recorded stays recorded and due.</summary>
    private void Tell(Exception failure)
    {
        if (BatchConsumer.IsTransient(failure))
            Log.Later(log, failure.GetType().Name);
        else
            Log.Failed(log, failure);
    }

    private static partial class Log
    {
        [LoggerMessage(2011, LogLevel.Warning, "Nothing could be relayed now ({Failure}); the next turn tries again")]
        public static partial void Later(ILogger logger, string failure);

        [LoggerMessage(2012, LogLevel.Error, "Something that was recorded cannot be relayed; the next turn tries again")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
