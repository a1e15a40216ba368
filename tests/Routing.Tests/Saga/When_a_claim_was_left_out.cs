using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using Shouldly;
using static ClaimsTransfer.Routing.Tests.Saga.Claims;

namespace ClaimsTransfer.Routing.Tests.Saga;

public sealed class When_a_claim_was_left_out
{
    private static readonly Municipality Planned = Copenhagen with { Stage = Stage.Planned };

    [Test]
    public void It_is_released_once_the_municipality_is_live()
    {
        var journey = LeftOut();

        journey.Policy = Copenhagen;
        journey.On(Operate(ClaimOperation.Release));

        journey.Last.Effects.ShouldHaveSingleItem().ShouldBeOfType<TransferClaim>().Instruction.ShouldBe(InstructionKind.Register);
        journey.State.Status.ShouldBe(ClaimStatus.Sending);
    }

    [Test]
    public void Until_then_a_release_says_that_it_has_no_meaning()
    {
        var journey = LeftOut().On(Operate(ClaimOperation.Release));

        journey.Last.Verdict.ShouldBe(Verdict.Ignored);
        journey.Last.Effects.ShouldBeEmpty();
        journey.State.Status.ShouldBe(ClaimStatus.OutOfScope);
    }

    [Test]
    public void Sent_again_it_goes_on_its_way_as_when_released()
    {
        var journey = LeftOut().On(Created());
        journey.Last.Verdict.ShouldBe(Verdict.Ignored);

        journey.Policy = Copenhagen;
        journey.On(Created() with { MessageId = Message("again") });

        journey.Last.Effects.ShouldHaveSingleItem().ShouldBeOfType<TransferClaim>().AmountOre.ShouldBe(7000);
    }

    [Test]
    public void A_child_without_a_guardian_is_held_then_and_not_sent()
    {
        var journey = new Journey(Planned).On(Created(Child));

        journey.Policy = Copenhagen with { MinorPolicy = MinorPolicy.HoldForPerson };
        journey.On(Operate(ClaimOperation.Release));

        journey.Last.Effects.ShouldHaveSingleItem().ShouldBeOfType<ClaimHeld>();
        journey.State.Released.ShouldBeFalse();
    }

    [Test]
    public void One_that_was_cancelled_meanwhile_stays_so()
    {
        var journey = LeftOut().On(Withdrawn(2));

        journey.Policy = Copenhagen;
        journey.On(Operate(ClaimOperation.Release));

        journey.Last.Verdict.ShouldBe(Verdict.Ignored);
        journey.State.Status.ShouldBe(ClaimStatus.Cancelled);
    }

    private static Journey LeftOut()
    {
        var journey = new Journey(Planned).On(Created());
        journey.Last.Effects.ShouldHaveSingleItem().ShouldBeOfType<ClaimOutOfScope>();
        return journey;
    }
}
