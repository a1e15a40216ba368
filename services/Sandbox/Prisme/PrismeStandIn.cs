using System.Collections.Concurrent;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Sandbox.Money;

namespace ClaimsTransfer.Sandbox.Prisme;

/// <summary>Serves the folders of every municipality on Prisme. One municipality's trouble holds back nobody else's files.</summary>
/// <param name="municipalities">Asked again and again: one may come while it runs.</param>
public sealed partial class PrismeStandIn(
    string root, Func<IEnumerable<string>> municipalities, DebtorLedger ledger, ReceiptOutbox outbox, FaultControl faults, TimeProvider time, ILogger<PrismeStandIn> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, PrismeFolder> folders = new(StringComparer.Ordinal);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        OpenNew();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var receipts = new PrismeReceipts(folders, ledger, outbox, faults);
        var rounds = folders.Values.Select(Serve).ToList();
        await Task.WhenAll(
            RepeatAsync("receipts", () => receipts.BringAsync(stoppingToken), stoppingToken),
            RepeatAsync("municipalities", () =>
            {
                rounds.AddRange(OpenNew().Select(Serve));
                return Task.FromResult(false);
            }, stoppingToken));
        await Task.WhenAll(rounds);

        Task Serve(PrismeFolder folder) => RepeatAsync(folder.Municipality, async () =>
        {
            await folder.ServeAsync(stoppingToken);
            return false;
        }, stoppingToken);
    }

    private List<PrismeFolder> OpenNew()
    {
        var opened = new List<PrismeFolder>();
        foreach (var code in municipalities().Where(code => !folders.ContainsKey(code)))
        {
            var folder = new PrismeFolder(root, code, ledger, faults, time);
            folder.Create();
            folders[code] = folder;
            opened.Add(folder);
        }

        return opened;
    }

    private async Task RepeatAsync(string what, Func<Task<bool>> round, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                try
                {
                    while (await round())
                    {
                    }
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    // What was not finished lies where it lay, and is taken up in the next round.
                    Log.RoundFailed(log, what, fault);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping: what was not finished is taken up at the next start.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6201, LogLevel.Error, "The Prisme stand-in failed in a round of {What}")]
        public static partial void RoundFailed(ILogger logger, string what, Exception fault);
    }
}

public static class PrismeStandInExtensions
{
    /// <summary>Setting: <c>Sandbox:PrismeFolder</c>, by default <c>DATA/sandbox/prisme</c>. A municipality's folder is <c>PrismeFolder/CODE</c>.</summary>
    public static IHostApplicationBuilder AddPrismeStandIn(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHostedService(services => new PrismeStandIn(
            FolderOf(builder.Configuration["Sandbox:PrismeFolder"], services.GetRequiredService<Installation>()),
            () => services.GetRequiredService<IMunicipalities>().All.Where(m => m.Vendor == Vendor.Prisme).Select(m => m.Code),
            services.GetRequiredService<DebtorLedger>(), services.GetRequiredService<ReceiptOutbox>(), services.GetRequiredService<FaultControl>(),
            services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PrismeStandIn>>()));
        return builder;
    }

    /// <summary>Besides: what the debtor system books by itself is written into payment files.</summary>
    public static void AddPrismeMoney(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => new PaymentFiles(MoneyExtensions.Store(services), services.GetRequiredService<Tellings>()));
        builder.Services.AddHostedService(services => new PrismePayments(
            FolderOf(builder.Configuration["Sandbox:PrismeFolder"], services.GetRequiredService<Installation>()), services.GetRequiredService<Tellings>(),
            services.GetRequiredService<PaymentFiles>(), services.GetRequiredService<FaultControl>(), services.GetRequiredService<MoneyControl>(),
            services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PrismePayments>>()));
    }

    private static string FolderOf(string? setting, Installation installation) =>
        string.IsNullOrEmpty(setting) ? Path.GetFullPath(Path.Combine(installation.Data, "sandbox", "prisme")) : Path.GetFullPath(setting);
}
