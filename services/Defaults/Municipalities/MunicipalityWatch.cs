using Microsoft.Extensions.Hosting;

namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>Looks at the file every other second. A look is a read of some kilobytes, and unlike a watcher of the file system it works on every mount.</summary>
internal sealed class MunicipalityWatch(MunicipalitiesInForce municipalities, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await municipalities.LookAsync(stoppingToken);
    }
}
