using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using Shouldly;
using static ClaimsTransfer.Routing.Tests.Saga.Claims;

namespace ClaimsTransfer.Routing.Tests.Saga;

public sealed class When_an_outcome_is_unclear
{
    [Test]
    public void The_connector_is_asked_at_the_deadline_and_nothing_is_sent_again()
    {
        var journey = new Journey().On(Created()).TimerAfter(Deadlines.Sending);
        var question = journey.Sent.OfType<TransferClaim>().Last();
        question.Instruction.ShouldBe(InstructionKind.Find);
        question.About.ShouldBe(journey.State.Open!.Id);
        journey.State.Open.Sendings.ShouldBe(1);
    }

    [Test]
    public void A_timer_that_comes_too_early_does_nothing() =>
        new Journey().On(Created()).TimerAfter(Deadlines.Sending - TimeSpan.FromMilliseconds(1)).Last.Verdict.ShouldBe(Verdict.Ignored);

    [Test]
    public void It_is_sent_again_as_the_same_instruction_only_after_the_debtor_system_says_it_is_not_there()
    {
        var journey = new Journey().On(Created()).TimerAfter(Deadlines.Sending).Reported(TransferOutcome.NotDone);
        var sent = journey.Sent.OfType<TransferClaim>().Where(message => message.Instruction == InstructionKind.Register).ToList();
        sent.Count.ShouldBe(2);
        sent[1].InstructionId.ShouldBe(sent[0].InstructionId);
        sent[1].MessageId.ShouldNotBe(sent[0].MessageId);
    }

    [Test]
    public void It_is_not_sent_again_when_FBS_has_cancelled_meanwhile()
    {
        var journey = new Journey().On(Created()).On(Withdrawn(2)).TimerAfter(Deadlines.Sending).Reported(TransferOutcome.NotDone);
        journey.State.Status.ShouldBe(ClaimStatus.Cancelled);
        journey.Sent.OfType<TransferClaim>().Count(message => message.Instruction == InstructionKind.Register).ShouldBe(1);
    }

    [Test]
    public void What_was_cancelled_because_it_was_not_done_and_turns_out_to_be_done_is_cancelled_at_the_debtor_system()
    {
        var journey = new Journey().On(Created()).On(Withdrawn(2)).TimerAfter(Deadlines.Sending);
        var late = Reported(journey.State, TransferOutcome.Accepted, "late");
        journey.Reported(TransferOutcome.NotDone).State.Status.ShouldBe(ClaimStatus.Cancelled);

        journey.On(late);
        journey.State.Status.ShouldBe(ClaimStatus.Cancelling);
        journey.Sent.OfType<TransferClaim>().Last().Instruction.ShouldBe(InstructionKind.Cancel);
        journey.Reported(TransferOutcome.Accepted).State.Status.ShouldBe(ClaimStatus.Cancelled);
    }

    [Test]
    public void A_claim_whose_own_message_is_dead_lettered_counts_with_its_amount_and_a_change_of_an_unknown_claim_does_not()
    {
        new Journey().On(DeadLettered() with { AmountOre = 7000, Queue = "routing" }).State.ShouldSatisfyAllConditions(
            state => state.Category.ShouldBe(ClaimCategory.DeadLettered), state => state.AmountOre.ShouldBe(7000));
        new Journey().On(DeadLettered() with { Version = 2, Queue = "routing" }).State.Category.ShouldBe(ClaimCategory.Awaited);
    }

    [Test]
    public void Questions_come_ever_further_apart_and_end_with_a_person()
    {
        var journey = new Journey().On(Created());
        var pauses = new List<TimeSpan>();
        while (journey.State.DueAt is { } dueAt)
        {
            pauses.Add(dueAt - journey.Now);
            journey.TimerAfter(dueAt - journey.Now);
        }

        journey.State.Status.ShouldBe(ClaimStatus.Unknown);
        journey.Sent.OfType<TransferClaim>().Count(message => message.Instruction == InstructionKind.Find).ShouldBe(Deadlines.MaxAsks);
        pauses.ShouldBe(pauses.Order());
        pauses[^1].ShouldBe(Deadlines.LongestPause);
    }

    [Test]
    public void Nobody_can_tell_makes_it_unknown_until_the_truth_comes()
    {
        var journey = new Journey().On(Created()).Reported(TransferOutcome.Unknown);
        journey.State.Status.ShouldBe(ClaimStatus.Unknown);
        journey.State.DueAt.ShouldBeNull();

        journey.Reported(TransferOutcome.Accepted).State.Status.ShouldBe(ClaimStatus.Transferred);
    }

