using ClaimsTransfer.Payments.Reconciliation;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Reading;
using ClaimsTransfer.Payments.Reconciliation.Running;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Reconciliation;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_a_list_cannot_be_read(Engine engine)
{
    private Ledgers _ledgers = null!;

    [SetUp]
    public async Task Open()
    {
        _ledgers = await Ledgers.NewAsync(engine);
        for (var fee = 1; fee <= 3; fee++)
            await _ledgers.EverywhereAsync(fee, 7000);
    }

    [TearDown]
    public async Task Close()
    {
        if (_ledgers is not null)
            await _ledgers.DisposeAsync();
    }

    [TestCase("""{"agency":"DK-710100","feeId":1,"amount":2.555}""", "line 2 amount is 2.555, which is not a whole number of øre")]
    [TestCase("""{"agency":"DK-710100","feeId":1,"amount":2.0000000000000000000000000000001}""", "which is not a whole number of øre")]
    [TestCase("""{"agency":"DK-710100","feeId":1,"amount":-1}""", "line 2 amount is not an amount of kroner from 0")]
    [TestCase("""{"agency":"DK-710100","feeId":1,"amountOre":7000.5}""", "line 2 amountOre is not a whole number of øre")]
    [TestCase("""{"agency":"DK-710100","feeId":1,"amountOre":7000,"amount":71}""", "line 2 has amountOre and amount")]
    [TestCase("""{"agency":"DK-710100","feeId":1}""", "line 2 has neither amountOre nor amount")]
    [TestCase("""{"agency":"DK-710100","feeId":"x","amountOre":1}""", "line 2 feeId is not a whole number")]
    [TestCase("""{"feeId":1,"amountOre":1}""", "line 2 has no agency")]
    [TestCase("""{"agency":"DK-715100","feeId":1,"amountOre":1}""", "line 2 names the library DK-715100 of municipality 0151; this is the reconciliation of 0101")]
    [TestCase("""{"agency":"DK-710100","feeId":1,"amo""", "line 2 is not JSON, or is cut off")]
    [TestCase("""[1]""", "line 2 is not a JSON object")]
    [TestCase("""{"agency":"DK-710100","feeId":9,"amountOre":1}""", "FBS lists DK-710100 9 twice, with two amounts (the second on line 2)")]
    public async Task a_bad_line_of_FBS_is_named_with_its_number(string line, string reason)
    {
        _ledgers.Others.OpenClaims = OtherSystems.Lines(["""{"agency":"DK-710100","feeId":9,"amountOre":7000}""", line]);

        await ShouldFailAsync(reason);
    }

    [TestCase("""{"reference":"DK-710100-1","amountOre":7000,"coveredOre":0,"writtenOffOre":0,"inForce":true}""", "line 1 lacks one of")]
    [TestCase("""{"reference":"DK-710100-1","amountOre":"7000"}""", "line 1 amountOre is not a whole number of øre")]
    [TestCase("""{"reference":"DK-710100-1","amountOre":7000,"coveredOre":0,"writtenOffOre":0,"inForce":true,"bookings":1,"changedAt":"yesterday"}""", "line 1 changedAt is not a time")]
    [TestCase("""{"reference":"DK-710100-1","amou""", "line 1 is not JSON, or is cut off")]
    public async Task a_bad_line_of_the_debtor_system_is_named_with_its_number(string line, string reason)
    {
        _ledgers.Others.Accounts = OtherSystems.Lines([line]);

        await ShouldFailAsync(reason);
    }

    [Test]
    public async Task a_list_that_breaks_off_makes_no_differences_of_what_was_to_come([Values] bool isFbs)
    {
        if (isFbs)
            _ledgers.Others.OpenClaims = OtherSystems.BreaksAfter([Ledgers.FbsLine(1, 7000)]);
        else
            _ledgers.Others.Accounts = OtherSystems.BreaksAfter([Ledgers.DebtorLine("DK-710100-1", 7000)]);

        await ShouldFailAsync("broke off after line 1");
    }

    [Test]
    public async Task a_list_that_stands_still_is_waited_for_only_so_long()
    {
        _ledgers.Options = _ledgers.Options with { ReadPatience = TimeSpan.FromMilliseconds(300) };
        _ledgers.Others.Accounts = async (context, _) =>
        {
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Ledgers.DebtorLine("DK-710100-1", 7000) + "\n"));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };

        await ShouldFailAsync("nothing came for");
    }

    [Test]
    public async Task an_answer_that_is_no_list_says_its_status()
    {
        _ledgers.Others.Accounts = (context, _) => { context.Response.StatusCode = 503; return Task.CompletedTask; };

        await ShouldFailAsync("the connector answered 503 for municipality 0101");
    }

    [Test]
    public async Task a_system_that_is_not_there_says_where_it_was_looked_for()
    {
        _ledgers.Options = _ledgers.Options with { Connectors = new ConnectorAddresses { KmdOpus = "http://127.0.0.1:1" } };

        await ShouldFailAsync("could not be had from http://127.0.0.1:1");
    }

    [Test]
    public async Task a_setting_that_is_missing_is_named()
    {
        _ledgers.Options = _ledgers.Options with { Connectors = new ConnectorAddresses() };
        await ShouldFailAsync("set Payments:Connectors:KmdOpus");
        _ledgers.Options = _ledgers.Options with { FbsOpenClaims = "" };
        await ShouldFailAsync("set Payments:FbsOpenClaims");
    }

    [Test]
    public async Task what_stood_since_an_earlier_day_is_not_forgotten_by_a_run_that_failed()
    {
        _ledgers.Debtor(1, 6000);
        var first = _ledgers.Time.Now;
        await _ledgers.ReconcileAsync();
        _ledgers.Time.Now += TimeSpan.FromDays(1);
        var good = _ledgers.Others.Accounts;
        _ledgers.Others.Accounts = OtherSystems.BreaksAfter([]);
        (await _ledgers.ReconcileAsync()).Failure.ShouldNotBeNull();
        _ledgers.Others.Accounts = good;

        (await _ledgers.OnlyDifferenceAsync())!.Since.ShouldBe(first);
    }

    [Test]
    public async Task a_process_that_dies_while_lists_are_laid_down_leaves_nothing_to_the_next()
    {
        var (parts, lease) = (_ledgers.Parts(), await _ledgers.LeaseAsync());
        var dead = await new Runs(_ledgers.Store, _ledgers.Time).BeginAsync("0101", "anna", lease, default);
        await new Staging(_ledgers.Store).AddAsync(dead.Number, [new FbsClaim(Ledgers.Agency, 77, 100)], lease, default);
        await new Staging(_ledgers.Store).AddAsync(dead.Number, [new DebtorClaim(Ledgers.Agency, 78, 100, 0, 0, true, 1, null)], lease, default);
        (await _ledgers.StagedAsync()).ShouldBe(2);
        _ledgers.Time.Now += Leases.Length;

        var run = (await parts.Reconciler.RunAsync(Ledgers.Kobenhavn, _ledgers.Configured(), "anna", null, default))!;

        (run.Agreeing, run.Differences, run.Fbs.Claims).ShouldBe((3, 0, 3));
        run.RunId.ShouldNotBe(dead.RunId);
        (await _ledgers.StagedAsync()).ShouldBe(0);
    }

    [Test]
    public async Task a_service_that_starts_takes_away_what_a_dead_one_left()
    {
        var runs = new Runs(_ledgers.Store, _ledgers.Time);
        var lease = await _ledgers.LeaseAsync();
        var dead = await runs.BeginAsync("0101", "anna", lease, default);
        await new Staging(_ledgers.Store).AddAsync(dead.Number, [new FbsClaim(Ledgers.Agency, 77, 100)], lease, default);
        _ledgers.Time.Now += Leases.Length;

        await _ledgers.Parts().Reconciler.AbandonAsync(default);

        (await _ledgers.StagedAsync()).ShouldBe(0);
        (await runs.FindAsync("0101", null, default))!.Failure.ShouldNotBeNull().ShouldContain("cut off");
    }

    private async Task ShouldFailAsync(string reason)
    {
        var run = await _ledgers.ReconcileAsync();
        run.Failure.ShouldNotBeNull().ShouldContain(reason);
        run.Differences.ShouldBe(0);
        (await _ledgers.DifferencesAsync(run)).ShouldBeEmpty();
        (await _ledgers.StagedAsync()).ShouldBe(0);
    }
}
