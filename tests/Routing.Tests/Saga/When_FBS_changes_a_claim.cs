using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using Shouldly;
using static ClaimsTransfer.Routing.Tests.Saga.Claims;

namespace ClaimsTransfer.Routing.Tests.Saga;

public sealed class When_FBS_changes_a_claim
{
    [Test]
    public void A_change_before_its_claim_waits_and_is_taken_with_it()
    {
        var journey = new Journey().On(Adjusted(2, 5000));
        journey.Last.Verdict.ShouldBe(Verdict.Parked);
        journey.State.Category.ShouldBe(ClaimCategory.Awaited);

        journey.On(Created());
        journey.Sent.ShouldHaveSingleItem().ShouldBeOfType<TransferClaim>().ShouldSatisfyAllConditions(
            instruction => instruction.Instruction.ShouldBe(InstructionKind.Register),
            instruction => instruction.AmountOre.ShouldBe(5000),
            instruction => instruction.Version.ShouldBe(2));
    }

    [Test]
    public void A_version_gap_waits_on_the_claim()
    {
        var journey = new Journey().Registered().On(Adjusted(3, 3000));
        journey.Last.Verdict.ShouldBe(Verdict.Parked);
        journey.State.AmountOre.ShouldBe(7000);

        journey.On(Adjusted(2, 5000));
        journey.State.Version.ShouldBe(3);
        journey.State.AmountOre.ShouldBe(3000);
        journey.State.Waiting.ShouldBeEmpty();
    }

    [Test]
    public void A_change_while_the_registration_is_on_its_way_is_sent_after_it()
    {
        var journey = new Journey().On(Created()).On(Adjusted(2, 5000));
        journey.Sent.OfType<TransferClaim>().Count().ShouldBe(1);

        journey.Reported(TransferOutcome.Accepted);
        journey.State.Status.ShouldBe(ClaimStatus.Changing);
        journey.Sent.OfType<TransferClaim>().Last().Instruction.ShouldBe(InstructionKind.Adjust);
        journey.Sent.OfType<ClaimTransferred>().ShouldHaveSingleItem().AmountOre.ShouldBe(7000);

        journey.Reported(TransferOutcome.Accepted);
        journey.State.Status.ShouldBe(ClaimStatus.Transferred);
        journey.Sent.OfType<ClaimTransferred>().Last().ShouldSatisfyAllConditions(
            told => told.AmountOre.ShouldBe(5000), told => told.Version.ShouldBe(2));
    }

    [Test]
    public void A_gap_waits_since_its_change_came_and_not_after_the_claim_is_cancelled()
    {
        var journey = new Journey().Registered();
        journey.State.WaitingSince.ShouldBeNull();

        var came = journey.Now;
        journey.On(Adjusted(3, 3000)).TimerAfter(TimeSpan.FromHours(1)).On(Adjusted(4, 2000));
        journey.State.WaitingSince.ShouldBe(came);

        new Journey().Registered().On(Adjusted(3, 3000)).On(Operate(ClaimOperation.Cancel)).State.WaitingSince.ShouldBeNull();
        journey.On(Adjusted(2, 5000)).State.WaitingSince.ShouldBeNull();
    }

    /// <summary>FBS has sent something and is owed an answer: that it is cancelled, as of the newest version.</summary>
    [Test]
    public void An_adjustment_after_the_cancellation_is_answered()
    {
        var journey = new Journey().Registered().On(Withdrawn(2)).Reported(TransferOutcome.Accepted);

        journey.On(Adjusted(3, 5000));
        journey.Last.Effects.ShouldHaveSingleItem().ShouldBeOfType<ClaimCancelled>().Version.ShouldBe(3);
        journey.State.Status.ShouldBe(ClaimStatus.Cancelled);
    }

    [Test]
    public void An_adjustment_while_the_cancellation_is_on_its_way_is_answered_once_it_is_done()
    {
        var journey = new Journey().Registered().On(Withdrawn(2)).On(Adjusted(3, 5000));
        journey.Last.Effects.ShouldBeEmpty();

        journey.Reported(TransferOutcome.Accepted);
        journey.Last.Effects.ShouldHaveSingleItem().ShouldBeOfType<ClaimCancelled>().Version.ShouldBe(3);
    }

