using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Ledger;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_instructions_arrive(Engine engine)
{
    [Test]
    public async Task The_same_registration_again_is_the_same_answer_and_no_second_booking()
    {
        await using var bench = await LedgerBench.OpenAsync(engine);

        var first = await bench.TakeAsync(LedgerBench.Register(1));
        var again = await bench.TakeAsync(LedgerBench.Register(1));

        again.ShouldBe(first with { Arrivals = 2 });
        var claim = await bench.ClaimAsync(1);
        (claim.Bookings, claim.Received, claim.AmountOre, claim.Entries).ShouldBe((1, 2, 7000, 1));
    }

    [Test]
    public async Task Twice_in_one_call_is_booked_once()
    {
        await using var bench = await LedgerBench.OpenAsync(engine);

        await bench.Ledger.TakeAsync([LedgerBench.Register(1), LedgerBench.Register(2), LedgerBench.Register(1)], CancellationToken.None);

        (await bench.ClaimAsync(1)).Bookings.ShouldBe(1);
        (await bench.Ledger.SummaryAsync(CancellationToken.None)).ShouldBe([new LedgerSummary("0101", 2, 14000, 1)]);
    }

    [Test]
    public async Task A_blind_debtor_system_books_it_twice()
    {
        await using var bench = await LedgerBench.OpenAsync(engine, "blind");

        await bench.TakeAsync(LedgerBench.Register(1));
        await bench.TakeAsync(LedgerBench.Register(1));

        (await bench.Ledger.SummaryAsync(CancellationToken.None)).ShouldBe([new LedgerSummary("0101", 1, 14000, 2)]);
    }

    [Test]
    public async Task Changes_follow_each_other_and_leave_their_entries()
    {
        await using var bench = await LedgerBench.OpenAsync(engine);

        await bench.TakeAsync(LedgerBench.Register(1));
        await bench.TakeAsync(LedgerBench.Change(1, InstructionKind.Adjust, 2, 5000));
        await bench.TakeAsync(LedgerBench.Change(1, InstructionKind.ChangeLiableParty, 3) with { DebtorNumber = "0202701234" });
        (await bench.TakeAsync(LedgerBench.Change(1, InstructionKind.Cancel, 4))).IsBooked.ShouldBeTrue();

        var claim = await bench.ClaimAsync(1);
        (claim.State, claim.AmountOre, claim.Version, claim.Bookings).ShouldBe((ClaimState.Cancelled, 5000, 4, 1));
        (await bench.Ledger.EntriesAsync("0101", "CLAIM-1", CancellationToken.None)).Select(entry => (entry.Number, entry.AmountOre))
            .ShouldBe([(1, 7000), (2, -2000), (3, 0), (4, -5000)]);
        (await bench.Ledger.SummaryAsync(CancellationToken.None)).ShouldBe([new LedgerSummary("0101", 0, 0, 1)]);
    }

    [Test]
    public async Task An_older_change_than_the_last_is_refused_and_changes_nothing()
    {
        await using var bench = await LedgerBench.OpenAsync(engine);
        await bench.TakeAsync(LedgerBench.Register(1));
        await bench.TakeAsync(LedgerBench.Change(1, InstructionKind.Adjust, 3, 5000));

        var late = await bench.TakeAsync(LedgerBench.Change(1, InstructionKind.Adjust, 2, 6000));

        late.Refusal.ShouldBe(Refusal.OutOfOrder);
        (await bench.ClaimAsync(1)).AmountOre.ShouldBe(5000);
    }

    [Test]
    public async Task A_change_of_a_claim_it_does_not_have_is_refused()
    {
        await using var bench = await LedgerBench.OpenAsync(engine);

        (await bench.TakeAsync(LedgerBench.Change(1, InstructionKind.Cancel, 2))).Refusal.ShouldBe(Refusal.ClaimUnknown);
    }

    [Test]
    public async Task A_rejected_registration_stays_rejected_and_is_no_claim()
    {
        await using var bench = await LedgerBench.OpenAsync(engine, "reject=1");

        (await bench.TakeAsync(LedgerBench.Register(1))).Refusal.ShouldBe(Refusal.LiablePartyUnknown);
        bench.Faults.Plan = ClaimsTransfer.Sandbox.Faults.FaultPlan.None;

        (await bench.TakeAsync(LedgerBench.Register(1))).Refusal.ShouldBe(Refusal.LiablePartyUnknown);
        (await bench.Ledger.FindClaimAsync("0101", "CLAIM-1", CancellationToken.None)).ShouldBeNull();
    }

    [Test]
    public async Task A_change_of_a_registered_claim_is_never_rejected()
    {
        await using var bench = await LedgerBench.OpenAsync(engine);
        await bench.TakeAsync(LedgerBench.Register(1));
        bench.Faults.Plan = ClaimsTransfer.Sandbox.Faults.FaultPlan.Parse("reject=1");

        (await bench.TakeAsync(LedgerBench.Change(1, InstructionKind.Adjust, 2, 100))).IsBooked.ShouldBeTrue();
    }

    [Test]
    public async Task A_late_receipt_is_in_progress_until_it_is_due()
    {
        await using var bench = await LedgerBench.OpenAsync(engine, "late-receipt=2s");
        var arrival = LedgerBench.Register(1, replyTo: "http://localhost/callback");
        await bench.TakeAsync(arrival);

        (await bench.Ledger.FindAsync("0101", [arrival.InstructionId], CancellationToken.None))[arrival.InstructionId].IsInProgress(bench.GetUtcNow()).ShouldBeTrue();
        (await bench.Ledger.ReceiptsAsync("0101", 0, 10, CancellationToken.None)).ShouldBeEmpty();
        (await bench.Outbox.DueAsync(arrival.Vendor, 10, CancellationToken.None)).ShouldBeEmpty();
        bench.Advance(TimeSpan.FromSeconds(2));

        var receipts = await bench.Ledger.ReceiptsAsync("0101", 0, 10, CancellationToken.None);
        receipts.Count.ShouldBe(1);
        (await bench.Ledger.ReceiptsAsync("0101", receipts[0].ReceiptNumber, 10, CancellationToken.None)).ShouldBeEmpty();
        var due = await bench.Outbox.DueAsync(arrival.Vendor, 10, CancellationToken.None);
        due.Count.ShouldBe(1);
        await bench.Outbox.PostponeAsync(due, TimeSpan.FromSeconds(5), CancellationToken.None);
        (await bench.Outbox.DueAsync(arrival.Vendor, 10, CancellationToken.None)).ShouldBeEmpty();
        bench.Advance(TimeSpan.FromSeconds(5));
        await bench.Outbox.TakeOffAsync(await bench.Outbox.DueAsync(arrival.Vendor, 10, CancellationToken.None), CancellationToken.None);
        (await bench.Outbox.DueAsync(arrival.Vendor, 10, CancellationToken.None)).ShouldBeEmpty();
    }

    [Test]
    public async Task Everything_answered_is_there_when_the_ledger_is_opened_again()
    {
        await using var bench = await LedgerBench.OpenAsync(engine);
        var before = await bench.TakeAsync(LedgerBench.Register(1));

        var ledger = await bench.ReopenAsync();

        (await ledger.TakeAsync([LedgerBench.Register(1)], CancellationToken.None))[0].ShouldBe(before with { Arrivals = 2 });
        (await ledger.SummaryAsync(CancellationToken.None)).ShouldBe([new LedgerSummary("0101", 1, 7000, 1)]);
    }

    [Test]
    public async Task Many_calls_at_once_are_each_booked_once_and_numbered_without_a_gap()
    {
        await using var bench = await LedgerBench.OpenAsync(engine);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(call => Task.Run(() => bench.Ledger.TakeAsync(
            [.. Enumerable.Range(call * 50, 100).Select(number => LedgerBench.Register(number, 100))], CancellationToken.None))));

        (await bench.Ledger.SummaryAsync(CancellationToken.None)).ShouldBe([new LedgerSummary("0101", 2050, 205_000, 1)]);
        (await bench.Ledger.ReceiptsAsync("0101", 0, 10_000, CancellationToken.None)).Select(receipt => receipt.ReceiptNumber)
            .ShouldBe(Enumerable.Range(1, 2050).Select(number => (long)number));
        var read = new HashSet<string>();
        await foreach (var claim in bench.Ledger.ReadAsync("0101", CancellationToken.None))
            read.Add(claim.Reference).ShouldBeTrue();
        read.Count.ShouldBe(2050);
    }
}
