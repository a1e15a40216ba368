using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Ledger;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_claims_are_poisoned(Engine engine)
{
    private LedgerBench? opened;

    private LedgerBench Bench => opened!;

    [SetUp]
    public async Task OpenAsync() => opened = await LedgerBench.OpenAsync(engine, "poison=0.4");

    [TearDown]
    public async Task CloseAsync()
    {
        if (opened is not null)
            await opened.DisposeAsync();
    }

    [Test]
    public async Task About_half_of_them_are_booked_and_nobody_is_told_which()
    {
        var arrivals = Enumerable.Range(1, 200).Select(number => LedgerBench.Register(number)).ToList();

        var decisions = await Bench.Ledger.TakeUnderFaultsAsync(arrivals, default);

        for (var i = 0; i < arrivals.Count; i++)
        {
            if (Bench.Faults.Poisons("0101", arrivals[i].Reference))
                decisions[i].ShouldBeNull();
            else
                decisions[i].ShouldNotBeNull().InstructionId.ShouldBe(arrivals[i].InstructionId);
        }

        var known = await Bench.Ledger.FindAsync("0101", [.. arrivals.Select(arrival => arrival.InstructionId)], default);
        var poisoned = arrivals.Where((_, i) => decisions[i] is null).ToList();
        poisoned.Count.ShouldBeInRange(50, 110);
        poisoned.Count(arrival => known.ContainsKey(arrival.InstructionId)).ShouldBeInRange(poisoned.Count / 4, poisoned.Count * 3 / 4);
        (await Bench.Ledger.PoisonedAsync("0101", [.. arrivals.Select(arrival => arrival.InstructionId)], known, default))
            .ShouldBe(poisoned.Select(arrival => arrival.InstructionId), ignoreOrder: true);
    }

    [Test]
    public async Task A_sandbox_that_is_started_again_still_knows_them_and_once_they_are_lifted_it_tells_the_truth()
    {
        var arrivals = Enumerable.Range(1, 50).Select(number => LedgerBench.Register(number)).ToList();
        var ids = arrivals.ConvertAll(arrival => arrival.InstructionId);
        await Bench.Ledger.TakeUnderFaultsAsync(arrivals, default);
        await Bench.Ledger.TakeUnderFaultsAsync(arrivals, default);

        var again = await Bench.ReopenAsync();
        var known = await again.FindAsync("0101", ids, default);
        (await again.PoisonedAsync("0101", ids, known, default)).Count.ShouldBe(arrivals.Count(arrival => Bench.Faults.Poisons("0101", arrival.Reference)));

        Bench.Faults.Plan = FaultPlan.None;
        (await again.PoisonedAsync("0101", ids, known, default)).ShouldBeEmpty();
        (await again.TakeUnderFaultsAsync(arrivals, default)).ShouldAllBe(decision => decision != null && decision.IsBooked);
        for (var number = 1; number <= 50; number++)
            (await Bench.ClaimAsync(number)).Bookings.ShouldBe(1);
    }
}
