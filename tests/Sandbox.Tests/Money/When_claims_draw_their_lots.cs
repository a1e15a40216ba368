using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Sandbox.Money;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Money;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_claims_draw_their_lots(Engine engine)
{
    [Test]
    public async Task The_sums_of_a_claim_are_those_of_its_entries_and_those_of_the_municipality_theirs()
    {
        await using var bench = await MoneyBench.OpenAsync(engine, MoneyPlan.Example);
        await bench.RegisterAsync(1, 1_000);

        await bench.SettleAsync();

        var claims = await bench.ClaimsAsync();
        var ids = new HashSet<string>();
        foreach (var claim in claims)
        {
            var entries = await bench.EntriesAsync(claim);
            entries.ShouldAllBe(entry => ids.Add(entry.EntryId) && entry.EntryId.StartsWith("0101-B-"));
            var principal = entries.Where(entry => entry.Part == MoneyPart.Principal).ToList();
            claim.Money.CoveredOre.ShouldBe(principal.Where(entry => entry.Kind == MoneyKind.Coverage).Sum(entry => entry.AmountOre));
            claim.Money.ReversedOre.ShouldBe(principal.Where(entry => entry.Kind == MoneyKind.Reversal).Sum(entry => entry.AmountOre));
            claim.Money.WrittenOffOre.ShouldBe(
                entries.Sum(entry => entry.Kind switch { MoneyKind.WriteOff => entry.AmountOre, MoneyKind.Adjustment => -entry.AmountOre, _ => 0 }));
        }

        ids.Count.ShouldBeGreaterThan(700);
        var summary = (await bench.Ledger.SummaryAsync(CancellationToken.None)).Single();
        (summary.DebtorCoveredOre, summary.DebtorReversedOre, summary.DebtorWrittenOffOre)
            .ShouldBe((claims.Sum(claim => claim.Money.CoveredOre), claims.Sum(claim => claim.Money.ReversedOre), claims.Sum(claim => claim.Money.WrittenOffOre)));
        summary.DebtorCoveredOre.ShouldBeGreaterThan(0);
        summary.DebtorReversedOre.ShouldBeGreaterThan(0);
        summary.DebtorWrittenOffOre.ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task Each_lot_ends_as_it_says()
    {
        await using var bench = await MoneyBench.OpenAsync(engine, "pay=0.2,part=0.3,over=0.1,reverse=0.1,writeoff=0.1,collect=0.1");
        await bench.RegisterAsync(1, 600);

        await bench.SettleAsync();

        var byLot = (await bench.ClaimsAsync()).ToLookup(claim => bench.Control.LotOf(claim.Municipality, claim.Reference));
        byLot[Lot.None].ShouldAllBe(claim => claim.Money == ClaimMoney.None);
        byLot[Lot.Pay].ShouldAllBe(claim => claim.BalanceOre == 0 && claim.Money.CoveredOre == claim.AmountOre);
        byLot[Lot.Part].ShouldAllBe(claim => claim.BalanceOre > 0 && claim.Money.CoveredOre > 0 && claim.Money.CoveredOre < claim.AmountOre);
        byLot[Lot.Over].ShouldAllBe(claim => claim.BalanceOre < 0);
        byLot[Lot.Reverse].ShouldAllBe(claim => claim.BalanceOre == claim.AmountOre && claim.Money.ReversedOre == claim.AmountOre);
        byLot[Lot.WriteOff].ShouldAllBe(claim => claim.BalanceOre == 0 && claim.Money.WrittenOffOre > 0 && claim.Money.Status == AccountStatus.Closed);
        byLot[Lot.Collect].ShouldAllBe(claim => claim.BalanceOre == claim.AmountOre && (claim.Money.Status == AccountStatus.InCollection || claim.Money.Status == AccountStatus.Recalled));
        byLot[Lot.WriteOff].Count(claim => claim.Money.CoveredOre > 0).ShouldBeGreaterThan(0);
        byLot[Lot.Collect].Count(claim => claim.Money.Status == AccountStatus.Recalled).ShouldBeInRange(10, 50);
        byLot[Lot.Part].Count(claim => claim.Money.WrittenOffOre > 0).ShouldBeGreaterThan(0, "some are corrected by the debtor system itself");
        byLot.Count.ShouldBe(7);
    }

    [Test]
    public async Task Claims_registered_before_the_plan_was_posted_draw_too_and_none_twice()
    {
        await using var bench = await MoneyBench.OpenAsync(engine, "");
        await bench.RegisterAsync(1, 50);
        await bench.SettleAsync();
        (await bench.PendingAsync()).ShouldBe(0, "nobody asked for anything");

        bench.Control.Plan = MoneyPlan.Parse("over=1");
        (await bench.PendingAsync()).ShouldBe(50, "each of them may pay");
        await bench.RegisterAsync(51, 50);
        await bench.SettleAsync();
        // The same claim under another instruction is the same claim.
        await bench.Ledger.TakeAsync([MoneyBench.Register(1) with { InstructionId = Guid.Parse("11111111-2222-3333-4444-555555555555") }], CancellationToken.None);
        await bench.SettleAsync();

        var claims = await bench.ClaimsAsync();
        claims.Count.ShouldBe(100);
        foreach (var claim in claims)
            (await bench.EntriesAsync(claim)).Count.ShouldBe(1);
    }

    [Test]
    public async Task A_claim_that_is_cancelled_meanwhile_takes_no_more_money_and_nothing_stays_pending_for_it()
    {
        await using var bench = await MoneyBench.OpenAsync(engine, "over=0.5,collect=0.5");
        await bench.RegisterAsync(1, 20);
        await bench.Money.SweepAsync(CancellationToken.None);
        await bench.Ledger.TakeAsync([.. Enumerable.Range(1, 20).Select(number => MoneyBench.Change(number, InstructionKind.Cancel, 2))], CancellationToken.None);
        (await bench.PendingAsync()).ShouldBeGreaterThan(0);

        await bench.SettleAsync();

        (await bench.ClaimsAsync()).ShouldAllBe(claim => claim.State == ClaimState.Cancelled && claim.Money == ClaimMoney.None);
        (await bench.PendingAsync()).ShouldBe(0);
    }

    [Test]
    public async Task A_claim_that_is_adjusted_after_it_was_paid_stays_overpaid()
    {
        await using var bench = await MoneyBench.OpenAsync(engine, "pay=1");
        await bench.RegisterAsync(1, 1);
        await bench.SettleAsync();

        await bench.Ledger.TakeAsync([MoneyBench.Change(1, InstructionKind.Adjust, 2, 5_000)], CancellationToken.None);
        await bench.SettleAsync();

        var claim = (await bench.ClaimsAsync()).Single();
        (claim.AmountOre, claim.Money.CoveredOre, claim.BalanceOre).ShouldBe((5_000, 12_000, -7_000));
    }

    [Test]
    public async Task A_claim_is_named_by_our_reference_by_its_slip_or_by_the_debtor_reference_and_taken_back_as_it_was_paid()
    {
        await using var bench = await MoneyBench.OpenAsync(engine, "reverse=1");
        await bench.RegisterAsync(1, 1_000);
        await bench.SettleAsync();

        var coverage = new List<MoneyEntry>();
        foreach (var claim in await bench.ClaimsAsync())
        {
            var entries = await bench.EntriesAsync(claim);
            var (paid, back) = (entries.Single(entry => entry.Kind == MoneyKind.Coverage), entries.Single(entry => entry.Kind == MoneyKind.Reversal));
            (back.NamedBy, back.NamedAs, back.ReversesEntryId, back.AmountOre).ShouldBe((paid.NamedBy, paid.NamedAs, paid.EntryId, paid.AmountOre));
            paid.NamedAs.ShouldBe(paid.NamedBy switch { NamedBy.Reference => claim.Reference, NamedBy.DebtorReference => claim.DebtorReference, _ => claim.PaymentSlip });
            coverage.Add(paid);
        }

        coverage.ShouldAllBe(entry => entry.Channel == "bankSlip" == (entry.NamedBy == NamedBy.PaymentSlip));
        coverage.Count(entry => entry.NamedBy == NamedBy.DebtorReference).ShouldBeInRange(60, 140);
        coverage.CountBy(entry => entry.Channel!).ShouldAllBe(channel => channel.Value > 140 && channel.Value < 260);
        coverage.Select(entry => entry.Channel).Distinct().Count().ShouldBe(5);
    }

    [Test]
    public async Task Another_process_on_the_same_data_loses_and_doubles_nothing()
    {
        await using var straight = await MoneyBench.OpenAsync(engine, MoneyPlan.Example);
        await straight.RegisterAsync(1, 300);
        await straight.SettleAsync();
        await using var bench = await MoneyBench.OpenAsync(engine, MoneyPlan.Example);
        await bench.RegisterAsync(1, 300);

        for (var start = 0; start < 15; start++)
        {
            await bench.RoundAsync();
            bench.Advance(TimeSpan.FromMilliseconds(300));
            await bench.ReopenAsync();
        }

        await bench.SettleAsync();

        (await bench.ClaimsAsync()).Select(claim => (claim.Reference, claim.Money with { ChangedAt = null }))
            .ShouldBe((await straight.ClaimsAsync()).Select(claim => (claim.Reference, claim.Money with { ChangedAt = null })));
        (await bench.PendingAsync()).ShouldBe(await straight.PendingAsync());
    }

    [Test]
    public async Task Entries_are_told_in_another_order_than_they_were_booked_and_some_twice()
    {
        await using var bench = await MoneyBench.OpenAsync(engine, "reverse=1,duplicate=0.1");
        await bench.RegisterAsync(1, 500);
        await bench.SettleAsync();

        var (told, reversedFirst) = (new List<Telling>(), 0);
        while (await bench.Tellings.DueAsync(Vendor.KmdOpus, "0101", 100, CancellationToken.None) is { Count: > 0 } due)
        {
            due.Select(telling => telling.Entry.Number).ShouldBeUnique("an entry is sent twice, not twice at a time");
            told.AddRange(due);
            await bench.Tellings.TakeOffAsync(due, CancellationToken.None);
        }

        told.DistinctBy(telling => telling.Entry.EntryId).Count().ShouldBe(1_000);
        told.Count.ShouldBeInRange(1_060, 1_140);
        var paid = new HashSet<string>();
        foreach (var telling in told)
        {
            if (telling.Entry.Kind == MoneyKind.Coverage)
                paid.Add(telling.Entry.EntryId);
            else if (!paid.Contains(telling.Entry.ReversesEntryId!))
                reversedFirst++;
        }

        reversedFirst.ShouldBeGreaterThan(20, "a reversal may overtake its coverage");
        (await bench.PendingAsync()).ShouldBe(0);
    }

    [Test]
    public async Task A_slip_is_issued_at_registration_and_told_with_every_receipt_of_the_claim()
    {
        await using var bench = await MoneyBench.OpenAsync(engine, "");

        var registered = (await bench.Ledger.TakeAsync([MoneyBench.Register(1), MoneyBench.Register(2)], CancellationToken.None)).Select(decision => decision.PaymentSlip!).ToList();

        registered.ShouldBeUnique();
        registered.ShouldAllBe(slip => slip.Length == 15 && slip[14] - '0' == PaymentSlip.CheckDigit(slip.Substring(0, 14)));
        (await bench.Ledger.TakeAsync([MoneyBench.Change(1, InstructionKind.Adjust, 2, 100)], CancellationToken.None))[0].PaymentSlip.ShouldBe(registered[0]);
        (await bench.ClaimsAsync()).Select(claim => claim.PaymentSlip).ShouldBe(registered);
    }

    [Test]
    public async Task An_extract_lists_each_claim_once_with_what_was_covered_less_what_was_taken_back()
    {
        await using var bench = await MoneyBench.OpenAsync(engine, "reverse=0.5,over=0.5");
        await bench.RegisterAsync(1, 25);
        await bench.RegisterAsync(1_001, 5, municipality: "0751");
        await bench.SettleAsync();

        var listed = new List<ExtractLine>();
        while (await bench.Ledger.ExtractAsync("0101", listed.Count == 0 ? null : listed[^1].Claim.Reference, 10, CancellationToken.None) is { Count: > 0 } page)
            listed.AddRange(page);

        listed.Select(line => line.Claim.Reference).ShouldBe((await bench.ClaimsAsync()).Where(claim => claim.Municipality == "0101").Select(claim => claim.Reference), ignoreOrder: true);
        listed.ShouldAllBe(line => line.ChangedAt == line.Claim.Money.ChangedAt);
    }
}
