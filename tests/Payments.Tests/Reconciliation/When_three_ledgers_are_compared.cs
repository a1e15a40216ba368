using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Reconciliation;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Reading;
using ClaimsTransfer.Payments.Reconciliation.Running;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Reconciliation;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_three_ledgers_are_compared(Engine engine)
{
    private Ledgers _ledgers = null!;

    [SetUp]
    public async Task Open() => _ledgers = await Ledgers.NewAsync(engine);

    [TearDown]
    public async Task Close()
    {
        if (_ledgers is not null)
            await _ledgers.DisposeAsync();
    }

    [Test]
    public async Task nothing_agrees_with_nothing()
    {
        var run = await _ledgers.ReconcileAsync();

        run.Failure.ShouldBeNull();
        (run.Agreeing, run.Differences, run.ByCause.Count).ShouldBe((0, 0, 0));
    }

    [Test]
    public async Task claims_that_are_the_same_everywhere_are_counted_in_all_three()
    {
        await _ledgers.EverywhereAsync(1, 7000);
        await _ledgers.EverywhereAsync(2, 256);
        await _ledgers.OursAsync(3, "Settled", 5000, covered: 5000);
        _ledgers.Debtor(3, 5000, covered: 5000);
        await _ledgers.OursAsync(4, "Cancelled", 5000);
        await _ledgers.OursAsync(5, "Settled", 5000, covered: 6000, reversed: 500);
        _ledgers.Debtor(5, 5000, covered: 5500);

        var run = await _ledgers.ReconcileAsync();

        (run.Fbs.Claims, run.Fbs.Ore).ShouldBe((2, 7256));
        (run.Ours.Claims, run.Ours.Ore, run.Ours.Settled, run.Ours.Cancelled).ShouldBe((2, 7256, 2, 1));
        (run.Debtor.Claims, run.Debtor.Ore).ShouldBe((2, 7256));
        (run.Agreeing, run.Differences).ShouldBe((5, 0));
    }

    [Test]
    public async Task every_cause_is_found_where_it_is()
    {
        var ago = _ledgers.Time.Now.AddHours(-1);
        var justNow = _ledgers.Time.Now.AddMinutes(-3);
        await _ledgers.EverywhereAsync(1, 7000);
        await _ledgers.EverywhereAsync(2, 7000);
        _ledgers.Debtor(2, 7000, bookings: 2);
        await _ledgers.EverywhereAsync(3, 7000);
        _ledgers.NotAtDebtor(3);
        await _ledgers.EverywhereAsync(4, 7000);
        _ledgers.NotAtFbs(4);
        await _ledgers.EverywhereAsync(5, 7000);
        _ledgers.Debtor(5, 7000, inForce: false, changedAt: ago);
        await _ledgers.EverywhereAsync(6, 7000);
        _ledgers.Debtor(6, 6999);
        await _ledgers.OursAsync(7, "Awaited", 0, covered: 1500);
        await _ledgers.EverywhereAsync(8, 7000);
        _ledgers.Debtor(8, 6000, changedAt: justNow);
        await _ledgers.OursAsync(9, "Open", 7000, changedAt: justNow);
        _ledgers.Fbs(10, 7000);
        _ledgers.Debtor(11, 7000);
        _ledgers.Fbs(11, 7000);
        _ledgers.Debtor("SOMETHING ELSE", 100);
        _ledgers.Debtor("OLD", 100, inForce: false);

        var run = await _ledgers.ReconcileAsync();

        var found = await _ledgers.DifferencesAsync(run);
        found.Select(line => (line.Reference, line.FbsOre, line.OursOre, line.DebtorOre, line.Cause, line.WouldBe)).ShouldBe(
        [
            ("DK-710100-2", 7000L, 7000L, 7000L, Cause.BookedTwice, null),
            ("DK-710100-3", 7000L, 7000L, null, Cause.MissingAtDebtor, null),
            ("DK-710100-4", null, 7000L, 7000L, Cause.MissingAtFbs, null),
            ("DK-710100-5", 7000L, 7000L, 0L, Cause.StateDiffers, null),
            ("DK-710100-6", 7000L, 7000L, 6999L, Cause.AmountDiffers, null),
            ("DK-710100-7", null, null, null, Cause.UnmatchedPayment, null),
            ("DK-710100-8", 7000L, 7000L, 6000L, Cause.Late, Cause.AmountDiffers),
            ("DK-710100-9", null, 7000L, null, Cause.Late, Cause.MissingAtDebtor),
            ("DK-710100-11", 7000L, null, 7000L, Cause.StateDiffers, null),
            ("SOMETHING ELSE", null, null, 100L, Cause.MissingAtFbs, null),
            ("DK-710100-10", 7000L, null, null, Cause.StateDiffers, null),
        ], ignoreOrder: true);
        found.Single(line => line.FeeId == 7).PaymentOre.ShouldBe(1500);
        found.Single(line => line.FeeId == 2).ClaimId.ShouldBe(DeterministicId.OfClaim(Ledgers.Agency, 2));
        found.Single(line => line.Reference == "SOMETHING ELSE").Agency.ShouldBeNull();
        run.Differences.ShouldBe(11);
        run.Agreeing.ShouldBe(1);
        run.ByCause.ShouldBe(new Dictionary<Cause, long>
        {
            [Cause.BookedTwice] = 1, [Cause.MissingAtDebtor] = 1, [Cause.MissingAtFbs] = 2, [Cause.StateDiffers] = 3, [Cause.AmountDiffers] = 1, [Cause.UnmatchedPayment] = 1, [Cause.Late] = 2,
        }, ignoreOrder: true);
    }

    [Test]
    public async Task what_waits_on_the_worklist_and_what_FBS_has_not_confirmed_is_asked_of_the_neighbours()
    {
        var since = _ledgers.Time.Now.AddDays(-3).ToUnixTimeMilliseconds();
        _ledgers.Neighbours.Unmatched.Add(new UnmatchedPayment(DeterministicId.Of(Guid.Empty, "entry"), "slip of 010101-1234", 4200, since));
        await _ledgers.OursAsync(1, "Settled", 7000, covered: 7000);
        _ledgers.Debtor(1, 7000, covered: 7000);
        _ledgers.Fbs(1, 7000);
        _ledgers.Neighbours.Unconfirmed.Add(DeterministicId.OfClaim(Ledgers.Agency, 1));

        var found = await _ledgers.DifferencesAsync(await _ledgers.ReconcileAsync());

        var (late, payment) = (found.Single(line => line.FeeId == 1), found.Single(line => line.FeeId is null));
        (late.Cause, late.WouldBe).ShouldBe((Cause.Late, Cause.StateDiffers));
        (payment.Cause, payment.PaymentOre, payment.Reference, payment.Since.ToUnixTimeMilliseconds()).ShouldBe((Cause.UnmatchedPayment, 4200, "slip of ###########", since));
    }

    [Test]
    public async Task the_same_lines_in_another_order_and_twice_are_the_same([Values(0, 1, Differences.PageSize, Differences.PageSize + 1)] int differing)
    {
        await _ledgers.OursAsync([.. Enumerable.Range(1, differing + 10).Select(fee => Ledgers.Row(fee, "Open", 7000))]);
        int[] fees = [.. Enumerable.Range(1, differing + 10)];
        new Random(7).Shuffle(fees);
        _ledgers.Others.OpenClaims = OtherSystems.Lines(fees.Append(fees[0]).Select(fee => Ledgers.FbsLine(fee, 7000)));
        new Random(8).Shuffle(fees);
        _ledgers.Others.Accounts = OtherSystems.Lines(fees.Append(fees[^1]).Select(fee => Ledgers.DebtorLine($"{Ledgers.Agency}-{fee}", fee <= differing ? 6000 : 7000)));

        var run = await _ledgers.ReconcileAsync();

        (run.Agreeing, run.Differences).ShouldBe((10, differing));
        (await _ledgers.DifferencesAsync(run)).Select(line => line.FeeId!.Value).ShouldBe(Enumerable.Range(1, differing).Select(fee => (long)fee));
        (await _ledgers.StagedAsync()).ShouldBe(0);
    }

    [Test]
    public async Task lists_of_exactly_a_page_and_one_more_are_read_whole([Values(0, 1)] int more)
    {
        var count = Lines.PageSize + more;
        await _ledgers.OursAsync([.. Enumerable.Range(1, count).Select(fee => Ledgers.Row(fee, "Open", 7000))]);
        _ledgers.Others.OpenClaims = OtherSystems.Lines(Enumerable.Range(1, count).Select(fee => Ledgers.FbsLine(fee, 7000)));
        _ledgers.Others.Accounts = OtherSystems.Lines(Enumerable.Range(1, count).Select(fee => Ledgers.DebtorLine($"{Ledgers.Agency}-{fee}", 7000)));

        var run = await _ledgers.ReconcileAsync();

        (run.Fbs.Claims, run.Debtor.Claims, run.Agreeing, run.Differences).ShouldBe((count, count, count, 0));
    }

    [Test]
    public async Task a_reference_that_the_debtor_system_lists_with_two_contents_is_booked_twice()
    {
        await _ledgers.EverywhereAsync(1, 7000);
        _ledgers.Others.Accounts = OtherSystems.Lines([Ledgers.DebtorLine("DK-710100-1", 7000), Ledgers.DebtorLine("DK-710100-1", 5000)]);

        var line = (await _ledgers.OnlyDifferenceAsync()).ShouldNotBeNull();

        (line.Cause, line.DebtorOre).ShouldBe((Cause.BookedTwice, 12000));
    }

    [Test]
    public async Task a_difference_is_there_since_the_run_that_found_it_first()
    {
        await _ledgers.EverywhereAsync(1, 7000);
        await _ledgers.EverywhereAsync(2, 7000);
        _ledgers.Debtor(1, 6000, changedAt: _ledgers.Time.Now.AddMinutes(-1));
        var first = _ledgers.Time.Now;
        (await _ledgers.OnlyDifferenceAsync())!.Cause.ShouldBe(Cause.Late);

        _ledgers.Time.Now += TimeSpan.FromDays(1);
        _ledgers.Debtor(2, 6000);
        var found = await _ledgers.DifferencesAsync(await _ledgers.ReconcileAsync());
        found.Select(line => (line.FeeId, line.Cause, line.Since)).ShouldBe([(1, Cause.AmountDiffers, first), (2, Cause.AmountDiffers, _ledgers.Time.Now)]);

        _ledgers.Debtor(1, 7000);
        _ledgers.Debtor(2, 7000);
        (await _ledgers.ReconcileAsync()).Differences.ShouldBe(0);
        _ledgers.Time.Now += TimeSpan.FromDays(1);
        _ledgers.Debtor(1, 6000);
        (await _ledgers.OnlyDifferenceAsync())!.Since.ShouldBe(_ledgers.Time.Now);
    }

    [Test]
    public async Task another_cause_of_the_same_claim_is_a_new_one()
    {
        await _ledgers.EverywhereAsync(1, 7000);
        _ledgers.Debtor(1, 6000);
        await _ledgers.ReconcileAsync();
        _ledgers.Time.Now += TimeSpan.FromDays(1);
        _ledgers.NotAtDebtor(1);

        var line = (await _ledgers.OnlyDifferenceAsync()).ShouldNotBeNull();

        (line.Cause, line.Since).ShouldBe((Cause.MissingAtDebtor, _ledgers.Time.Now));
    }

    [Test]
    public async Task the_fees_interface_is_asked_of_every_patron_and_of_nothing_else()
    {
        _ledgers.Options = _ledgers.Options with { FbsSource = FbsSource.Fees };
        await _ledgers.OursAsync(1, "Open", 7000, patron: 11);
        await _ledgers.OursAsync(2, "Open", 256, patron: 11);
        await _ledgers.OursAsync(3, "Open", 7000, patron: 12);
        await _ledgers.OursAsync(4, "Open", 7000, patron: 13);
        await _ledgers.OursAsync(5, "Open", 7000);
        foreach (var (fee, amount) in new[] { (1, 7000), (2, 256), (3, 7000), (4, 7000), (5, 7000) })
            _ledgers.Debtor(fee, amount);
        _ledgers.Others.Fees = async (context, agency, patron) =>
        {
            context.Response.StatusCode = patron == 13 ? 404 : 200;
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(patron switch
            {
                11 => """[{"feeId":1,"amount":70,"type":"fee","materials":[{"recordId":"1"}]},{"feeId":2,"amount":2.56,"paidDate":null},{"feeId":99,"amount":1.00}]""",
                12 => """[{"feeId":3,"amount":70.0,"paidDate":"2026-11-20"}]""",
                _ => "",
            }));
        };

        var run = await _ledgers.ReconcileAsync();

        run.Failure.ShouldBeNull();
        run.Fbs.ShouldBe(new Total { Claims = 2, Ore = 7256 });
        (await _ledgers.DifferencesAsync(run)).Select(line => (line.FeeId, line.Cause)).ShouldBe([(3, Cause.MissingAtFbs), (4, Cause.MissingAtFbs)]);
        run.Agreeing.ShouldBe(3);
    }

    [Test]
    public async Task an_FBS_that_knows_none_of_the_patrons_is_the_wrong_one()
    {
        _ledgers.Options = _ledgers.Options with { FbsSource = FbsSource.Fees };
        await _ledgers.OursAsync(1, "Open", 7000, patron: 11);
        _ledgers.Others.Fees = (context, _, _) => { context.Response.StatusCode = 404; return Task.CompletedTask; };

        (await _ledgers.ReconcileAsync()).Failure.ShouldNotBeNull().ShouldContain("none of the 1 patrons");
    }

    [Test]
    public async Task another_municipalitys_accounts_are_not_looked_at()
    {
        await _ledgers.EverywhereAsync(1, 7000);
        var row = Ledgers.Row(2, "Open", 7000);
        (row[1], row[2]) = ("0151", "DK-715100");
        await _ledgers.OursAsync([row]);

        var run = await _ledgers.ReconcileAsync();

        (run.Ours.Claims, run.Agreeing, run.Differences).ShouldBe((1, 1, 0));
        await using var connection = await _ledgers.Store.OpenAsync(default);
        (await connection.ExecuteScalarAsync<long>(_ledgers.Store.Sql("SELECT COUNT(*) FROM payments.accounts"))).ShouldBe(2);
    }
}