    [Test]
    public void A_cancellation_before_anything_was_sent_needs_no_debtor_system()
    {
        var journey = new Journey().On(Withdrawn(2)).On(Created());
        journey.State.Status.ShouldBe(ClaimStatus.Cancelled);
        journey.Sent.ShouldHaveSingleItem().ShouldBeOfType<ClaimCancelled>().Version.ShouldBe(2);
    }

    [Test]
    public void A_cancellation_of_a_transferred_claim_is_told_to_FBS_when_the_debtor_system_has_acknowledged_it()
    {
        var journey = new Journey().Registered().On(Withdrawn(2));
        journey.State.Status.ShouldBe(ClaimStatus.Cancelling);
        journey.Sent.OfType<ClaimCancelled>().ShouldBeEmpty();

        journey.Reported(TransferOutcome.Accepted);
        journey.State.Status.ShouldBe(ClaimStatus.Cancelled);
        journey.State.AmountOre.ShouldBe(7000);
        journey.Sent.OfType<ClaimCancelled>().ShouldHaveSingleItem();
    }

    [Test]
    public void What_follows_a_cancellation_changes_nothing()
    {
        var journey = new Journey().Registered().On(Withdrawn(2)).Reported(TransferOutcome.Accepted).On(Adjusted(3, 100));
        journey.State.Status.ShouldBe(ClaimStatus.Cancelled);
        journey.State.AmountOre.ShouldBe(7000);
        journey.State.Version.ShouldBe(3);
    }

    [TestCase("guardianAdded", DebtorKind.Guardian)]
    [TestCase("cameOfAge", DebtorKind.Borrower)]
    public void A_held_minors_claim_is_released_by_a_liable_party(string reason, DebtorKind kind)
    {
        var journey = new Journey().On(Created(Child)).On(LiableParty(2, Guardian, reason));
        journey.State.Status.ShouldBe(ClaimStatus.Sending);
        journey.Sent.OfType<TransferClaim>().ShouldHaveSingleItem().Debtor.ShouldBe(new Debtor(kind, Guardian.Identity));
    }

    [Test]
    public void A_new_CPR_of_a_child_does_not_release_it() =>
        new Journey().On(Created(Child)).On(LiableParty(2, new SealedParty(new("ref-new", "sealed", "key"), IdentityKind.Person), "cprChange")).State.Status.ShouldBe(ClaimStatus.Held);

    [Test]
    public void A_transferred_claim_changes_its_liable_party_at_the_debtor_system()
    {
        var journey = new Journey().Registered().On(LiableParty(2, Guardian));
        journey.State.Status.ShouldBe(ClaimStatus.Changing);
        journey.Sent.OfType<TransferClaim>().Last().Instruction.ShouldBe(InstructionKind.ChangeLiableParty);

        journey.Reported(TransferOutcome.Accepted).State.Status.ShouldBe(ClaimStatus.Transferred);
    }

    [Test]
    public void Amount_and_liable_party_changed_together_go_one_after_the_other()
    {
        var journey = new Journey().On(Created()).On(LiableParty(2, Guardian)).On(Adjusted(3, 100)).Reported(TransferOutcome.Accepted);
        journey.State.Open!.Kind.ShouldBe(InstructionKind.ChangeLiableParty);
        journey.Reported(TransferOutcome.Accepted).State.Open!.Kind.ShouldBe(InstructionKind.Adjust);
        journey.Reported(TransferOutcome.Accepted).State.Status.ShouldBe(ClaimStatus.Transferred);
        journey.State.Registered!.ShouldSatisfyAllConditions(
            registered => registered.AmountOre.ShouldBe(100), registered => registered.DebtorRef.ShouldBe(Guardian.Identity.Ref));
    }

    [Test]
    public void A_claim_raised_above_the_minimum_comes_into_scope() =>
        new Journey(Copenhagen with { MinimumAmountOre = 8000 }).On(Created()).On(Adjusted(2, 9000)).State.Status.ShouldBe(ClaimStatus.Sending);

    [Test]
    public void A_rejected_claim_is_sent_again_when_FBS_changes_it()
    {
        var journey = new Journey().On(Created()).Reported(TransferOutcome.Rejected);
        journey.State.Status.ShouldBe(ClaimStatus.Rejected);
        var first = journey.Sent.OfType<TransferClaim>().Single().InstructionId;

        journey.On(LiableParty(2, Guardian));
        journey.State.Status.ShouldBe(ClaimStatus.Sending);
        journey.Sent.OfType<TransferClaim>().Last().InstructionId.ShouldNotBe(first);
    }
}
