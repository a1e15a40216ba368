using ClaimsTransfer.Payments.Reconciliation.Comparing;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Reconciliation;

/// <summary>The table of causes and actions, one claim a line; no store.</summary>
[TestFixture]
public sealed class When_the_cause_is_judged
{
    private const long LateFrom = 1_000;
    private const long LateUntil = 2_000;

    private static Standing Open(long amount = 7000, long covered = 0, long writtenOff = 0) => Ours("Open", amount, covered, writtenOff);

    private static Standing Settled(long amount = 7000, long covered = 7000, long writtenOff = 0) => Ours("Settled", amount, covered, writtenOff);

    private static Standing Cancelled(long covered = 0) => Ours("Cancelled", 7000, covered, 0);

    private static Standing Ours(string status, long amount, long covered, long writtenOff) => new()
    {
        Status = status, AmountOre = amount, CoveredOre = covered, WrittenOffOre = writtenOff, BalanceOre = (status == "Cancelled" ? 0 : amount - writtenOff) - covered, ChangedAt = 0,
    };

    private static IEnumerable<TestCaseData> Agreements()
    {
        yield return Case("open everywhere", AtDebtor(Open(), 7000) with { FbsOre = 7000 });
        yield return Case("partly covered everywhere", AtDebtor(Open(covered: 2000), 5000) with { FbsOre = 5000 });
        yield return Case("settled, and FBS has nothing", AtDebtor(Settled(), 0));
        yield return Case("settled, and FBS has nothing open, said as 0", AtDebtor(Settled(), 0) with { FbsOre = 0 });
        yield return Case("paid too much, which FBS cannot hold", AtDebtor(Settled(covered: 8000), -1000));
        yield return Case("cancelled and gone", Cancelled());
        yield return Case("cancelled, and the debtor system lists it with nothing on it", AtDebtor(Cancelled(), 0, isInForce: false));
        yield return Case("cancelled after it was paid: the debtor system owes it back", AtDebtor(Cancelled(covered: 7000), -7000, isInForce: false));
        yield return Case("cancelled at the debtor system, and never heard of here", AtDebtor(new Standing(), 0, isInForce: false));
        yield return Case("awaited, and nobody has it", Ours("Awaited", 0, 0, 0));
        yield return Case("taken back before its coverage came: FBS holds what is claimed", AtDebtor(Open(covered: -2000), 9000) with { FbsOre = 7000 });
        yield return Case("FBS could not be asked", AtDebtor(Open(), 7000) with { IsUnasked = true });
    }

    private static IEnumerable<TestCaseData> Causes()
    {
        yield return Case("booked twice, and otherwise the same", AtDebtor(Open(), 7000, bookings: 2) with { FbsOre = 7000 }, Cause.BookedTwice, SuggestedAction.RemoveBooking);
        yield return Case("booked twice comes before everything else", AtDebtor(Open(), 14000, bookings: 2), Cause.BookedTwice, SuggestedAction.RemoveBooking);

        yield return Case("not listed", Open() with { FbsOre = 7000 }, Cause.MissingAtDebtor, SuggestedAction.Reregister);
        yield return Case("not listed, settled", Settled(), Cause.MissingAtDebtor, SuggestedAction.CheckAtDebtor);
        yield return Case("not listed, and money had come: registered anew it would be claimed twice", Open(covered: 2000) with { FbsOre = 5000 }, Cause.MissingAtDebtor, SuggestedAction.CheckAtDebtor);
        yield return Case("not listed, and FBS has nothing either", Open(), Cause.MissingAtDebtor, SuggestedAction.CheckAtDebtor);

        yield return Case("FBS has nothing open", AtDebtor(Open(), 7000), Cause.MissingAtFbs, SuggestedAction.CheckAtFbs);
        yield return Case("FBS has nothing open after a reversal that it was told of", AtDebtor(Open() with { CoveredOre = 7000, ReversedOre = 7000 }, 7000), Cause.MissingAtFbs, SuggestedAction.TellFbsAgain);
        yield return Case("FBS has nothing open, and the amounts differ too", AtDebtor(Open(), 6000), Cause.MissingAtFbs, SuggestedAction.CheckAtFbs);
        yield return Case("only the debtor system has it", AtDebtor(new Standing(), 7000), Cause.MissingAtFbs, SuggestedAction.CheckAtFbs);

        yield return Case("we have cancelled it, the debtor system still claims it", AtDebtor(Cancelled(), 7000), Cause.StateDiffers, SuggestedAction.CheckState);
        yield return Case("cancelled, and FBS still has it open", Cancelled() with { FbsOre = 7000 }, Cause.StateDiffers, SuggestedAction.CheckState);
        yield return Case("the debtor system has cancelled it", AtDebtor(Open(), 0, isInForce: false) with { FbsOre = 7000 }, Cause.StateDiffers, SuggestedAction.CheckState);
        yield return Case("paid at the debtor system, and we have not heard of it", AtDebtor(Open(), 0) with { FbsOre = 7000 }, Cause.StateDiffers, SuggestedAction.CheckState);
        yield return Case("paid at the debtor system and at FBS, and not here", AtDebtor(Open(), 0), Cause.StateDiffers, SuggestedAction.CheckState);
        yield return Case("settled, and FBS does not know", AtDebtor(Settled(), 0) with { FbsOre = 7000 }, Cause.StateDiffers, SuggestedAction.TellFbsAgain);
        yield return Case("FBS and the debtor system have it, we do not", AtDebtor(new Standing(), 7000) with { FbsOre = 7000 }, Cause.StateDiffers, SuggestedAction.CheckState);
        yield return Case("only FBS has it", new Standing { FbsOre = 7000 }, Cause.StateDiffers, SuggestedAction.CheckState);
        yield return Case("awaited without money, and others have it", AtDebtor(Ours("Awaited", 0, 0, 0), 7000) with { FbsOre = 7000 }, Cause.StateDiffers, SuggestedAction.CheckState);

        yield return Case("the debtor system claims another amount", AtDebtor(Open(), 5000) with { FbsOre = 7000 }, Cause.AmountDiffers, SuggestedAction.Readjust);
        yield return Case("the debtor system claims another amount, as FBS does: ours may be old", AtDebtor(Open(), 5000) with { FbsOre = 5000 }, Cause.AmountDiffers, SuggestedAction.CheckEntries);
        yield return Case("the debtor system has coverage that we have not", AtDebtor(Open(), 5000) with { DebtorAmountOre = 7000, FbsOre = 7000 }, Cause.AmountDiffers, SuggestedAction.CheckEntries);
        yield return Case("FBS was told of part and does not have it", AtDebtor(Open(covered: 2000), 5000) with { FbsOre = 7000 }, Cause.AmountDiffers, SuggestedAction.TellFbsAgain);
        yield return Case("FBS has another amount, and no money has moved", AtDebtor(Open(), 7000) with { FbsOre = 5000 }, Cause.AmountDiffers, SuggestedAction.CheckAtFbs);
        yield return Case("more came in than the debtor system has", AtDebtor(Settled(covered: 8000), 0) with { DebtorAmountOre = 7000 }, Cause.AmountDiffers, SuggestedAction.CheckEntries);
        yield return Case("cancelled after it was paid, and the debtor system has forgotten the money", Cancelled(covered: 7000), Cause.AmountDiffers, SuggestedAction.CheckEntries);

        yield return Case("money for a claim that was never acknowledged", Ours("Awaited", 0, 7000, 0), Cause.UnmatchedPayment, SuggestedAction.MatchPayment);
    }

