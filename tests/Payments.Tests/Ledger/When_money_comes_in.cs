using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Ledger;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Ledger;

public sealed class When_money_comes_in
{
    [Test]
    public void An_account_that_is_closed_with_something_owed_is_a_persons_to_look_at_until_it_is_open_again_or_nothing_is_owed()
    {
        var book = new Book().On(Money.Transferred(), Money.Coverage("C1", 2000));
        book.Account.Mismatch.ShouldBeNull();
        book.On(Money.AccountIs(DebtorAccountStatus.Closed, day: 5));
        (book.Account.Mismatch, book.Account.MismatchSince).ShouldBe((AccountMismatch.ClosedWithDebt, Book.Began.AddHours(2)));
        book.Last.Entries.ShouldBeEmpty("nothing is booked by it");
        book.Last.Effects.ShouldBeEmpty("the wire to FBS has no word for it");

        book.On(Money.AccountIs(DebtorAccountStatus.Open, day: 4));
        book.Account.Mismatch.ShouldBe(AccountMismatch.ClosedWithDebt, "booked earlier, and come later");
        book.On(Money.AccountIs(DebtorAccountStatus.Open, day: 6));
        (book.Account.Mismatch, book.Account.MismatchSince).ShouldBe((null, null));
        book.On(Money.AccountIs(DebtorAccountStatus.Closed, day: 7), Money.WriteOff("W1", 5000));
        book.Account.Mismatch.ShouldBeNull();
    }

    [Test]
    public void More_taken_back_than_came_in_is_a_persons_to_look_at_until_the_coverage_is_there()
    {
        var book = new Book().On(Money.Transferred(), Money.Coverage("C1", 2000), Money.Reversal("R1", 2000));
        book.Account.Mismatch.ShouldBeNull("taken back in full is not beyond");
        book.On(Money.Reversal("R2", 500));
        var since = book.Account.MismatchSince;
        (book.Account.Mismatch, book.Account.BalanceOre).ShouldBe((AccountMismatch.ReversedBeyondCovered, 7500));
        book.On(Money.WriteOff("W1", 7500));
        (book.Account.Mismatch, book.Account.BalanceOre, book.Account.MismatchSince).ShouldBe((AccountMismatch.ReversedBeyondCovered, 0, since), "a balance of 0 hides nothing");
        book.On(Money.Coverage("C2", 500));
        book.Account.Mismatch.ShouldNotBe(AccountMismatch.ReversedBeyondCovered);
    }

    [TestCase(DebtorAccountStatus.InCollection)]
    [TestCase(DebtorAccountStatus.Recalled)]
    public void State_collection_is_no_closed_account(DebtorAccountStatus status) =>
        new Book().On(Money.Transferred(), Money.AccountIs(DebtorAccountStatus.Closed), Money.AccountIs(status, day: 6)).Account.Mismatch.ShouldBeNull();

    [Test]
    public void A_reversal_before_its_coverage_tells_FBS_what_is_claimed_and_no_more()
    {
        var book = new Book().On(Money.Transferred(), Money.Reversal("R1", 2000), Money.Coverage("C1", 2000), Money.Coverage("C2", 3000, day: 3));

        book.Told.Select(told => (told.AmountOre, told.BalanceOre)).ShouldBe([(-2000, 7000), (2000, 7000), (3000, 4000)]);
        book.Account.BalanceOre.ShouldBe(4000);
    }

    [TestCase(7000, MatchingOutcome.Matched)]
    [TestCase(6999, MatchingOutcome.Partial)]
    [TestCase(7001, MatchingOutcome.Excess)]
    public void It_is_recorded_how_it_met_the_claim(long amountOre, MatchingOutcome outcome)
    {
        var book = new Book().On(Money.Transferred(), Money.Coverage("E1", amountOre));
        book.Last.Entries.ShouldHaveSingleItem().ShouldBe(new Entry(EntryKind.Coverage, -amountOre, "E1", outcome, "mobilePay", new DateOnly(2026, 12, 1)));
    }

    [Test]
    public void Parts_add_up_until_nothing_is_owed_and_FBS_is_told_of_each()
    {
        var book = new Book().On(Money.Transferred(), Money.Coverage("E1", 3000), Money.Coverage("E2", 4000));

        book.Account.Status.ShouldBe(AccountStatus.Settled);
        book.Told.Select(told => (told.AmountOre, told.BalanceOre, told.Settled, told.Sequence, told.OrderId)).ShouldBe(
        [
            (3000, 4000, false, 1, "DK-710100-434536-1"),
            (4000, 0, true, 2, "DK-710100-434536-1"),
        ]);
        book.Told.ShouldAllBe(told => told.Change == BalanceChange.Coverage && told.Channel == "mobilePay");
    }

