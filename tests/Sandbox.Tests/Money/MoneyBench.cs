using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Sandbox.Money;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Time.Testing;

namespace ClaimsTransfer.Sandbox.Tests.Money;

/// <summary>A ledger with money on a real engine, with a clock that a test sets.</summary>
internal sealed class MoneyBench : IAsyncDisposable
{
    private readonly StoreForTests stores;
    private readonly List<Stores> opened = [];
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));

    private MoneyBench(StoreForTests stores, MoneyPlan plan)
    {
        this.stores = stores;
        Control = new MoneyControl(plan);
        Open(stores.Stores);
    }

    public MoneyControl Control { get; }

    public FaultControl Faults { get; } = new(FaultPlan.None);

    public IStore Store { get; private set; } = null!;

    public DebtorLedger Ledger { get; private set; } = null!;

    public MoneyLedger Money { get; private set; } = null!;

    public Tellings Tellings { get; private set; } = null!;

    public MoneyPending Pending { get; private set; } = null!;

    public static async Task<MoneyBench> OpenAsync(Engine engine, string plan)
    {
        var bench = new MoneyBench(await StoreForTests.NewAsync(engine), MoneyPlan.Parse(plan));
        await bench.Ledger.OpenAsync(CancellationToken.None);
        return bench;
    }

    public DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public void Advance(TimeSpan by) => clock.Advance(by);

    /// <summary>The same data, as the next process finds it.</summary>
    public async Task ReopenAsync()
    {
        opened.Add(stores.Again());
        Open(opened[^1]);
        await Ledger.OpenAsync(CancellationToken.None);
    }

    public Task RegisterAsync(int from, int count, Vendor vendor = Vendor.KmdOpus, string municipality = "0101", long amountOre = 12_000) =>
        Ledger.TakeAsync([.. Enumerable.Range(from, count).Select(number => Register(number, vendor, municipality, amountOre))], CancellationToken.None);

    public static Arrival Register(int number, Vendor vendor = Vendor.KmdOpus, string municipality = "0101", long amountOre = 12_000) => new(
        municipality, vendor, $"DK-7{municipality[1..]}00-{number}", IdOf(municipality, number, 1), InstructionKind.Register, Version: 1, amountOre, DebtorNumber: "0101701234",
        ClaimId: DeterministicId.OfClaim($"DK-7{municipality[1..]}00", number), Agency: $"DK-7{municipality[1..]}00", FeeId: number);

    public static Arrival Change(int number, InstructionKind kind, int version, long amountOre = 0) =>
        Register(number, amountOre: amountOre) with { InstructionId = IdOf("0101", number, version), Kind = kind, Version = version };

    /// <summary>One round of what the debtor systems do.</summary>
    public async Task RoundAsync()
    {
        while (await Money.SweepAsync(CancellationToken.None) | await Money.MakeDueAsync(CancellationToken.None))
        {
        }
    }

    /// <summary>Until every step is made and due to be told.</summary>
    public async Task SettleAsync()
    {
        for (var round = 0; round < 200; round++)
        {
            await RoundAsync();
            Advance(TimeSpan.FromMilliseconds(100));
        }
    }

    public async Task<List<LedgerClaim>> ClaimsAsync()
    {
        var claims = new List<LedgerClaim>();
        await foreach (var claim in Ledger.ReadAsync(null, CancellationToken.None))
            claims.Add(claim);
        return claims;
    }

    public async Task<IReadOnlyList<MoneyEntry>> EntriesAsync(LedgerClaim claim) => await Money.EntriesAsync(claim.Municipality, claim.Reference, CancellationToken.None);

    public async Task<long> PendingAsync(string municipality = "0101") => (await Pending.CountAsync(CancellationToken.None)).GetValueOrDefault(municipality);

    public async ValueTask DisposeAsync()
    {
        foreach (var again in opened)
            await again.DisposeAsync();
        await stores.DisposeAsync();
    }

    private void Open(IStores from)
    {
        Store = from.Open("sandbox");
        Ledger = new DebtorLedger(Store, Faults, clock);
        Money = new MoneyLedger(Store, Control, clock);
        Tellings = new Tellings(Store, clock);
        Pending = new MoneyPending(Store, Control, Money);
    }

    private static Guid IdOf(string municipality, int number, int version) =>
        DeterministicId.Create(DeterministicId.ClaimsTransfer, $"money/{municipality}/{number}/{version}");
}
