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
    Installation installation, PaymentsOptions options, Loops loops, ILogger<PaymentsService> log) : BackgroundService
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
        EveryAsync("matching", options.SweepInterval, MatchAsync, stoppingToken),
        EveryAsync("orders", options.SweepInterval, SendOrdersAsync, stoppingToken, OrderSender.LongestSweep(options) + Loops.LongestTurn),
        EveryAsync("municipalities", options.SweepInterval, FollowAsync, stoppingToken),
        EveryAsync("standing", StandingInterval, ObserveStandingAsync, stoppingToken));

    /// <summary>Repeated work on stored data: what failed now is still due at the next tick, the log says that it failed, and the rest goes on.</summary>
    private Task EveryAsync(string what, TimeSpan interval, Func<CancellationToken, Task<bool>> work, CancellationToken stopping, TimeSpan? longest = null) =>
        loops.EveryAsync($"{nameof(PaymentsService)} {what}", interval, work, fault => Log.SweepFailed(log, fault), stopping, longest);

    private async Task<bool> FollowAsync(CancellationToken cancellation)
    {
        await _intake.FollowAsync(cancellation);
        return false;
    }

    private async Task<bool> MatchAsync(CancellationToken cancellation)
    {
        var isMore = await matcher.SweepAsync(SweepBatch, cancellation) >= SweepBatch;
        if (isMore)
            Log.ManyMatched(log, SweepBatch);
        return isMore;
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

    private async Task<bool> SendOrdersAsync(CancellationToken cancellation)
    {
        var isMore = HasFbs && await orders.SweepAsync(cancellation) > options.FbsBatchSize / 2;
        if (isMore)
            Log.ManyOrders(log, options.FbsBatchSize);
        return isMore;
    }

    private async Task<bool> ObserveStandingAsync(CancellationToken cancellation)
    {
        TellWithoutFbs();
        var read = await accounts.ReadAsync(fresh: false, cancellation);
        PaymentsTelemetry.SetStanding([.. read.Municipalities.Select(money => new PaymentsStanding(money.Key, money.Value.Unmatched, money.Value.Pending))]);
        return false;
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