    [Test]
    public void The_same_entry_again_books_nothing_and_tells_nothing()
    {
        var book = new Book().On(Money.Transferred(), Money.Coverage("E1", 3000), Money.Coverage("E1", 3000) with { MessageId = Money.Message("another") });

        book.Last.IsDuplicate.ShouldBeTrue();
        book.Last.Entries.ShouldBeEmpty();
        book.Account.CoveredOre.ShouldBe(3000);
        book.Told.Count.ShouldBe(1);
    }

    [Test]
    public void More_on_a_settled_claim_is_for_the_worklist_and_FBS_keeps_its_one_settled()
    {
        var book = new Book().On(Money.Transferred(), Money.Coverage("E1", 7000), Money.Coverage("E2", 7000, day: 2));

        book.Last.Entries.Single().Outcome.ShouldBe(MatchingOutcome.AlreadyPaid);
        book.Account.Mismatch.ShouldBe(AccountMismatch.AlreadyPaid);
        book.Account.BalanceOre.ShouldBe(-7000);
        book.Told.Count.ShouldBe(1);

        book.On(Money.Reversal("E3", 7000));
        book.Account.Mismatch.ShouldBeNull("the debtor system has paid it back");
        book.Account.MismatchSince.ShouldBeNull();
        book.Told.Count.ShouldBe(1);
    }

    [Test]
    public void Too_much_at_once_is_an_excess_and_settles()
    {
        var book = new Book().On(Money.Transferred(), Money.Coverage("E1", 8000));
        book.Account.Mismatch.ShouldBe(AccountMismatch.Excess);
        book.Account.MismatchSince.ShouldBe(Book.Began.AddHours(1));
        book.Told.Single().Settled.ShouldBeTrue();
        book.Told.Single().BalanceOre.ShouldBe(-1000);
    }

    [Test]
    public void The_reversal_of_a_settled_claim_takes_the_order_back_and_the_next_settlement_has_another()
    {
        var book = new Book().On(Money.Transferred(), Money.Coverage("E1", 7000), Money.Reversal("E2", 7000), Money.Coverage("E3", 7000, day: 4));

        book.Told.Select(told => (told.OrderId, told.Settled, told.AmountOre, told.BalanceOre)).ShouldBe(
        [
            ("DK-710100-434536-1", true, 7000, 0),
            ("DK-710100-434536-1", false, -7000, 7000),
            ("DK-710100-434536-2", true, 7000, 0),
        ]);
        book.Account.OrderWanted.ShouldBe("DK-710100-434536-2");
    }

    [Test]
    public void A_write_off_settles_without_money()
    {
        var book = new Book().On(Money.Transferred(), Money.WriteOff("E1", 7000));
        book.Told.Single().ShouldSatisfyAllConditions(
            told => told.Change.ShouldBe(BalanceChange.WriteOff), told => told.AmountOre.ShouldBe(0), told => told.Settled.ShouldBeTrue(),
            told => told.ValueDate.ShouldBe(new DateOnly(2026, 12, 3)));
    }

    [Test]
    public void The_debtor_systems_own_correction_is_told_as_an_adjustment()
    {
        var book = new Book().On(Money.Transferred(), Money.WriteOff("E1", -500, kind: WriteOffKind.Adjustment));
        book.Account.BalanceOre.ShouldBe(7500);
        book.Told.Single().Change.ShouldBe(BalanceChange.Adjustment);
    }

    [Test]
    public void What_came_before_the_claim_is_told_in_the_order_of_its_dates_when_the_claim_is_acknowledged()
    {
        var book = new Book().On(Money.Coverage("E2", 4000, day: 2), Money.Coverage("E1", 3000, day: 1));
        book.Account.Status.ShouldBe(AccountStatus.Awaited);
        book.Account.Mismatch.ShouldBe(AccountMismatch.NoMatch);
        book.Entries.ShouldAllBe(entry => entry.Outcome == MatchingOutcome.NoMatch);
        book.Told.ShouldBeEmpty();

        book.On(Money.Transferred());
        book.Account.Mismatch.ShouldBeNull();
        book.Account.Status.ShouldBe(AccountStatus.Settled);
        book.Told.Select(told => (told.AmountOre, told.BalanceOre, told.Settled)).ShouldBe([(3000, 4000, false), (4000, 0, true)]);
        book.Told.Select(told => told.MessageId).Distinct().Count().ShouldBe(2);
    }

    [Test]
    public void Whether_it_was_paid_twice_does_not_depend_on_what_came_first()
    {
        var inOrder = new Book().On(Money.Transferred(), Money.Coverage("E1", 7000, day: 1), Money.Coverage("E2", 100, day: 2));
        var turned = new Book().On(Money.Coverage("E2", 100, day: 2), Money.Coverage("E1", 7000, day: 1), Money.Transferred());
        turned.Account.Mismatch.ShouldBe(inOrder.Account.Mismatch);
        turned.Account.Mismatch.ShouldBe(AccountMismatch.AlreadyPaid);
    }
}
