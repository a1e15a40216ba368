using ClaimsTransfer.Connectors.Tests.Prisme;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OesIndsigt;
using ClaimsTransfer.Sandbox.Ledger;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Indsigt;

[TestFixture]
public sealed class When_claims_go_by_REST
{
    [Test]
    public async Task each_gets_its_receipt_page_by_page()
    {
        await using var bench = await IndsigtBench.StartAsync();
        foreach (var batch in Sample.Registers(1, 450).Chunk(200))
            (await bench.SubmitAsync(batch)).ShouldAllBe(s => s is Submitted.Pending);

        var (receipts, pages, cursor) = await bench.ReadAllAsync(bench.ConnectorWith(new IndsigtOptions { PageSize = 100 }));

        pages.ShouldBe(5);
        receipts.Select(r => r.InstructionId).ShouldBe(Sample.Registers(1, 450).Select(i => i.Id));
        receipts.ShouldAllBe(r => ((Submitted.Accepted)r.Outcome).DebtorReference != null);
        (await bench.ReadAllAsync(cursor: cursor)).Receipts.ShouldBeEmpty();
        (await bench.BookedAsync()).ShouldAllBe(c => c.Bookings == 1 && c.AmountOre == 7000);
    }

    [Test]
    public async Task the_feed_says_the_same_each_time_it_is_read()
    {
        await using var bench = await IndsigtBench.StartAsync();
        await bench.SubmitAsync(Sample.Registers(1, 3));

        var first = await bench.Connector.ReadAsync(bench.System, null, CancellationToken.None);
        var again = await bench.Connector.ReadAsync(bench.System, null, CancellationToken.None);

        again.Receipts.ShouldBe(first.Receipts);
        await bench.SubmitAsync(Sample.Register(4));
        (await bench.ReadAllAsync(cursor: first.Cursor)).Receipts.ShouldHaveSingleItem().InstructionId.ShouldBe(Sample.Register(4).Id);
    }

    [Test]
    public async Task changes_follow_what_they_change()
    {
        await using var bench = await IndsigtBench.StartAsync();
        var (first, second) = (Sample.Register(1), Sample.Register(2));

        await bench.SubmitAsync(first, second);
        (await bench.SubmitAsync(Sample.Adjusted(first, 5000), Sample.Cancelled(second, 2))).ShouldAllBe(s => s is Submitted.Pending);

        var booked = await bench.BookedAsync();
        booked.Single(c => c.Reference == first.Reference).AmountOre.ShouldBe(5000);
        booked.Single(c => c.Reference == second.Reference).State.ShouldBe(ClaimState.Cancelled);
    }

    [Test]
    public async Task what_its_rules_refuse_is_told_at_once_and_holds_no_other_back()
    {
        await using var bench = await IndsigtBench.StartAsync();

        var submitted = await bench.SubmitAsync(Sample.Register(1), Sample.Adjusted(Sample.Register(2), 100));

        submitted[0].ShouldBeOfType<Submitted.Pending>();
        submitted[1].ShouldBe(new Submitted.Rejected("CLAIM-UNKNOWN", Refusal.ClaimUnknown.Text, FixBy.Library));
    }

    [Test]
    public async Task the_same_call_twice_is_one()
    {
        await using var bench = await IndsigtBench.StartAsync();

        await bench.SubmitAsync(Sample.Registers(1, 3));
        await bench.SubmitAsync([.. Sample.Registers(1, 3).Select(i => i with { Attempt = 2 })]);

        (await bench.BookedAsync()).ShouldAllBe(c => c.Bookings == 1 && c.Received == 2);
    }

    [Test]
    public async Task what_never_came_is_not_there()
    {
        await using var bench = await IndsigtBench.StartAsync();
        await bench.SubmitAsync(Sample.Register(1));

        var found = await bench.FindAsync(Sample.Register(1), Sample.Register(2));

        found[0].ShouldBeOfType<Found.Done>();
        found[1].ShouldBeOfType<Found.NotThere>();
    }

    [Test]
    public async Task late_receipts_are_in_progress_until_they_come()
    {
        await using var bench = await IndsigtBench.StartAsync("late-receipt=2s");
        await bench.SubmitAsync(Sample.Register(1));

        (await bench.FindAsync(Sample.Register(1)))[0].ShouldBeOfType<Found.InProgress>();
        (await bench.ReadAllAsync()).Receipts.ShouldBeEmpty();
        var receipts = await Eventually.GetAsync("the receipt", async () => (await bench.ReadAllAsync()).Receipts is { Count: > 0 } come ? come : null);
        receipts.ShouldHaveSingleItem().Outcome.ShouldBeOfType<Submitted.Accepted>();
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(500)]
    public async Task receipts_that_come_twice_say_the_same_whatever_the_page(int pageSize)
    {
        await using var bench = await IndsigtBench.StartAsync("duplicate-receipt=1");
        await bench.SubmitAsync(Sample.Registers(1, 3));

        var (receipts, _, _) = await bench.ReadAllAsync(bench.ConnectorWith(new IndsigtOptions { PageSize = pageSize }));

        receipts.Count.ShouldBe(6);
        receipts.GroupBy(r => r.InstructionId).ShouldAllBe(same => same.Count() == 2 && same.Distinct().Count() == 1);
    }
}
