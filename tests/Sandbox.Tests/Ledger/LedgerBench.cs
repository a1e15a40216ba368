using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Time.Testing;

namespace ClaimsTransfer.Sandbox.Tests.Ledger;

/// <summary>A ledger on a real engine, with a clock that a test sets.</summary>
internal sealed class LedgerBench : IAsyncDisposable
{
    private readonly StoreForTests stores;
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));

    private LedgerBench(StoreForTests stores)
    {
        this.stores = stores;
        Ledger = new DebtorLedger(stores.Stores.Open("sandbox"), Faults, clock);
        Outbox = new ReceiptOutbox(stores.Stores.Open("sandbox"), clock);
    }

    public FaultControl Faults { get; } = new(FaultPlan.None);

    public DebtorLedger Ledger { get; }

    public ReceiptOutbox Outbox { get; }

    public static async Task<LedgerBench> OpenAsync(Engine engine, string faults = "")
    {
        var bench = new LedgerBench(await StoreForTests.NewAsync(engine)) { Faults = { Plan = FaultPlan.Parse(faults) } };
        await bench.Ledger.OpenAsync(CancellationToken.None);
        return bench;
    }

    public DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public void Advance(TimeSpan by) => clock.Advance(by);

    /// <summary>The same data, as the next process finds it.</summary>
    public async Task<DebtorLedger> ReopenAsync()
    {
        var ledger = new DebtorLedger(stores.Again().Open("sandbox"), Faults, clock);
        await ledger.OpenAsync(CancellationToken.None);
        return ledger;
    }

    public static Arrival Register(int number, long amountOre = 7000, string municipality = "0101", string? replyTo = null) => new(
        municipality, Vendor.KmdOpus, $"CLAIM-{number}", IdOf(number, 1), InstructionKind.Register, Version: 1, amountOre, DebtorNumber: "0101701234",
        ClaimId: IdOf(number, 0), Agency: "DK-710100", FeeId: number, ReplyTo: replyTo);

    public static Arrival Change(int number, InstructionKind kind, int version, long amountOre = 0) =>
        Register(number, amountOre) with { InstructionId = IdOf(number, version), Kind = kind, Version = version };

    public async Task<Decision> TakeAsync(Arrival arrival) => (await Ledger.TakeAsync([arrival], CancellationToken.None))[0];

    public async Task<LedgerClaim> ClaimAsync(int number) =>
        await Ledger.FindClaimAsync("0101", $"CLAIM-{number}", CancellationToken.None) ?? throw new AssertionException($"Claim {number} is not in the ledger.");

    public ValueTask DisposeAsync() => stores.DisposeAsync();

    private static Guid IdOf(int number, int version) => DeterministicId.Create(DeterministicId.ClaimsTransfer, $"test/{number}/{version}");
}
