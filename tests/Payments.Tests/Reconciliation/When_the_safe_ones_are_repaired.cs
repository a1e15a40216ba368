using System.Collections.Concurrent;
using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Repairing;
using ClaimsTransfer.Payments.Reconciliation.Running;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Reconciliation;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_the_safe_ones_are_repaired(Engine engine)
{
    private Ledgers _ledgers = null!;
    private SemaphoreSlim _arrived = null!;
    private ConcurrentQueue<OperateClaim> _messages = null!;
    private ISubscription _subscription = null!;

    [SetUp]
    public async Task Open()
    {
        _ledgers = await Ledgers.NewAsync(engine);
        (_arrived, _messages) = (new SemaphoreSlim(0), []);
        _subscription = await _ledgers.Transport.SubscribeAsync(Topology.Routing, (batch, _) =>
        {
            foreach (var delivery in batch)
            {
                delivery.Name.ShouldBe("operate-claim");
                var message = JsonSerializer.Deserialize(delivery.Body.Span, MessageJson.Default.OperateClaim)!;
                delivery.MessageId.ShouldBe(message.MessageId.ToString());
                _messages.Enqueue(message);
                _arrived.Release();
            }

            return Task.FromResult<IReadOnlyList<DeadLetter>>([]);
        }, default);
        await _ledgers.EverywhereAsync(1, 7000);
        await _ledgers.EverywhereAsync(2, 7000);
        _ledgers.NotAtDebtor(2);
        await _ledgers.EverywhereAsync(3, 7000);
        _ledgers.Debtor(3, 6500);
        await _ledgers.OursAsync(4, "Settled", 7000, covered: 7000);
        _ledgers.Debtor(4, 7000, covered: 7000);
        _ledgers.Fbs(4, 7000);
        await _ledgers.EverywhereAsync(5, 7000);
        _ledgers.Debtor(5, 7000, bookings: 2);
        await _ledgers.EverywhereAsync(6, 7000);
        _ledgers.Debtor(6, 6500, changedAt: _ledgers.Time.Now);
    }

    [TearDown]
    public async Task Close()
    {
        if (_ledgers is null)
            return;
        await _subscription.DisposeAsync();
        _arrived.Dispose();
        await _ledgers.DisposeAsync();
    }

    [Test]
    public async Task each_goes_out_as_the_message_that_a_person_would_send()
    {
        var run = await _ledgers.ReconcileAsync(repairedBy: "anna");

        await ArriveAsync(2);
        _messages.OrderBy(message => message.FeeId).ShouldBe(
        [
            Expected(run, 2, ClaimOperation.Reregister, "MissingAtDebtor"),
            Expected(run, 3, ClaimOperation.Readjust, "AmountDiffers"),
        ]);
        _ledgers.Neighbours.ToldAgain.ShouldBe([DeterministicId.OfClaim(Ledgers.Agency, 4)]);
        run.Repaired.ShouldBe(3);
        (await _ledgers.DifferencesAsync(run)).Where(line => line.RepairedAt is not null).Select(line => line.FeeId).ShouldBe([2, 3, 4]);
        (await _ledgers.DifferencesAsync(run)).Where(line => line.RepairedAt is null).Select(line => (line.FeeId, line.IsSafe)).ShouldBe([(5, false), (6, false)]);
    }

    [Test]
    public async Task nothing_goes_out_where_nobody_asked_for_it()
    {
        var run = await _ledgers.ReconcileAsync();

        run.Repaired.ShouldBe(0);
        (await _ledgers.DifferencesAsync(run)).Count(line => line.IsSafe).ShouldBe(3);
        _ledgers.Neighbours.ToldAgain.ShouldBeEmpty();
        (await _arrived.WaitAsync(TimeSpan.FromMilliseconds(300))).ShouldBeFalse();
    }

    [Test]
    public async Task a_second_repair_of_the_same_run_sends_nothing()
    {
        var run = await _ledgers.ReconcileAsync(repairedBy: "anna");
        await ArriveAsync(2);

        await _ledgers.Repairs().RunAsync(run, "bo", await _ledgers.LeaseAsync(), default);

        (await _arrived.WaitAsync(TimeSpan.FromMilliseconds(300))).ShouldBeFalse();
        _ledgers.Neighbours.ToldAgain.Count.ShouldBe(1);
    }

    [Test]
    public async Task who_slept_past_the_lease_repairs_nothing()
    {
        var (run, slept) = (await _ledgers.ReconcileAsync(), await _ledgers.LeaseAsync());
        _ledgers.Time.Now += Leases.Length;
        await _ledgers.LeaseAsync("2");

        await Should.ThrowAsync<LeaseLostException>(() => _ledgers.Repairs().RunAsync(run, "bo", slept, default));

        (await _arrived.WaitAsync(TimeSpan.FromMilliseconds(300))).ShouldBeFalse();
        _ledgers.Neighbours.ToldAgain.ShouldBeEmpty();
    }

    [Test]
    public async Task a_broker_that_does_not_confirm_leaves_the_comparison_standing_and_nothing_written_down_as_repaired()
    {
        await _ledgers.Transport.DisposeAsync();

        var run = await _ledgers.ReconcileAsync(repairedBy: "anna");

        run.Failure.ShouldNotBeNull().ShouldContain("the repair was not carried to its end");
        (run.Repaired, run.Differences).ShouldBe((0, 5));
        (await _ledgers.DifferencesAsync(run)).Count.ShouldBe(5);
    }

    [Test]
    public async Task more_than_a_page_of_them_are_all_repaired()
    {
        var more = Differences.PageSize + 1;
        await _ledgers.OursAsync([.. Enumerable.Range(100, more).Select(fee => Ledgers.Row(fee, "Open", 7000))]);
        for (var fee = 100; fee < 100 + more; fee++)
            _ledgers.Fbs(fee, 7000);

        var run = await _ledgers.ReconcileAsync(repairedBy: "anna");

        run.Repaired.ShouldBe(3 + more);
        await ArriveAsync(2 + more);
        _messages.Select(message => message.MessageId).Distinct().Count().ShouldBe(2 + more);
    }

    private OperateClaim Expected(ReconciliationRun run, long feeId, ClaimOperation operation, string why)
    {
        var claimId = DeterministicId.OfClaim(Ledgers.Agency, feeId);
        return new OperateClaim(DeterministicId.Of(claimId, $"{operation}/{run.RunId}"), run.StartedAt, claimId, "0101", Ledgers.Agency, feeId, 3, operation, "anna", why);
    }

    private async Task ArriveAsync(int count)
    {
        for (var i = 0; i < count; i++)
            (await _arrived.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeTrue();
    }
}
