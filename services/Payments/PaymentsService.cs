using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Accounting;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.ToFbs;

namespace ClaimsTransfer.Payments;

/// <summary>Runs the ledger: the queue's batches, the matching of open entries, the orders to FBS, and the standing for the gauges.</summary>
internal sealed partial class PaymentsService(
    IStore store, PaymentsHandler handler, Matcher matcher, OrderSender orders, PaymentsAccounts accounts, SenderCheck senders, ITransport transport, BatchConsumers consumers, IMunicipalities municipalities,
    Installation installation, PaymentsOptions options, TimeProvider time, ILogger<PaymentsService> log) : BackgroundService
{
    private const int SweepBatch = 500;
    private static readonly TimeSpan StandingInterval = TimeSpan.FromSeconds(15);
    private readonly Intake _intake = new(
        transport, municipalities, Topology.Payments with { BatchSize = options.BatchSize, Concurrency = options.Concurrency },
        queue => senders.Before(queue, consumers.For(queue, handler.HandleAsync)));

    private long? _toldOf;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        TellWithoutFbs();
        await store.MigrateAsync(PaymentsSchema.Migrations, cancellationToken);
        await _intake.StartAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Orders have a turn of their own: an FBS that does not answer holds up nothing else.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        EveryIntervalAsync(MatchAsync, stoppingToken), EveryIntervalAsync(SendOrdersAsync, stoppingToken), EveryIntervalAsync(_intake.FollowAsync, stoppingToken), ObserveAsync(stoppingToken));

    private async Task EveryIntervalAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.SweepInterval, time);
        while (await timer.WaitForNextTickAsync(stopping))
            await TryAsync(work, stopping);
    }

    private async Task ObserveAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(StandingInterval, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            TellWithoutFbs();
            await TryAsync(ObserveStandingAsync, stopping);
        }
    }

    private async Task MatchAsync(CancellationToken cancellation)
    {
        while (await matcher.SweepAsync(SweepBatch, cancellation) >= SweepBatch)
            Log.ManyMatched(log, SweepBatch);
    }

    /// <summary>Without an address of FBS the orders wait, and show in the accounting as pending: the rest of the money needs none.</summary>
    private bool HasFbs => options.FbsAt(installation.Sandbox).Length > 0;

    /// <summary>Said at the start, and again when the municipalities change.</summary>
    private void TellWithoutFbs()
    {
        if (_toldOf == municipalities.Version)
            return;
        _toldOf = municipalities.Version;
        if (!HasFbs && municipalities.All.FirstOrDefault(municipality => municipality.PaymentsToFbs == PaymentsToFbs.Interface) is { } asked)
            Log.NoFbs(log, asked.Code);
    }

    private async Task SendOrdersAsync(CancellationToken cancellation)
    {
        while (HasFbs && await orders.SweepAsync(cancellation) > options.FbsBatchSize / 2)
            Log.ManyOrders(log, options.FbsBatchSize);
    }

    private async Task ObserveStandingAsync(CancellationToken cancellation)
    {
        var read = await accounts.ReadAsync(fresh: false, cancellation);
        PaymentsTelemetry.SetStanding([.. read.Municipalities.Select(money => new PaymentsStanding(money.Key, money.Value.Unmatched, money.Value.Pending))]);
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

    private static partial class Log
    {
        [LoggerMessage(5001, LogLevel.Information, "{Entries} entries found their accounts at once; going on")]
        public static partial void ManyMatched(ILogger logger, int entries);

        [LoggerMessage(5002, LogLevel.Information, "FBS answers; going on with orders, {Orders} at a time")]
        public static partial void ManyOrders(ILogger logger, int orders);

        [LoggerMessage(5003, LogLevel.Error, "The sweep of open entries or orders failed; it is tried again")]
        public static partial void SweepFailed(ILogger logger, Exception fault);

        [LoggerMessage(5004, LogLevel.Error,
            "Payments:FbsUrl is empty, and municipality {Municipality} has paymentsToFbs: Interface; its orders wait. Give the address of FBS, such as https://fbs.example.dk")]
        public static partial void NoFbs(ILogger logger, string municipality);
    }
}
