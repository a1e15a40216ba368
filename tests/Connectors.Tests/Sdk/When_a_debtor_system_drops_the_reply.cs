using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture]
public sealed class When_a_debtor_system_drops_the_reply
{
    private ConnectorBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await ConnectorBench.StartAsync(new ConnectorOptions { GiveUpAfter = TimeSpan.FromMinutes(5) });

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task it_is_asked_and_the_answer_is_reported()
    {
        _bench.Debtor.Reaction = _ => Reaction.BookAndDropTheReply;
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        _bench.OutcomesOf(claim).ShouldBeEmpty();

        await _bench.SweepAsync(_bench.Options.AskAfter);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
    }

    [Test]
    public async Task an_exception_counts_as_a_lost_reply()
    {
        _bench.Debtor.Reaction = _ => Reaction.LoseTheRequest;
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        (await _bench.RowAsync(claim)).Status.ShouldBe(InstructionStatus.Unclear);

        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await _bench.SweepAsync(_bench.Options.AskAfter);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
    }

    [Test]
    public async Task and_never_has_it_it_is_sent_again_after_ever_longer_pauses_and_at_last_waits_for_a_person()
    {
        _bench.Debtor.Reaction = _ => Reaction.LoseTheRequest;
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);

        await _bench.SweepForAsync(TimeSpan.FromMinutes(4), TimeSpan.FromSeconds(1));
        // At once each time it would be asked every 2 s and sent as often, which are 120 times.
        (await _bench.RowAsync(claim)).Attempts.ShouldBeInRange(6, 20);
        _bench.OutcomesOf(claim).ShouldBeEmpty();

        await _bench.SweepForAsync(TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(1));
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Unknown]);
        var sent = (await _bench.RowAsync(claim)).Attempts;
        await _bench.SweepForAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(1));
        (await _bench.RowAsync(claim)).Attempts.ShouldBe(sent);
    }

    [Test]
    public async Task a_call_that_hangs_is_ended_and_asked_about()
    {
        _bench.Debtor.Reaction = _ => Reaction.BookAndHang;
        var claim = _bench.Register();
        var handling = _bench.HandleAsync(claim);
        await Eventually.TrueAsync(() => _bench.Debtor.Received.Count == 1);
        _bench.Time.Advance(_bench.Options.CallTimeout);
        await handling;

        await _bench.SweepAsync(_bench.Options.AskAfter);

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
    }

    [Test]
    public async Task and_does_not_answer_questions_it_is_given_up_and_a_late_receipt_still_counts()
    {
        _bench.Debtor.Reaction = _ => Reaction.BookAndDropTheReply;
        _bench.Debtor.Answer = _ => new Found.NoAnswer("no reply");
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.SweepForAsync(TimeSpan.FromMinutes(4), TimeSpan.FromSeconds(10));
        _bench.OutcomesOf(claim).ShouldBeEmpty();

        await _bench.SweepForAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10));
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Unknown]);
        _bench.Debtor.Received.Count.ShouldBe(1);

        await _bench.ReceiveAsync(claim, "R-late", new Submitted.Accepted("D-9", "R-late"));
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Unknown, TransferOutcome.Accepted]);
    }

    [Test]
    public async Task a_given_up_instruction_that_is_sent_again_is_asked_about_first()
    {
        _bench.Debtor.Reaction = _ => Reaction.BookAndDropTheReply;
        _bench.Debtor.Answer = _ => new Found.NoAnswer("no reply");
        var claim = _bench.Register();
        await _bench.HandleAsync(claim);
        await _bench.SweepForAsync(TimeSpan.FromMinutes(6), TimeSpan.FromSeconds(10));
        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Unknown]);

        _bench.Debtor.Reaction = _ => Reaction.Accept;
        _bench.Debtor.Answer = null;
        await _bench.HandleAsync(claim with { MessageId = Guid.NewGuid() });
        await _bench.SweepForAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10));

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Unknown, TransferOutcome.Accepted]);
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
    }
}
