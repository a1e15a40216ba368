using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Reading;
using ClaimsTransfer.Payments.Reconciliation.Running;
using ClaimsTransfer.Support;
using Dapper;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Reconciliation;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_only_one_may_run(Engine engine)
{
    private static readonly TimeOnly At = new(2, 30);
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
    public async Task one_of_many_who_reach_for_a_lease_has_it()
    {
        var taken = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => new Leases(_ledgers.Store, _ledgers.Time).TryTakeAsync("0101", $"{i}", default)));

        taken.Count(number => number is not null).ShouldBe(1);
    }

    [Test]
    public async Task a_dead_holders_lease_is_free_when_its_time_is_out_and_each_taking_has_a_higher_number()
    {
        var leases = new Leases(_ledgers.Store, _ledgers.Time);
        (await leases.TryTakeAsync("0101", "1", default)).ShouldBe(1);
        (await leases.TryTakeAsync("0101", "2", default)).ShouldBeNull();
        (await leases.TryTakeAsync("0101", "1", default)).ShouldBe(2);
        _ledgers.Time.Now += Leases.Length - TimeSpan.FromMilliseconds(1);
        (await leases.TryTakeAsync("0101", "2", default)).ShouldBeNull();
        _ledgers.Time.Now += TimeSpan.FromMilliseconds(1);
        (await leases.TryTakeAsync("0101", "2", default)).ShouldBe(3);
        (await leases.TryTakeAsync("0101", "1", default)).ShouldBeNull();
        (await leases.KeepAsync(new LeaseFence("0101", 2), default)).ShouldBeFalse();
        await leases.ReleaseAsync(new LeaseFence("0101", 2), default);
        (await leases.TryTakeAsync("0101", "1", default)).ShouldBeNull();
        await leases.ReleaseAsync(new LeaseFence("0101", 3), default);
        (await leases.TryTakeAsync("0101", "1", default)).ShouldBe(4);
    }

    [Test]
    public async Task who_slept_past_the_end_of_a_lease_that_another_took_writes_nothing_more()
    {
        var (leases, runs) = (new Leases(_ledgers.Store, _ledgers.Time), new Runs(_ledgers.Store, _ledgers.Time));
        var (staging, differences) = (new Staging(_ledgers.Store), new Differences(_ledgers.Store));
        var slept = await _ledgers.LeaseAsync("1");
        var run = await runs.BeginAsync("0101", "anna", slept, default);
        _ledgers.Time.Now += Leases.Length;
        var taken = await _ledgers.LeaseAsync("2");
        await runs.EndAsync(run.Failed(ReconciliationNotes.CutOff), isCompared: false, taken, default);
        var others = await runs.BeginAsync("0101", "bo", taken, default);
        await staging.AddAsync(others.Number, [new FbsClaim(Ledgers.Agency, 77, 100)], taken, default);

        Func<Task>[] writes =
        [
            () => runs.BeginAsync("0101", "anna", slept, default), () => staging.AddAsync(run.Number, [new FbsClaim(Ledgers.Agency, 1, 100)], slept, default),
            () => staging.AddAsync(run.Number, [new DebtorClaim(Ledgers.Agency, 1, 100, 0, 0, true, 1, null)], slept, default),
            () => staging.ClearAsync(others.Number, slept, default), () => differences.ClearAsync(others.Number, slept, default),
            () => differences.AddAsync(run.Number, [], slept, default),
            () => differences.SetRepairedAsync(others.Number, [1], _ledgers.Time.Now, slept, default),
            () => runs.EndAsync(run with { Agreeing = 1 }, isCompared: true, slept, default), () => leases.SetDayAsync(slept, "2026-11-24", default),
        ];
        foreach (var write in writes)
            await Should.ThrowAsync<LeaseLostException>(write);

        (await _ledgers.StagedAsync()).ShouldBe(1);
        (await runs.UnendedAsync("0101", default)).Select(unended => unended.Number).ShouldBe([others.Number]);

        (await runs.FindAsync("0101", null, default)).ShouldNotBeNull().Failure.ShouldNotBeNull();
        (await leases.DayAsync("0101", default)).ShouldBeNull();
        await leases.SetDayAsync(taken, "2026-11-25", default);
        (await leases.DayAsync("0101", default)).ShouldBe("2026-11-25");
    }

    [Test]
    public async Task who_slept_through_the_reading_of_the_lists_ends_as_one_that_lost_its_lease_and_leaves_the_others_run_alone()
    {
        var other = new LeaseFence("", 0);
        _ledgers.Fbs(1, 7000);
        _ledgers.Others.Accounts = async (_, _) =>
        {
            _ledgers.Time.Now += Leases.Length;
            other = await _ledgers.LeaseAsync("2");
            await new Staging(_ledgers.Store).AddAsync(99, [new FbsClaim(Ledgers.Agency, 77, 100)], other, default);
        };

        var run = (await _ledgers.Parts("1").Reconciler.RunAsync(Ledgers.Kobenhavn, _ledgers.Configured(), "anna", "anna", default)).ShouldNotBeNull();

        run.Why.ShouldBe(ReconciliationNotes.LeaseLost);
        (await _ledgers.DifferencesAsync(run)).ShouldBeEmpty();
        _ledgers.Neighbours.ToldAgain.ShouldBeEmpty();
        (await new Leases(_ledgers.Store, _ledgers.Time).KeepAsync(other, default)).ShouldBeTrue("it is the other's");
    }

    [Test]
    public async Task a_lease_that_the_store_will_not_renew_is_lost_whatever_the_stores_fault()
    {
        var time = new FakeTimeProvider(_ledgers.Time.Now);
        var held = (await new Leases(_ledgers.Store, time).HoldAsync("0101", "1", default)).ShouldNotBeNull();
        await _ledgers.Store.InTransactionAsync(
            transaction => transaction.Connection!.ExecuteAsync(_ledgers.Store.Sql("DROP TABLE payments.reconciliation_leases"), transaction: transaction),
            default);

        var lost = new TaskCompletionSource();
        await using var _ = held.Lost.Register(lost.SetResult);
        time.Advance(Leases.Length / 5);
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await held.DisposeAsync();
        held.Failure.ShouldNotBeNull();
    }

    [Test]
    public void an_owner_is_drawn_and_not_what_another_process_may_be_too()
    {
        var installation = new Installation { Instance = "2" };

        LeaseOwner.Draw(installation, bytes => bytes.Fill(0xA5)).ShouldBe("2/a5a5a5a5a5a5a5a5");
        LeaseOwner.Draw(installation).ShouldNotBe(LeaseOwner.Draw(installation));
    }

    [Test]
    public async Task a_municipality_is_reconciled_by_one_at_a_time([Values] bool isSameInstance)
    {
        var (begun, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _ledgers.Others.Accounts = async (_, _) =>
        {
            begun.TrySetResult();
            await goOn.Task;
        };
        // Given the same instance by mistake, two processes are still two.
        var (one, other) = (_ledgers.Parts("1"), _ledgers.Parts("1"));
        var running = one.Reconciler.RunAsync(Ledgers.Kobenhavn, _ledgers.Configured(), "anna", null, default);
        await begun.Task;

        (await (isSameInstance ? one : other).Reconciler.RunAsync(Ledgers.Kobenhavn, _ledgers.Configured(), "bo", null, default)).ShouldBeNull();

        goOn.SetResult();
        (await running).ShouldNotBeNull().Failure.ShouldBeNull();
        (await other.Reconciler.RunAsync(Ledgers.Kobenhavn, _ledgers.Configured(), "bo", null, default)).ShouldNotBeNull();
    }

    [Test]
    public async Task a_run_that_is_stopped_says_so_and_lets_go()
    {
        using var stop = new CancellationTokenSource();
        _ledgers.Others.Accounts = async (context, _) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };

        var run = await _ledgers.Parts("1").Reconciler.RunAsync(Ledgers.Kobenhavn, _ledgers.Configured(), "anna", null, stop.Token);

        run!.Failure.ShouldNotBeNull().ShouldContain("stopped");
        (await new Leases(_ledgers.Store, _ledgers.Time).TryTakeAsync("0101", "2", default)).ShouldNotBeNull();
    }

    [Test]
    public async Task the_first_night_is_the_next_one_and_then_each_once()
    {
        await NightAsync("1");
        (await StoredAsync("0101")).ShouldBeNull();

        _ledgers.Time.Now = new DateTimeOffset(2026, 11, 24, 1, 29, 0, TimeSpan.Zero);
        await NightAsync("1");
        (await StoredAsync("0101")).ShouldBeNull();

        _ledgers.Time.Now = new DateTimeOffset(2026, 11, 24, 1, 30, 0, TimeSpan.Zero);
        await Task.WhenAll(NightAsync("1"), NightAsync("2"));
        var first = (await StoredAsync("0101")).ShouldNotBeNull();
        (first.Day, first.Who).ShouldBe((new DateOnly(2026, 11, 24), "nightly"));

        _ledgers.Time.Now += TimeSpan.FromHours(3);
        await NightAsync("2");
        (await StoredAsync("0101"))!.RunId.ShouldBe(first.RunId);

        _ledgers.Time.Now += TimeSpan.FromDays(3);
        await NightAsync("2");
        (await StoredAsync("0101"))!.RunId.ShouldNotBe(first.RunId);
    }

    [Test]
    public async Task a_municipality_that_fails_does_not_stop_the_next_and_a_planned_one_is_left_out()
    {
        await NightAsync("1");
        _ledgers.Time.Now += TimeSpan.FromDays(1);
        _ledgers.Others.Accounts = (context, code) =>
        {
            if (code == "0101")
                context.Abort();
            return Task.CompletedTask;
        };

        await NightAsync("1");

        (await StoredAsync("0101"))!.Failure.ShouldNotBeNull();
        (await StoredAsync("0151"))!.Failure.ShouldBeNull();
        (await StoredAsync("0153")).ShouldBeNull();
        var folder = Path.Combine(_ledgers.Data, "reconciliation", "2026-11-24");
        Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order().ShouldBe(["0101.csv", "0101.html", "0151.csv", "0151.html"]);
        (await File.ReadAllTextAsync(Path.Combine(folder, "0101.html"))).ShouldContain("blev ikke gennemført");
    }

    [TestCase("2026-03-29T00:59:00Z", "2026-03-28")]
    [TestCase("2026-03-29T01:00:00Z", "2026-03-29", Description = "02:30 is left out: it has struck at 03:00")]
    [TestCase("2026-10-25T00:30:00Z", "2026-10-25", Description = "02:30 comes twice: the first counts")]
    [TestCase("2026-10-25T01:30:00Z", "2026-10-25")]
    [TestCase("2026-07-01T00:29:59Z", "2026-06-30")]
    public void a_night_is_due_by_Danish_clocks(string now, string due) =>
        DanishTime.LastDue(At, DateTimeOffset.Parse(now)).ShouldBe(DateOnly.Parse(due));

    private Task NightAsync(string instance) => _ledgers.Parts(instance,
        [
            Ledgers.Kobenhavn, Ledgers.Kobenhavn with { Code = "0151", Name = "Ballerup" }, Ledgers.Kobenhavn with { Code = "0153", Name = "Brøndby", Stage = Stage.Planned },
        ]).Nightly.RunIfDueAsync(At, default);

    private Task<ReconciliationRun?> StoredAsync(string municipality) => new Runs(_ledgers.Store, _ledgers.Time).FindAsync(municipality, null, default);
}
