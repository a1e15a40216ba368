using System.Text.Json;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Saga;

public sealed class When_a_claim_is_erased
{
    private static readonly DateTimeOffset Erased = Claims.Start.AddYears(6);

    private static IEnumerable<TestCaseData> Endings()
    {
        yield return new TestCaseData(new Journey().Registered().On(Claims.Covered(7000)).State).SetArgDisplayNames("settled");
        yield return new TestCaseData(new Journey().Registered().On(Claims.WrittenOff(7000)).State).SetArgDisplayNames("written off");
        yield return new TestCaseData(new Journey().On(Claims.Created(Claims.Child)).On(Claims.Withdrawn(2)).State).SetArgDisplayNames("cancelled");
        yield return new TestCaseData(new Journey().On(Claims.Created(createdOn: new DateOnly(2019, 1, 1))).State).SetArgDisplayNames("out of scope");
        yield return new TestCaseData(
            new Journey().Registered().On(Claims.LiableParty(2, Claims.Guardian)).Reported(TransferOutcome.Accepted).On(Claims.Covered(7000)).State).SetArgDisplayNames("settled by another");
    }

    [TestCaseSource(nameof(Endings))]
    public void It_has_ended_and_since_when_is_known(ClaimState claim)
    {
        claim.HasEnded.ShouldBeTrue();
        claim.EndedAt.ShouldBe(Claims.Start);
    }

    [Test]
    public void One_that_goes_on_has_not_ended()
    {
        var journey = new Journey().On(Claims.Created());
        journey.State.EndedAt.ShouldBeNull("it is being sent");
        journey.Reported(TransferOutcome.Accepted).State.EndedAt.ShouldBeNull("it is owed");
        journey.On(Claims.Covered(7000)).State.EndedAt.ShouldNotBeNull();
        journey.On(Claims.Reversed(1000)).State.EndedAt.ShouldBeNull("it is owed again");
        journey.On(Claims.Account(DebtorAccountStatus.InCollection)).State.EndedAt.ShouldBeNull("it is in collection");
        new Journey().Registered().On(Claims.Covered(7000)).On(Claims.Withdrawn(2)).Reported(TransferOutcome.Accepted).State
            .ShouldSatisfyAllConditions(state => state.Status.ShouldBe(ClaimStatus.Credited), state => state.EndedAt.ShouldBeNull("money is to be given back"));
        new Journey().Registered().On(Claims.Covered(7000)).On(Claims.Adjusted(3, 5000)).State.EndedAt.ShouldBeNull("a change waits for the one before it");
    }

    [Test]
    public void What_comes_later_and_changes_nothing_does_not_keep_it_longer()
    {
        var journey = new Journey().Registered().On(Claims.Covered(7000)).TimerAfter(TimeSpan.FromDays(400)).On(Claims.Created());
        journey.State.EndedAt.ShouldBe(Claims.Start);
        journey.On(Claims.Covered(500, "E9")).State.EndedAt.ShouldBe(journey.Now, "money has come");
    }

    [TestCaseSource(nameof(Endings))]
    public void Nothing_is_left_of_who_owed_it_and_for_what(ClaimState claim)
    {
        var erased = claim.Erased(Erased);
        var text = JsonSerializer.Serialize(erased, RoutingJson.Default.ClaimState);
        foreach (var personal in new[] { "ref-", "sealed", "Gebyr", "OPUS-1", "itemReturned" })
            text.ShouldNotContain(personal);
        (erased.Status, erased.Category, erased.AmountOre, erased.Version, erased.BalanceOre, erased.FeeId)
            .ShouldBe((claim.Status, claim.Category, claim.AmountOre, claim.Version, claim.BalanceOre, claim.FeeId));
        erased.Why.ShouldBe(ClaimNotes.Erased);
    }

