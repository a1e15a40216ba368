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
    RoutingOptions options, Loops loops, TimeProvider time, ILogger<RoutingService> log) : BackgroundService
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

    /// <summary>Each has a turn of its own: what hangs holds up nothing else, and is named.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        EveryAsync("held claims", options.SweepInterval, FollowMunicipalitiesAsync, stoppingToken),
        EveryAsync("municipalities", options.SweepInterval, _intake.FollowAsync, stoppingToken),
        loops.EveryAsync($"{nameof(RoutingService)} timers", options.SweepInterval, SweepAsync, Tell, stoppingToken),
        loops.EveryAsync($"{nameof(RoutingService)} relay", options.SweepInterval, RelayAsync, Tell, stoppingToken),
        EveryAsync("standing", StandingInterval, ObserveStandingAsync, stoppingToken, atOnce: true));

    private Task EveryAsync(string what, TimeSpan interval, Func<CancellationToken, Task> work, CancellationToken stopping, bool atOnce = false) =>
        loops.EveryAsync($"{nameof(RoutingService)} {what}", interval, work, Tell, stopping, atOnce: atOnce);

    private async Task<bool> SweepAsync(CancellationToken cancellation)
    {
        var isMore = await handler.SweepAsync(SweepBatch, cancellation) == SweepBatch;
        if (isMore)
            Log.ManyTimersDue(log, SweepBatch);
        return isMore;
    }

    private async Task<bool> RelayAsync(CancellationToken cancellation)
    {
        var isMore = await handler.RelayAsync(SweepBatch, cancellation) == SweepBatch;
        if (isMore)
            Log.MuchToRelay(log, SweepBatch);
        return isMore;
    }

    /// <summary>Repeated work on stored data: what failed now is still due at the next tick, the log says that it failed, and the rest goes on.</summary>
    private void Tell(Exception fault) => Log.SweepFailed(log, fault);

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
