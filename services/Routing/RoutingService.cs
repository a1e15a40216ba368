using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Defaults.Telemetry;
using ClaimsTransfer.Routing.Accounting;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Routing;

/// <summary>Runs the handler: the queue's batches, the timers, the janitor, and the standing for the gauges.</summary>
internal sealed partial class RoutingService(
    IStore store, IRoutingStore journal, RoutingHandler handler, Accounts accounts, SenderCheck senders, ITransport transport, BatchConsumers consumers, IMunicipalities municipalities,
    RoutingOptions options, TimeProvider time, ILogger<RoutingService> log) : BackgroundService
{
    private const int SweepBatch = 500;
    private static readonly TimeSpan StandingInterval = TimeSpan.FromSeconds(15);

    /// <summary>What was decided by the file before is stored by then.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);
    private readonly Intake _intake = new(
        transport, municipalities, Topology.Routing with { BatchSize = options.BatchSize, Concurrency = options.Concurrency },
        queue => senders.Before(queue, consumers.For(queue, handler.HandleAsync)));

    private long? _wokenFor;
    private DateTimeOffset? _wakeAgainAt;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.MigrateAsync(RoutingSchema.Migrations, cancellationToken);
        await FollowMunicipalitiesAsync(cancellationToken);
        await _intake.StartAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>At the start and after each change; and once more, because a batch that looked just before the change holds its claims just after.</summary>
    private async Task FollowMunicipalitiesAsync(CancellationToken cancellation)
    {
        var version = municipalities.Version;
        if (version != _wokenFor)
        {
            await WakeHeldAsync(cancellation);
            (_wokenFor, _wakeAgainAt) = (version, time.GetUtcNow() + Settled);
        }
        else if (_wakeAgainAt <= time.GetUtcNow())
        {
            await WakeHeldAsync(cancellation);
            _wakeAgainAt = null;
        }
    }

    /// <summary>Claims held because their municipality was paused or not configured go on when it is not any more.</summary>
    private Task WakeHeldAsync(CancellationToken cancellation) => journal.WakeHeldAsync(
        [.. municipalities.All.Where(municipality => municipality.Stage != Stage.Paused).Select(municipality => municipality.Code)],
        [LiabilityPolicy.PausedRule, LiabilityPolicy.NotConfiguredRule], time.GetUtcNow(), cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.SweepInterval, time);
        var standingDue = time.GetUtcNow();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryAsync(FollowMunicipalitiesAsync, stoppingToken);
            await TryAsync(_intake.FollowAsync, stoppingToken);
            await TryAsync(SweepAsync, stoppingToken);
            await TryAsync(RelayAsync, stoppingToken);
            if (time.GetUtcNow() >= standingDue)
            {
                await TryAsync(ObserveStandingAsync, stoppingToken);
                standingDue = time.GetUtcNow() + StandingInterval;
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        while (await handler.SweepAsync(SweepBatch, cancellation) == SweepBatch)
            Log.ManyTimersDue(log, SweepBatch);
    }

    private async Task RelayAsync(CancellationToken cancellation)
    {
        while (await handler.RelayAsync(SweepBatch, cancellation) == SweepBatch)
            Log.MuchToRelay(log, SweepBatch);
    }

    /// <summary>Repeated work on stored data: what failed now is still due at the next tick, the log says that it failed, and the rest goes on.</summary>
    private async Task TryAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        try
        {
            await work(stopping);
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            Log.SweepFailed(log, fault);
        }
    }

    private async Task ObserveStandingAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var read = await accounts.ReadAsync(cancellation);
        ClaimMetrics.SetStanding(
        [
            .. from account in read.Municipalities
               let municipality = municipalities.Find(account.Key)
               where municipality is not null
               select new MunicipalityStanding(account.Key, municipality.Vendor, account.Value.InFlight, now - account.Value.OldestUnacknowledgedAt),
        ]);
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Information, "{Timers} timers were due at once; going on")]
        public static partial void ManyTimersDue(ILogger logger, int timers);

        [LoggerMessage(3002, LogLevel.Information, "{Entries} journal entries were left to relay; going on")]
        public static partial void MuchToRelay(ILogger logger, int entries);

        [LoggerMessage(3003, LogLevel.Error, "The sweep of timers and outbox failed; it is tried again")]
        public static partial void SweepFailed(ILogger logger, Exception fault);
    }
}
