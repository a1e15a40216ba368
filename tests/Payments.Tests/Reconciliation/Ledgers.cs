using System.Text.Json;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Reconciliation;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Reading;
using ClaimsTransfer.Payments.Reconciliation.Repairing;
using ClaimsTransfer.Payments.Reconciliation.Reporting;
using ClaimsTransfer.Payments.Reconciliation.Running;
using ClaimsTransfer.Support;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Payments.Tests.Reconciliation;

/// <summary>One municipality's three ledgers on a real store, with FBS and the connector behind HTTP and the broker that is embedded.</summary>
internal sealed class Ledgers : IAsyncDisposable
{
    public const string Agency = "DK-710100";
    public static readonly Municipality Kobenhavn = new("0101", "København", "64942212", Vendor.KmdOpus, Stage.Live, new DateOnly(2026, 1, 1), MinorPolicy.GuardianPays);
    private static readonly DateTimeOffset LongAgo = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly StoreForTests _stores;
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<long, string> _fbs = [];
    private readonly Dictionary<string, string> _debtor = [];

    private Ledgers(StoreForTests stores, OtherSystems others)
    {
        (_stores, Others) = (stores, others);
        Store = stores.Stores.Open("payments");
    }

    public IStore Store { get; }

    public OtherSystems Others { get; }

    public Clock Time { get; } = new();

    public Neighbours Neighbours { get; } = new();

    public ITransport Transport { get; private set; } = null!;

    public string Data => _folder.Path;

    public ReconciliationOptions Options { get; set; } = null!;

    public static async Task<Ledgers> NewAsync(Engine engine)
    {
        var ledgers = new Ledgers(await StoreForTests.NewAsync(engine), await OtherSystems.StartAsync());
        ledgers.Transport = TransportFactory.Create(new Installation { Data = ledgers.Data }, TimeProvider.System, LoggerFactory.Create(_ => { }));
        await ledgers.Transport.DeclareAsync([Topology.Routing], default);
        await ledgers.Store.MigrateAsync(PaymentsSchema.Migrations, default);
        await ledgers.Store.MigrateAsync(ReconciliationSchema.Migrations, default);
        ledgers.Options = new ReconciliationOptions
        {
            FbsOpenClaims = ledgers.Others.Url + "/open-claims/{municipality}", FbsUrl = ledgers.Others.Url, Connectors = new ConnectorAddresses { All = ledgers.Others.Url },
        };
        ledgers.Others.OpenClaims = (context, code) => OtherSystems.Lines(ledgers._fbs.Values)(context, code);
        ledgers.Others.Accounts = (context, code) => OtherSystems.Lines(ledgers._debtor.Values)(context, code);
        return ledgers;
    }

    /// <summary>The parts as a process that starts now has them.</summary>
    public ReconciliationParts Parts(string instance = "1", IReadOnlyCollection<Municipality>? municipalities = null)
    {
        var services = new ServiceCollection();
        services.AddHttpClient(Http.Fbs);
        services.AddHttpClient(Http.Connectors);
        services.AddLogging();
        services.AddSingleton(_stores.Stores).AddSingleton<TimeProvider>(Time).AddSingleton(new Installation { Data = Data, Instance = instance })
            .AddSingleton(Transport).AddSingleton<Loops>()
            .AddSingleton<IMunicipalities>(new Defaults.Municipalities.Municipalities(municipalities ?? [Kobenhavn]))
            .AddSingleton<IUnmatchedPayments>(Neighbours).AddSingleton<IFbsOrders>(Neighbours).AddSingleton<IToldFbs>(Neighbours);
        return new ReconciliationParts(services.BuildServiceProvider(), Options);
    }

    public Task OursAsync(long feeId, string status, long amount, long covered = 0, long reversed = 0, long writtenOff = 0, DateTimeOffset? changedAt = null, long? patron = null) =>
        OursAsync([Row(feeId, status, amount, covered, reversed, writtenOff, changedAt, patron)]);

    public Task OursAsync(IReadOnlyList<object?[]> rows) => Store.InTransactionAsync(async transaction =>
    {
        await Store.InsertAsync(transaction, PaymentsSchema.Accounts, rows, default);
        return true;
    }, default);

    public static object?[] Row(long feeId, string status, long amount, long covered = 0, long reversed = 0, long writtenOff = 0, DateTimeOffset? changedAt = null, long? patron = null) =>
    [
        DeterministicId.OfClaim(Agency, feeId), "0101", Agency, feeId, status, 3, amount, covered, reversed, writtenOff,
        (status == "Cancelled" ? 0 : amount - writtenOff) - (covered - reversed), null, null, null, null, patron, (changedAt ?? LongAgo).ToUnixTimeMilliseconds(), 1, "{}",
    ];

    public void Fbs(long feeId, long amountOre) => _fbs[feeId] = FbsLine(feeId, amountOre);

    public void Debtor(long feeId, long amount, long covered = 0, long writtenOff = 0, bool inForce = true, int bookings = 1, DateTimeOffset? changedAt = null) =>
        Debtor($"{Agency}-{feeId}", amount, covered, writtenOff, inForce, bookings, changedAt);