    [TestCaseSource(nameof(Agreements))]
    public void ledgers_that_agree_make_no_line(object claim) => Judgement.Of((Standing)claim, LateFrom, LateUntil, isOrderOpen: false).ShouldBeNull();

    [TestCaseSource(nameof(Causes))]
    public void each_difference_has_one_cause_and_one_action(object claim, Cause cause, SuggestedAction action)
    {
        var verdict = Judgement.Of((Standing)claim, LateFrom, LateUntil, isOrderOpen: false).ShouldNotBeNull();
        verdict.ShouldBe(new Verdict(cause, null, action));
        verdict.IsSafe.ShouldBe(action is SuggestedAction.Reregister or SuggestedAction.Readjust or SuggestedAction.TellFbsAgain);
    }

    [TestCaseSource(nameof(Causes))]
    public void a_change_a_moment_ago_makes_it_late_and_says_what_it_would_be(object given, Cause cause, SuggestedAction action)
    {
        var claim = (Standing)given;
        var late = Judgement.Of(claim with { ChangedAt = LateFrom }, LateFrom, LateUntil, isOrderOpen: false).ShouldNotBeNull();
        late.ShouldBe(cause == Cause.BookedTwice ? new Verdict(cause, null, action) : new Verdict(Cause.Late, cause, SuggestedAction.Wait));
        late.Lasting.ShouldBe(cause);
        Judgement.Of(claim with { ChangedAt = LateFrom - 1 }, LateFrom, LateUntil, isOrderOpen: false)!.Cause.ShouldBe(cause);
    }

    [Test]
    public void a_change_that_the_debtor_system_dates_in_the_future_excuses_nothing() =>
        Judgement.Of(AtDebtor(Open(), 5000) with { FbsOre = 7000, DebtorChangedAt = LateUntil + 1 }, LateFrom, LateUntil, isOrderOpen: false)!.Cause.ShouldNotBe(Cause.Late);

    [Test]
    public void a_change_at_the_debtor_system_makes_it_late_too() =>
        Judgement.Of(AtDebtor(Open(), 5000) with { FbsOre = 7000, DebtorChangedAt = LateFrom + 1 }, LateFrom, LateUntil, isOrderOpen: false)!.Cause.ShouldBe(Cause.Late);

    [Test]
    public void an_order_that_FBS_has_not_confirmed_explains_FBS_and_nothing_else()
    {
        Judgement.Of(AtDebtor(Settled(), 0) with { FbsOre = 7000 }, LateFrom, LateUntil, isOrderOpen: true).ShouldBe(new Verdict(Cause.Late, Cause.StateDiffers, SuggestedAction.Wait));
        Judgement.Of(AtDebtor(Settled(), 500) with { FbsOre = 7000 }, LateFrom, LateUntil, isOrderOpen: true)!.Cause.ShouldBe(Cause.StateDiffers);
    }

    private static Standing AtDebtor(Standing claim, long balance, bool isInForce = true, int bookings = 1) => claim with
    {
        Bookings = bookings, DebtorOre = balance, DebtorAmountOre = isInForce ? balance + claim.CoveredOre - claim.ReversedOre : 7000, IsInForceAtDebtor = isInForce, DebtorChangedAt = 0,
    };

    private static TestCaseData Case(string name, params object[] arguments) => new TestCaseData(arguments).SetArgDisplayNames(name);
}
