using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Reconciliation;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_a_list_is_doubted(Engine engine)
{
    private const int Claims = 20;
    private Ledgers _ledgers = null!;

    [SetUp]
    public async Task Open()
    {
        _ledgers = await Ledgers.NewAsync(engine);
        for (var fee = 1; fee <= Claims; fee++)
            await _ledgers.EverywhereAsync(fee, 7000);
    }

    [TearDown]
    public async Task Close()
    {
        if (_ledgers is not null)
            await _ledgers.DisposeAsync();
    }

    [Test]
    public async Task nothing_is_compared_with_it_and_it_says_how_many_came_and_were_there_last_time()
    {
        (await _ledgers.ReconcileAsync()).Failure.ShouldBeNull();
        FbsHas(3);
        var asked = 0;
        _ledgers.Others.Accounts = (_, _) =>
        {
            asked++;
            return Task.CompletedTask;
        };

        var run = await _ledgers.ReconcileAsync();

        run.Doubt.ShouldBe(new ListDoubt(3, Claims, Claims));
        run.Failure.ShouldBe(
            "FBS's list holds 3 open claims; last time it was 20, and 20 are open here. It was compared with nothing. If the list is right, reconcile again and say so (--accept-fewer WHY).");
        (run.Differences, asked).ShouldBe((0, 0));
        (await _ledgers.DifferencesAsync(run)).ShouldBeEmpty();
        (await _ledgers.StagedAsync()).ShouldBe(0);
        (await _ledgers.HtmlAsync(run)).ShouldContain("FBS' liste har 3 åbne krav; sidst var der 20, og her er 20 åbne.");
    }

    [Test]
    public async Task a_person_accepts_it_with_a_reason_that_is_kept_and_the_next_is_measured_by_it()
    {
        await _ledgers.ReconcileAsync();
        FbsHas(0);
        (await _ledgers.ReconcileAsync()).Doubt.ShouldNotBeNull();

        var accepted = await _ledgers.ReconcileAsync(accepted: new ListAccepted("anna", "FBS is being moved"));
        (accepted.Failure, accepted.Doubt, accepted.Differences).ShouldBe((null, null, Claims));
        (await _ledgers.StoredAsync()).Accepted.ShouldBe(new ListAccepted("anna", "FBS is being moved"));

        (await _ledgers.ReconcileAsync()).Doubt.ShouldBeNull();
    }

    [Test]
    public async Task it_goes_away_by_itself_when_the_list_is_whole_again()
    {
        await _ledgers.ReconcileAsync();
        FbsHas(0);
        await _ledgers.ReconcileAsync();
        FbsHas(Claims);
        var run = await _ledgers.ReconcileAsync();
        (run.Failure, run.Doubt, run.Differences).ShouldBe((null, null, 0));
    }

    [Test]
    public async Task the_very_first_is_measured_by_what_is_open_here()
    {
        FbsHas(0);
        (await _ledgers.ReconcileAsync()).Doubt.ShouldBe(new ListDoubt(0, null, Claims));
    }

    [TestCase(0, 20L, 20, true)]
    [TestCase(9, 20L, 20, true)]
    [TestCase(10, 20L, 20, false, Description = "half is not far fewer")]
    [TestCase(5, 20L, 10, false, Description = "our own accounts say the same: they were settled")]
    [TestCase(0, 20L, 0, false)]
    [TestCase(0, 9L, 9, false, Description = "no more lines than a person can look at")]
    [TestCase(0, null, 10, true)]
    [TestCase(0, 0L, 1000, false, Description = "as few as last time, which somebody accepted")]
    [TestCase(400_000, 1_000_000L, 1_000_000, true)]
    public void far_fewer_than_last_time_and_than_are_open_here_is_doubted(long came, long? lastTime, long ours, bool isDoubted) =>
        (ListDoubt.Of(came, lastTime, ours) is not null).ShouldBe(isDoubted);

    private void FbsHas(int claims)
    {
        for (var fee = 1; fee <= Claims; fee++)
        {
            if (fee <= claims)
                _ledgers.Fbs(fee, 7000);
            else
                _ledgers.NotAtFbs(fee);
        }
    }
}
