using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using Shouldly;
using static ClaimsTransfer.Routing.Tests.Saga.Claims;

namespace ClaimsTransfer.Routing.Tests.Saga;

public sealed class When_a_reconciliation_repairs_a_claim
{
    [TestCase(ClaimOperation.Reregister, InstructionKind.Register)]
    [TestCase(ClaimOperation.Readjust, InstructionKind.Adjust)]
    public void the_debtor_system_is_told_again_what_it_should_have(ClaimOperation repair, InstructionKind kind)
    {
        var journey = new Journey().Registered().On(Covered(3000));
        var before = journey.Sent.OfType<TransferClaim>().Last();

        journey.On(Operate(repair));

        var told = journey.Last.Effects.ShouldHaveSingleItem().ShouldBeOfType<TransferClaim>();
        (told.Instruction, told.AmountOre, told.Reference).ShouldBe((kind, 7000, before.Reference));
        told.InstructionId.ShouldNotBe(before.InstructionId, "an instruction of its own: the debtor system honours the reference, and answers for this one");
        journey.Reported(TransferOutcome.Accepted).State.Status.ShouldBe(ClaimStatus.PartlyCovered);
    }

    [TestCase(ClaimOperation.Reregister)]
    [TestCase(ClaimOperation.Readjust)]
    public void nothing_goes_out_on_top_of_an_open_instruction(ClaimOperation repair)
    {
        var journey = new Journey().Registered().On(Adjusted(2, 5000));

        journey.On(Operate(repair)).Last.Verdict.ShouldBe(Verdict.Ignored);

        journey.Last.Effects.ShouldBeEmpty();
    }

    [TestCase(ClaimOperation.Reregister)]
    [TestCase(ClaimOperation.Readjust)]
    public void a_cancelled_claim_stays_cancelled(ClaimOperation repair) =>
        new Journey().Registered().On(Withdrawn(2)).Reported(TransferOutcome.Accepted).On(Operate(repair)).Last.Effects.ShouldBeEmpty();

    [TestCase(ClaimOperation.Reregister)]
    [TestCase(ClaimOperation.Readjust)]
    public void a_paused_municipality_is_not_written_to(ClaimOperation repair)
    {
        var journey = new Journey().Registered();
        journey.Policy = Copenhagen with { Stage = Stage.Paused };

        journey.On(Operate(repair)).Last.Effects.ShouldBeEmpty();

        journey.State.Status.ShouldBe(ClaimStatus.Transferred);
    }
}
