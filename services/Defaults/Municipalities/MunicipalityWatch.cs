using ClaimsTransfer.Defaults.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>Looks at the file every other second. A look is a read of some kilobytes, and unlike a watcher of the file system it works on every mount.</summary>
internal sealed partial class MunicipalityWatch(MunicipalitiesInForce municipalities, Loops loops, ILogger<MunicipalityWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loops.EveryAsync(nameof(MunicipalityWatch), Interval, municipalities.LookAsync, failure => Log.Failed(log, failure), stoppingToken);

    private static partial class Log
    {
        [LoggerMessage(1094, LogLevel.Error, "The municipalities' file could not be looked at; it is tried again")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
