using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture]
public sealed class When_Routing_asks
{
    private ConnectorBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await ConnectorBench.StartAsync(new ConnectorOptions { GiveUpAfter = TimeSpan.FromMinutes(5) });

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task about_something_done_it_hears_the_same_report_again()
    {
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.HandleAsync(_bench.Ask(claim));

        var reports = _bench.Reports.All;
        reports.Count.ShouldBe(2);
        reports[1].ShouldBe(reports[0]);
        _bench.Debtor.Asked.ShouldBeEmpty();
    }

    [TestCase(Reaction.Unavailable, InstructionStatus.Waiting)]
    [TestCase(Reaction.BookAndDropTheReply, InstructionStatus.Unclear)]
    public async Task about_something_in_hand_it_hears_so(Reaction reaction, InstructionStatus status)
    {
        _bench.Debtor.Reaction = _ => reaction;
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        (await _bench.RowAsync(claim)).Status.ShouldBe(status);
        await _bench.HandleAsync(_bench.Ask(claim));

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.InHand]);
    }

    [Test]
    public async Task about_something_just_taken_it_hears_that_it_is_in_hand()
    {
        var claim = _bench.Register();
        await _bench.TakeAsync(claim, _bench.Ask(claim));

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.InHand]);
    }

    [Test]
    public async Task during_the_call_it_hears_that_it_is_in_hand()
    {
        var claim = _bench.Register();
        _bench.Debtor.Reaction = _ => Reaction.BookAndKillTheCaller;
        await _bench.HandleAndDieAsync(claim);
        await _bench.HandleAsync(_bench.Ask(claim));

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.InHand]);
    }

    [Test]
    public async Task about_a_receipt_that_never_came_the_debtor_system_is_asked()
    {
        _bench.Debtor.Reaction = _ => Reaction.Receipt;
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.HandleAsync(_bench.Ask(claim));

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.Accepted]);
        _bench.Debtor.Asked.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            asked => asked.Id.ShouldBe(claim.InstructionId), asked => asked.Kind.ShouldBe(InstructionKind.Register));
        await _bench.ReceiveAsync(claim, "R-1", new Submitted.Accepted("D-1", "R-1"));
        _bench.OutcomesOf(claim).Count.ShouldBe(2);
    }

    [Test]
    public async Task and_it_is_still_in_progress_each_answer_has_an_id_of_its_own()
    {
        _bench.Debtor.Reaction = _ => Reaction.Receipt;
        _bench.Debtor.Answer = _ => new Found.InProgress("T-1");
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.HandleAsync(_bench.Ask(claim));
        await _bench.HandleAsync(_bench.Ask(claim));

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.Pending, TransferOutcome.Pending]);
        _bench.Reports.All.Select(report => report.MessageId).Distinct().Count().ShouldBe(3);
    }

    [Test]
    public async Task and_it_was_refused_it_hears_why()
    {
        _bench.Debtor.Reaction = _ => Reaction.Receipt;
        _bench.Debtor.Answer = _ => new Found.Rejected("K17", "Debtor 010170-1234 is unknown", FixBy.Municipality);
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.HandleAsync(_bench.Ask(claim));

        _bench.Reports.All[^1].ShouldSatisfyAllConditions(
            report => report.Outcome.ShouldBe(TransferOutcome.Rejected), report => report.Code.ShouldBe("K17"), report => report.FixBy.ShouldBe(FixBy.Municipality),
            report => report.Text!.ShouldNotContain("010170"));
    }

    [Test]
    public async Task and_it_is_not_there_it_may_send_the_same_again()
    {
        _bench.Debtor.Reaction = _ => Reaction.Receipt;
        _bench.Debtor.Answer = _ => new Found.NotThere();
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.HandleAsync(_bench.Ask(claim));
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.NotDone]);

        await _bench.HandleAsync(claim with { MessageId = Guid.NewGuid() });

        _bench.Debtor.Received.Select(received => received.Attempt).ShouldBe([1, 2]);
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.NotDone, TransferOutcome.Pending]);
        _bench.Reports.All.Select(report => report.MessageId).Distinct().Count().ShouldBe(3);
    }

    [Test]
    public async Task about_something_the_log_never_saw_the_debtor_system_is_asked()
    {
        var lost = _bench.Register();
        await _bench.HandleAsync(_bench.Ask(lost));
        _bench.OutcomesOf(lost).ShouldBe([TransferOutcome.NotDone]);

        await _bench.HandleAsync(lost with { MessageId = Guid.NewGuid() });
        _bench.OutcomesOf(lost).ShouldBe([TransferOutcome.NotDone, TransferOutcome.Accepted]);
    }

    [Test]
    public async Task about_something_the_log_never_saw_and_that_was_done_it_hears_so()
    {
        _bench.Debtor.Answer = _ => new Found.Done("D-7", "R-7");
        var lost = _bench.Register();
        await _bench.HandleAsync(_bench.Ask(lost));

        _bench.OutcomesOf(lost).ShouldBe([TransferOutcome.Accepted]);
        _bench.Reports.All[0].DebtorReference.ShouldBe("D-7");
    }

    [Test]
    public async Task and_nobody_answers_it_hears_Unknown_in_the_end_and_may_ask_again()
    {
        _bench.Debtor.Reaction = _ => Reaction.Receipt;
        _bench.Debtor.Answer = _ => new Found.NoAnswer("no reply");
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.HandleAsync(_bench.Ask(claim));
        await _bench.SweepForAsync(TimeSpan.FromMinutes(7), TimeSpan.FromSeconds(10));
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.Unknown]);

        _bench.Debtor.Answer = null;
        await _bench.HandleAsync(_bench.Ask(claim));
        await _bench.SweepForAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10));
        _bench.OutcomesOf(claim)[^1].ShouldBe(TransferOutcome.Accepted);
    }

    [Test]
    public async Task twice_by_the_same_message_it_is_answered_under_the_same_id()
    {
        var lost = _bench.Register();
        var question = _bench.Ask(lost);
        await _bench.HandleAsync(question);
        await _bench.HandleAsync(question);

        _bench.Reports.All.Select(report => report.MessageId).Distinct().ShouldHaveSingleItem();
        _bench.Debtor.Asked.ShouldHaveSingleItem();
    }

    [Test]
    public async Task again_while_the_first_question_is_open_it_hears_that_it_is_in_hand()
    {
        _bench.Debtor.Reaction = _ => Reaction.Receipt;
        _bench.Debtor.Answer = _ => new Found.NoAnswer("no reply");
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.HandleAsync(_bench.Ask(claim));
        await _bench.HandleAsync(_bench.Ask(claim));
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.InHand]);

        _bench.Debtor.Answer = null;
        await _bench.SweepAsync(TimeSpan.FromSeconds(10));
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Pending, TransferOutcome.InHand, TransferOutcome.Accepted]);
    }
}
