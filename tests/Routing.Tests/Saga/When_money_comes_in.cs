using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using Shouldly;
using static ClaimsTransfer.Routing.Tests.Saga.Claims;

namespace ClaimsTransfer.Routing.Tests.Saga;

public sealed class When_money_comes_in
{
    [Test]
    public void Part_of_it_covers_part_and_all_of_it_settles_the_claim()
    {
        var journey = new Journey().Registered().On(Covered(3000, "E1"));
        journey.State.Status.ShouldBe(ClaimStatus.PartlyCovered);
        journey.On(Covered(4000, "E2")).State.Status.ShouldBe(ClaimStatus.Settled);
    }

    [Test]
    public void A_reversal_brings_a_settled_claim_back()
    {
        var journey = new Journey().Registered().On(Covered(7000)).On(Reversed(7000));
        journey.State.Status.ShouldBe(ClaimStatus.Transferred);
        journey.State.BalanceOre.ShouldBe(7000);
    }

    [Test]
    public void Money_before_the_acknowledgement_counts_when_it_comes() =>
        new Journey().On(Created()).On(Covered(7000)).Reported(TransferOutcome.Accepted).State.Status.ShouldBe(ClaimStatus.Settled);

    [Test]
    public void A_write_off_ends_it() => new Journey().Registered().On(WrittenOff(7000)).State.Status.ShouldBe(ClaimStatus.WrittenOff);

    [Test]
    public void State_collection_is_a_status_of_its_own_and_can_be_recalled()
    {
        var journey = new Journey().Registered().On(Account(DebtorAccountStatus.InCollection));
        journey.State.Status.ShouldBe(ClaimStatus.InCollection);
        journey.On(Account(DebtorAccountStatus.Recalled)).State.Status.ShouldBe(ClaimStatus.Transferred);
    }

    [Test]
    public void Account_entries_end_in_the_newest_whatever_order_they_come_in()
    {
        var sent = Account(DebtorAccountStatus.InCollection);
        var recalled = Account(DebtorAccountStatus.Recalled) with { OccurredAt = sent.OccurredAt.AddMinutes(1) };

        new Journey().Registered().On(recalled).On(sent).State.Status.ShouldBe(ClaimStatus.Transferred);
        new Journey().Registered().On(sent).On(recalled).State.Status.ShouldBe(ClaimStatus.Transferred);
        new Journey().Registered().On(sent with { OccurredAt = recalled.OccurredAt.AddMinutes(1) }).On(recalled).State.Status.ShouldBe(ClaimStatus.InCollection);
    }

    [Test]
    public void A_write_off_that_is_taken_back_leaves_the_claim_owed()
    {
        var journey = new Journey().Registered().On(WrittenOff(7000)).On(WrittenOff(-7000, "E4"));
        journey.State.Status.ShouldBe(ClaimStatus.Transferred);
        journey.State.BalanceOre.ShouldBe(7000);
    }

    [Test]
    public void Cancelling_a_paid_claim_credits_it() =>
        new Journey().Registered().On(Covered(7000)).On(Withdrawn(2)).Reported(TransferOutcome.Accepted).State.Status.ShouldBe(ClaimStatus.Credited);
}
