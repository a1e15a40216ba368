using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Reconciliation.Reading;
using ClaimsTransfer.Payments.Reconciliation.Reporting;

namespace ClaimsTransfer.Payments.Reconciliation.Running;

/// <summary>
/// Reconciles every municipality each night, one after the other, in one instance of the service. One that fails does not stop the next. A night that was missed because nothing ran is
/// made up for at the next start; the very first waits for its hour.
/// </summary>
/// <param name="holder">Of leases: this process and no other.</param>
internal sealed partial class Nightly(
    IStore store, Reconciler reconciler, Runs runs, Leases leases, ReportFiles files, IFbsClaims fbs, IMunicipalities municipalities, ReconciliationOptions options,
    string holder, Loops loops, TimeProvider time, ILogger<Nightly> log) : BackgroundService
{
    public const string Who = "nightly";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    /// <summary>
    /// One municipality's lists are read and compared in minutes; whoever keeps a list going for so long is not seen as it goes on, and somebody may look.
    /// </summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromHours(2);

    /// <summary>By then the next one is due.</summary>
    private static readonly TimeSpan LongestNight = TimeSpan.FromDays(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.MigrateAsync(ReconciliationSchema.Migrations, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var hasLooked = false;
        return loops.EveryAsync(
            nameof(Nightly), Interval, async stopping =>
            {
                if (!hasLooked)
                    await reconciler.AbandonAsync(stopping);
                hasLooked = true;
                if (options.NightlyAt is { } at)
                    await RunIfDueAsync(at, stopping);
            }, failure => Log.NightFailed(log, failure), stoppingToken, LongestNight, atOnce: true);
    }

    /// <summary>Runs the night that is due, if this instance gets the lease.</summary>
    internal async Task RunIfDueAsync(TimeOnly at, CancellationToken cancellation)
    {
        var night = Runs.Text(DanishTime.LastDue(at, time.GetUtcNow()));
        if (IsDone(await leases.DayAsync(Who, cancellation), night))
            return;
        await using var held = await leases.HoldAsync(Who, holder, cancellation);
        if (held is null)
            return;
        // Another may have been through it between the look and the lease.
        var last = await leases.DayAsync(Who, cancellation);
        if (IsDone(last, night))
            return;
        if (last is not null)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(held.Lost, cancellation);
            foreach (var municipality in municipalities.All.Where(municipality => municipality.Stage != Stage.Planned).OrderBy(municipality => municipality.Code, StringComparer.Ordinal))
            {
                using (loops.Begin($"{nameof(Nightly)} of {municipality.Code}", LongestRun))
                    await ReconcileAsync(municipality, night, either.Token);
            }
        }

        await leases.SetDayAsync(held.Fence, night, cancellation);
    }

    private static bool IsDone(string? last, string night) => last is not null && string.CompareOrdinal(last, night) >= 0;

    private async Task ReconcileAsync(Municipality municipality, string night, CancellationToken cancellation)
    {
        try
        {
            var done = await runs.FindAsync(municipality.Code, null, cancellation);
            // Cut off in the middle of the night and started again, it goes on where it was.
            var run = done is { Failure: null, Who: Who } && string.CompareOrdinal(Runs.Text(done.Day), night) >= 0
                ? done
                : await reconciler.RunAsync(municipality, fbs, Who, repairedBy: null, cancellation);
            if (run is null)
            {
                Log.IsRunning(log, municipality.Code);
                return;
            }

            await files.WriteAsync(run, municipality, cancellation);
            Log.Reconciled(log, municipality.Code, run.Agreeing, run.Differences);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Log.Failed(log, failure, municipality.Code);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4311, LogLevel.Information, "Municipality {Municipality} is reconciled: {Agreeing} claims agree, {Differences} differences")]
        public static partial void Reconciled(ILogger logger, string municipality, long agreeing, long differences);

        [LoggerMessage(4312, LogLevel.Information, "Municipality {Municipality} is being reconciled by somebody; the night leaves it out")]
        public static partial void IsRunning(ILogger logger, string municipality);

        [LoggerMessage(4313, LogLevel.Error, "The night's reconciliation of municipality {Municipality} failed; going on with the next")]
        public static partial void Failed(ILogger logger, Exception failure, string municipality);

        [LoggerMessage(4314, LogLevel.Error, "The nightly reconciliation failed; it is tried again")]
        public static partial void NightFailed(ILogger logger, Exception failure);
    }
}