    [Test]
    public void A_change_of_an_unknown_claim_sends_nothing_before_the_truth_is_known()
    {
        var journey = new Journey().On(Created()).Reported(TransferOutcome.Unknown).On(Withdrawn(2));
        journey.State.Status.ShouldBe(ClaimStatus.Unknown);
        journey.Sent.OfType<TransferClaim>().Count().ShouldBe(1);

        journey.Reported(TransferOutcome.Accepted).State.Status.ShouldBe(ClaimStatus.Cancelling);
    }

    [Test]
    public void A_person_who_retries_an_unknown_claim_makes_the_connector_ask_first()
    {
        var journey = new Journey().On(Created()).Reported(TransferOutcome.Unknown).On(Operate(ClaimOperation.Retry));
        journey.Sent.OfType<TransferClaim>().Last().Instruction.ShouldBe(InstructionKind.Find);
        journey.State.Status.ShouldBe(ClaimStatus.Sending);
    }

    [Test]
    public void A_late_receipt_of_an_earlier_instruction_is_ignored()
    {
        var journey = new Journey().On(Created());
        var early = Reported(journey.State, TransferOutcome.Accepted, "late");
        journey.Reported(TransferOutcome.Accepted).On(Adjusted(2, 100)).On(early);
        journey.Last.Verdict.ShouldBe(Verdict.Ignored);
        journey.State.Status.ShouldBe(ClaimStatus.Changing);
    }

    [Test]
    public void A_claim_whose_message_is_dead_lettered_stands_still_and_counts_as_such()
    {
        var journey = new Journey().On(Created()).On(DeadLettered());
        journey.State.Category.ShouldBe(ClaimCategory.DeadLettered);
        journey.State.DueAt.ShouldBeNull();

        journey.Reported(TransferOutcome.Accepted).State.Category.ShouldBe(ClaimCategory.Transferred);
    }

    [Test]
    public void A_replay_that_fails_again_is_shown_again()
    {
        var journey = new Journey().On(Created()).On(DeadLettered());
        journey.On(Reported(journey.State, TransferOutcome.InHand) with { OccurredAt = Start.AddSeconds(10) }).State.Category.ShouldBe(ClaimCategory.InFlight);
        journey.State.DueAt.ShouldNotBeNull();

        journey.On(DeadLettered() with { MessageId = Message("dead again"), OccurredAt = Start.AddSeconds(20) }).State.Category.ShouldBe(ClaimCategory.DeadLettered);
        // A person asks, instead of replaying.
        journey.On(Operate(ClaimOperation.Retry)).State.Category.ShouldBe(ClaimCategory.InFlight);
        journey.Sent.OfType<TransferClaim>().Last().Instruction.ShouldBe(InstructionKind.Find);
    }

    [Test]
    public void A_notice_that_comes_after_what_it_tells_of_was_put_right_holds_nothing_up()
    {
        var journey = new Journey().On(Created());
        journey.On(Reported(journey.State, TransferOutcome.Pending) with { OccurredAt = Start.AddSeconds(10) });

        journey.On(DeadLettered() with { OccurredAt = Start.AddSeconds(9) });
        journey.Last.Verdict.ShouldBe(Verdict.Ignored);
        journey.State.DueAt.ShouldNotBeNull();
        journey.Reported(TransferOutcome.Accepted).On(DeadLettered() with { MessageId = Message("later still") });
        journey.State.DeadLetters.ShouldBeEmpty();
    }

    [Test]
    public void A_replayed_message_sets_the_claim_going_again()
    {
        var adjusted = Adjusted(2, 100);
        var journey = new Journey().On(Created()).On(DeadLettered() with { DeadMessageId = adjusted.MessageId });

        journey.On(adjusted).State.Category.ShouldBe(ClaimCategory.InFlight);
        journey.TimerAfter(Deadlines.Sending).State.Open!.Asked.ShouldBe(1);
    }

    [Test]
    public void A_rejection_of_what_is_not_wanted_any_more_is_followed_by_what_is()
    {
        var journey = new Journey().On(Created()).On(Withdrawn(2)).Reported(TransferOutcome.Rejected);
        journey.State.Status.ShouldBe(ClaimStatus.Cancelled);
    }
}