    public void Debtor(string reference, long amount, long covered = 0, long writtenOff = 0, bool inForce = true, int bookings = 1, DateTimeOffset? changedAt = null) =>
        _debtor[reference] = DebtorLine(reference, amount, covered, writtenOff, inForce, bookings, changedAt ?? LongAgo);

    public void NotAtDebtor(long feeId) => _debtor.Remove($"{Agency}-{feeId}");

    public void NotAtFbs(long feeId) => _fbs.Remove(feeId);

    /// <summary>The same claim, open, in all three.</summary>
    public async Task EverywhereAsync(long feeId, long amountOre)
    {
        await OursAsync(feeId, "Open", amountOre);
        Fbs(feeId, amountOre);
        Debtor(feeId, amountOre);
    }

    public static string FbsLine(long feeId, long amountOre) => $$"""{"agency":"{{Agency}}","feeId":{{feeId}},"amountOre":{{amountOre}}}""";

    public static string DebtorLine(string reference, long amount, long covered = 0, long writtenOff = 0, bool inForce = true, int bookings = 1, DateTimeOffset? changedAt = null) =>
        JsonSerializer.Serialize(new { reference, amountOre = amount, coveredOre = covered, writtenOffOre = writtenOff, inForce, bookings, changedAt }, JsonSerializerOptions.Web);

    public async Task<ReconciliationRun> ReconcileAsync(string? repairedBy = null, ListAccepted? accepted = null) =>
        (await Parts().Reconciler.RunAsync(Kobenhavn, Configured(), repairedBy ?? "reconciliation", repairedBy, default, accepted))!;

    public Repairs Repairs() => new(new Differences(Store), new Leases(Store, Time), Transport, Neighbours, Time);

    public async Task<LeaseFence> LeaseAsync(string owner = "1", string name = "0101") =>
        new(name, (await new Leases(Store, Time).TryTakeAsync(name, owner, default))!.Value);

    public async Task<ReconciliationRun> StoredAsync() => (await new Runs(Store, Time).FindAsync(Kobenhavn.Code, null, default))!;

    public IFbsClaims Configured()
    {
        var services = new ServiceCollection();
        services.AddHttpClient(Http.Fbs);
        var http = new Http(services.BuildServiceProvider().GetRequiredService<IHttpClientFactory>(), Http.Fbs, Options, Time);
        return Options.FbsSource == FbsSource.Fees ? new FbsFees(Store, http, Options) : new FbsOpenClaims(http, Options, new Installation(), Time);
    }

    public async Task<List<Difference>> DifferencesAsync(ReconciliationRun run)
    {
        var lines = new List<Difference>();
        await foreach (var page in new Differences(Store).PagesAsync(run.Number, isUnrepaired: false, default))
            lines.AddRange(page);
        return lines;
    }

    public async Task<Difference?> OnlyDifferenceAsync() => (await DifferencesAsync(await ReconcileAsync())).SingleOrDefault();

    public async Task<long> StagedAsync()
    {
        await using var connection = await Store.OpenAsync(default);
        return await connection.ExecuteScalarAsync<long>(Store.Sql(
            "SELECT (SELECT COUNT(*) FROM payments.reconciliation_fbs) + (SELECT COUNT(*) FROM payments.reconciliation_debtor)"));
    }

    public async Task<string> CsvAsync(ReconciliationRun run)
    {
        using var stream = new MemoryStream();
        await new CsvReport(new Differences(Store)).WriteAsync(run, Kobenhavn, stream, default);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    public async Task<string> HtmlAsync(ReconciliationRun run, int mostLines = HtmlReport.MostLines)
    {
        using var stream = new MemoryStream();
        await new HtmlReport(new Differences(Store), mostLines).WriteAsync(run, Kobenhavn, stream, default);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await Others.DisposeAsync();
        await Transport.DisposeAsync();
        await _stores.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>The moment is the test's; what waits a while, waits as always.</summary>
internal sealed class Clock : TimeProvider
{
    /// <summary>A Monday morning.</summary>
    public DateTimeOffset Now { get; set; } = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>What the ledger knows beside its accounts, and what it was asked to send again.</summary>
internal sealed class Neighbours : IUnmatchedPayments, IFbsOrders, IToldFbs
{
    public List<UnmatchedPayment> Unmatched { get; } = [];

    public HashSet<Guid> Unconfirmed { get; } = [];

    public List<Guid> ToldAgain { get; } = [];

    public async IAsyncEnumerable<IReadOnlyList<UnmatchedPayment>> OpenAsync(string municipality, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Yield();
        foreach (var payment in Unmatched)
            yield return [payment];
    }

    public Task<IReadOnlySet<Guid>> UnconfirmedAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlySet<Guid>>(claimIds.Where(Unconfirmed.Contains).ToHashSet());

    public Task SendAgainAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation)
    {
        ToldAgain.AddRange(claimIds);
        return Task.CompletedTask;
    }
}