    [TestCaseSource(nameof(Endings))]
    public void Whatever_comes_is_decided_and_nothing_goes_to_the_debtor_system(ClaimState claim)
    {
        var erased = claim.Erased(Erased);
        IClaimMessage?[] all =
        [
            Claims.Created(), Claims.Adjusted(erased.Version + 1, 100), Claims.Adjusted(erased.Version + 7, erased.AmountOre), Claims.Adjusted(erased.Version, 1), Claims.Withdrawn(erased.Version + 1),
            Claims.LiableParty(erased.Version + 1, Claims.Guardian), Claims.Covered(100, "E8"), Claims.Reversed(100, "E7"), Claims.WrittenOff(100, "E6"),
            .. Enum.GetValues<DebtorAccountStatus>().Select(Claims.Account), Claims.DeadLettered(),
            .. Enum.GetValues<TransferOutcome>().Select(outcome => Claims.Reported(erased, outcome)), .. Enum.GetValues<ClaimOperation>().Select(Claims.Operate), null,
        ];
        foreach (var first in all)
        {
            foreach (var second in all)
            {
                var state = erased;
                foreach (var (message, number) in new[] { (first, 1), (second, 2) })
                {
                    var decided = Decide(state, message, number);
                    NoteCodes.FaultsOf(decided.Notes).ShouldBeEmpty();
                    decided.Notes.ShouldNotBeEmpty();
                    decided.Effects.ShouldNotContain(effect => effect is TransferClaim);
                    state = decided.State;
                    state.ErasedAt.ShouldBe(Erased);
                    state.EndedAt.HasValue.ShouldBe(state.HasEnded, "what has come since is erased in its own time");
                    JsonSerializer.Serialize(state, RoutingJson.Default.ClaimState).ShouldNotContain("sealed");
                }
            }
        }
    }

    [Test]
    public void Money_is_booked_as_ever()
    {
        var erased = new Journey().Registered().On(Claims.Covered(7000)).State.Erased(Erased);
        var decided = Decide(erased, Claims.Reversed(2000));
        decided.State.ShouldSatisfyAllConditions(
            state => state.Status.ShouldBe(ClaimStatus.PartlyCovered), state => state.CoveredOre.ShouldBe(5000), state => state.BalanceOre.ShouldBe(2000));
    }

    [Test]
    public void What_FBS_wants_of_it_is_held_and_a_person_ends_it()
    {
        var erased = new Journey().Registered().On(Claims.Covered(7000)).State.Erased(Erased);
        var held = Decide(erased, Claims.Adjusted(2, 9000));
        held.State.ShouldSatisfyAllConditions(
            state => state.Status.ShouldBe(ClaimStatus.Held), state => state.Hold!.Rule.ShouldBe(ClaimSaga.ErasedRule), state => state.AmountOre.ShouldBe(9000), state => state.Version.ShouldBe(2));
        held.Effects.ShouldHaveSingleItem().ShouldBeOfType<ClaimHeld>();
        Decide(held.State, Claims.Operate(ClaimOperation.Retry)).Verdict.ShouldBe(Verdict.Ignored);
        var released = Decide(held.State, Claims.Operate(ClaimOperation.Release));
        released.State.ShouldSatisfyAllConditions(state => state.Status.ShouldBe(ClaimStatus.PartlyCovered), state => state.BalanceOre.ShouldBe(2000), state => state.Hold.ShouldBeNull());
        released.Effects.ShouldHaveSingleItem().ShouldBeOfType<ClaimTransferred>().ShouldSatisfyAllConditions(told => told.AmountOre.ShouldBe(9000), told => told.Version.ShouldBe(2));
        Decide(held.State, Claims.Adjusted(3, 7000)).State.ShouldSatisfyAllConditions(state => state.Status.ShouldBe(ClaimStatus.Settled), state => state.Hold.ShouldBeNull());
        Decide(held.State, Claims.Withdrawn(1) with { Version = 1, MessageId = Claims.Message("late") }).State.Cancellation.ShouldNotBeNull("a cancellation that comes late is one");

        var ended = Decide(held.State, Claims.Operate(ClaimOperation.Cancel));
        ended.State.Status.ShouldBe(ClaimStatus.Credited);
        ended.Effects.ShouldHaveSingleItem().ShouldBeOfType<ClaimCancelled>();
    }

    [Test]
    public void One_that_the_debtor_system_does_not_have_is_cancelled_without_it()
    {
        var erased = new Journey().On(Claims.Created(createdOn: new DateOnly(2019, 1, 1))).State.Erased(Erased);
        var decided = Decide(erased, Claims.Withdrawn(2));
        decided.State.Status.ShouldBe(ClaimStatus.Cancelled);
        decided.Effects.ShouldHaveSingleItem().ShouldBeOfType<ClaimCancelled>();
    }

    private static Decision Decide(ClaimState state, IClaimMessage? message, int number = 1) =>
        new ClaimSaga(Claims.Deadlines).Decide(state, new ClaimEvent(Claims.Message($"{message?.MessageId}/{number}"), Erased.AddDays(number), message, Claims.Copenhagen));
}
