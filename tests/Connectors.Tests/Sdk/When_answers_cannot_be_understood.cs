using System.Text;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.ConnectorSdk.Limits;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture("embedded")]
[TestFixture("postgres")]
public sealed class When_answers_cannot_be_understood(string engine)
{
    private const string Queue = "transfer-claim.0101";
    private ConnectorBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await ConnectorBench.StartAsync(store: engine == "postgres" ? await PostgresForTests.NewDatabaseAsync() : null);

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task its_own_message_ends_on_the_error_queue_as_it_came()
    {
        var claim = _bench.Register();
        var delivery = await PoisonAsync(claim);

        (await _bench.RowAsync(claim)).ShouldSatisfyAllConditions(
            row => row.Status.ShouldBe(InstructionStatus.DeadLettered),
            row => row.DueAt.ShouldBeNull(),
            row => row.ReportDueAt.ShouldBeNull());
        var (queue, letter) = _bench.Reports.Dead.ShouldHaveSingleItem();
        queue.ShouldBe($"{Queue}_error");
        letter.Delivery.Name.ShouldBe(MessageNames.TransferClaim);
        letter.Delivery.MessageId.ShouldBe(claim.MessageId.ToString());
        letter.Delivery.TraceParent.ShouldBe(delivery.TraceParent);
        letter.Delivery.Body.Span.SequenceEqual(delivery.Body.Span).ShouldBeTrue();
        letter.Fault.ShouldNotBeNull().ShouldSatisfyAllConditions(
            fault => fault.Type.ShouldBe(typeof(AnswerNotUnderstoodException).FullName),
            fault => fault.Queue.ShouldBe(Queue),
            fault => fault.Text.ShouldContain("status"),
            fault => fault.Text.ShouldNotContain("1234", customMessage: "a CPR number left with the fault"),
            fault => fault.FailedAt.ShouldBe(_bench.Time.GetUtcNow()));
        _bench.Reports.Notices.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            notice => notice.DeadMessageId.ShouldBe(claim.MessageId),
            notice => notice.Queue.ShouldBe(Queue),
            notice => notice.AmountOre.ShouldBe(7000),
            notice => notice.Cause.ShouldNotContain("1234"));
        _bench.OutcomesOf(claim).ShouldBeEmpty();
        _bench.Debtor.Received.Count.ShouldBe(1, "it must not be sent again before the debtor system has said that it is not there");
        _bench.Debtor.Asked.Count.ShouldBe(2);
        _bench.Logger.All.ShouldAllBe(line => !line.Contains("1234"));
    }

    [Test]
    public async Task one_answer_less_and_it_goes_on()
    {
        var claim = _bench.Register();
        _bench.Debtor.IsPoisoned = _ => true;
        await _bench.HandleAsync(claim);
        await _bench.SweepAsync(_bench.Options.AskAfter);

        (await _bench.RowAsync(claim)).Status.ShouldBe(InstructionStatus.Unclear);
        _bench.Debtor.IsPoisoned = _ => false;
        await _bench.SweepAsync(_bench.Options.LongestPause);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        _bench.Reports.Dead.ShouldBeEmpty();
    }

    [Test]
    public async Task its_neighbours_flow_and_the_breaker_stays_closed()
    {
        var claims = Enumerable.Range(1, 40).Select(fee => _bench.Register(fee)).ToList();
        _bench.Debtor.IsPoisoned = instruction => instruction.FeeId <= 20;
        // One by one, so that twenty calls in a row bring nothing but nonsense.
        foreach (var claim in claims)
            await _bench.HandleAsync(claim);

        _bench.Handler.LaneOf(ConnectorBench.København).Breaker.ShouldBe(BreakerState.Closed);
        claims.Skip(20).ShouldAllBe(claim => _bench.OutcomesOf(claim).Single() == TransferOutcome.Accepted);
        await _bench.SweepForAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2));
        _bench.Reports.Dead.Count.ShouldBe(20);
        _bench.Handler.LaneOf(ConnectorBench.København).Breaker.ShouldBe(BreakerState.Closed);
    }

    [Test]
    public async Task a_probe_that_brings_nonsense_neither_closes_the_breaker_nor_keeps_others_from_probing()
    {
        _bench.Debtor.Reaction = _ => Reaction.Unavailable;
        var (poisoned, good) = (_bench.Register(1), _bench.Register(2));
        await _bench.HandleAsync(poisoned);
        await _bench.TakeAsync(good);
        var lane = _bench.Handler.LaneOf(ConnectorBench.København);
        lane.Breaker.ShouldBe(BreakerState.Open);

        _bench.Debtor.Reaction = _ => Reaction.Accept;
        _bench.Debtor.IsPoisoned = instruction => instruction.FeeId == 1;
        await _bench.SweepAsync(_bench.Options.RetryAfter);
        lane.Breaker.ShouldBe(BreakerState.Open);
        lane.UnavailableSince.ShouldNotBeNull();
        await _bench.SweepForAsync(TimeSpan.FromSeconds(6), _bench.Options.RetryAfter);

        lane.Breaker.ShouldBe(BreakerState.Closed);
        _bench.OutcomesOf(good).ShouldBe([TransferOutcome.Accepted]);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task a_replay_asks_before_it_sends_and_books_once(bool booked)
    {
        _bench.Debtor.BooksPoisoned = booked;
        var claim = _bench.Register();
        await PoisonAsync(claim);

        _bench.Debtor.IsPoisoned = _ => false;
        _bench.Debtor.Asked.Clear();
        await ReplayAsync(claim);
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.InHand]);
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(booked ? 1 : 0);
        await _bench.SweepAsync(TimeSpan.FromSeconds(1));

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.InHand, TransferOutcome.Accepted]);
        _bench.Debtor.Asked.Count.ShouldBe(1);
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
        // And once more: it is answered from the log.
        await ReplayAsync(claim);
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
    }

    [Test]
    public async Task a_replay_while_the_fault_lasts_is_a_failure_of_its_own()
    {
        var claim = _bench.Register();
        await PoisonAsync(claim);
        await ReplayAsync(claim);
        await _bench.SweepForAsync(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1));

        _bench.Reports.Dead.Count.ShouldBe(2);
        _bench.Reports.Dead[1].Message.Fault!.FailedAt.ShouldBeGreaterThan(_bench.Reports.Dead[0].Message.Fault!.FailedAt);
        _bench.Reports.Dead[1].Message.Delivery.Body.Span.SequenceEqual(_bench.Reports.Dead[0].Message.Delivery.Body.Span).ShouldBeTrue();
        _bench.Reports.Notices.Select(notice => notice.MessageId).Distinct().Count().ShouldBe(2, "Routing's journal would swallow the second");
        _bench.Reports.Notices.Select(notice => notice.DeadMessageId).Distinct().Count().ShouldBe(1);
        _bench.Debtor.Received.Count.ShouldBe(1);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task what_a_crash_left_undone_the_sweep_of_another_process_finishes_with_the_same_bytes(bool beforeThePut)
    {
        _bench.Debtor.IsPoisoned = _ => true;
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.SweepAsync(_bench.Options.AskAfter);
        // Decided and stored; put or not, it is not marked.
        _bench.Reports.IsDown = beforeThePut;
        _bench.Reports.NoticesAreDown = true;
        await Should.ThrowAsync<TransientException>(() => _bench.SweepAsync(_bench.Options.LongestPause));
        var row = await _bench.RowAsync(claim);
        row.Status.ShouldBe(InstructionStatus.DeadLettered);
        _bench.Reports.Dead.Count.ShouldBe(beforeThePut ? 0 : 1);
        _bench.Reports.Notices.ShouldBeEmpty();

        (_bench.Reports.IsDown, _bench.Reports.NoticesAreDown) = (false, false);
        await _bench.RestartAsync();
        await _bench.SweepAsync(_bench.Options.Lease);

        _bench.Reports.Dead.Select(dead => (dead.Queue, dead.Message.Fault, Encoding.UTF8.GetString(dead.Message.Delivery.Body.Span))).Distinct().Count().ShouldBe(1);
        _bench.Reports.Dead[0].Message.Fault!.FailedAt.ToUnixTimeMilliseconds().ShouldBe(row.FailedAt!.Value);
        _bench.Reports.Notices.ShouldHaveSingleItem();
        (await _bench.RowAsync(claim)).ReportDueAt.ShouldBeNull();
        await _bench.SweepAsync(_bench.Options.Lease);
        _bench.Reports.Dead.Count.ShouldBe(beforeThePut ? 1 : 2);
    }

    [Test]
    public async Task two_instances_put_it_once()
    {
        _bench.Debtor.IsPoisoned = _ => true;
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        var other = _bench.NewHandler();
        await other.StartAsync(CancellationToken.None);
        for (var i = 0; i < 10; i++)
        {
            _bench.Time.Advance(TimeSpan.FromSeconds(3));
            await Task.WhenAll(
                _bench.Handler.WorkAsync(ConnectorBench.København, null, CancellationToken.None), other.WorkAsync(ConnectorBench.København, null, CancellationToken.None));
            await Task.WhenAll(_bench.Handler.SweepAsync(CancellationToken.None), other.SweepAsync(CancellationToken.None));
        }

        _bench.Reports.Dead.ShouldHaveSingleItem();
        _bench.Reports.Notices.ShouldHaveSingleItem();
        _bench.Debtor.Received.Count.ShouldBe(1);
    }

    [Test]
    public async Task a_person_who_asks_learns_the_truth_about_it()
    {
        var claim = _bench.Register();
        await PoisonAsync(claim);
        _bench.Debtor.IsPoisoned = _ => false;

        await _bench.HandleAsync(_bench.Ask(claim));

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        await ReplayAsync(claim);
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
    }

    [Test]
    public async Task a_question_ends_as_its_own_message_and_its_replay_asks_again()
    {
        _bench.Debtor.Reaction = _ => Reaction.Receipt;
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        _bench.Debtor.IsPoisoned = _ => true;
        var first = _bench.Ask(claim);
        await _bench.HandleAsync(first);
        await _bench.SweepForAsync(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1));
        var second = _bench.Ask(claim);
        await _bench.HandleAsync(second);
        await _bench.SweepForAsync(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1));

        _bench.Reports.Dead.Select(dead => dead.Message.Delivery.MessageId).ShouldBe([first.MessageId.ToString(), second.MessageId.ToString()]);
        _bench.Reports.Dead[1].Message.Delivery.Body.Span.SequenceEqual(ConnectorBench.DeliveryOf(second).Body.Span).ShouldBeTrue("a question is one row, and its message the latest");
        _bench.Debtor.IsPoisoned = _ => false;
        await _bench.HandleAsync(second);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.InHand, TransferOutcome.Accepted]);
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
    }

    [Test]
    public async Task a_receipt_that_cannot_be_understood_is_asked_about_and_its_good_copy_still_counts()
    {
        _bench.Debtor.Reaction = _ => Reaction.Receipt;
        _bench.Debtor.Answer = _ => new Found.InProgress("T-1");
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);

        await _bench.ReceiveAsync(claim, "R-1", new Submitted.NotUnderstood("status"));
        (await _bench.RowAsync(claim)).Status.ShouldBe(InstructionStatus.Unclear);
        await _bench.SweepAsync(_bench.Options.AskAfter);
        _bench.Debtor.Asked.Count.ShouldBe(1);
        (await _bench.RowAsync(claim)).Status.ShouldBe(InstructionStatus.Pending);
        await _bench.ReceiveAsync(claim, "R-1", new Submitted.Accepted("D-1", "R-1"));

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.Pending, TransferOutcome.Accepted]);
        _bench.Reports.All.Select(report => report.MessageId).Distinct().Count().ShouldBe(3);
    }

    private async Task<Delivery> PoisonAsync(TransferClaim claim)
    {
        _bench.Debtor.IsPoisoned = instruction => instruction.Id == claim.InstructionId;
        var delivery = ConnectorBench.DeliveryOf(claim) with { TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
        await _bench.Handler.WorkAsync(claim.Municipality, await _bench.Handler.TakeAsync(claim.Municipality, [delivery], CancellationToken.None), CancellationToken.None);
        for (var i = 0; i < 20 && _bench.Reports.Dead.Count == 0; i++)
            await _bench.SweepAsync(TimeSpan.FromSeconds(1));
        return delivery;
    }

    private Task ReplayAsync(TransferClaim claim) => _bench.HandleAsync(claim);
}
