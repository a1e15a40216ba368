using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Ledger;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Ledger;

public sealed class When_the_claim_itself_changes
{
    [Test]
    public void The_difference_is_booked_and_an_older_version_changes_nothing()
    {
        var book = new Book().On(Money.Transferred(3, 5000), Money.Transferred(2, 9000), Money.Transferred(3, 5000), Money.Transferred(4, 6000));

        book.Entries.Select(entry => (entry.Kind, entry.AmountOre)).ShouldBe([(EntryKind.Charge, 5000), (EntryKind.Adjustment, 1000)]);
        book.Account.AmountOre.ShouldBe(6000);
        book.Told.ShouldBeEmpty("claim-transferred has told FBS");
    }

    [Test]
    public void Two_acknowledgements_of_one_version_follow_each_other_in_time()
    {
        // A new liable party and a new amount are two instructions at one version: the first still has the old amount.
        var book = new Book().On(Money.Transferred(3, 5000, minute: 2), Money.Transferred(3, 7000, minute: 1));
        book.Account.AmountOre.ShouldBe(5000);
        new Book().On(Money.Transferred(3, 7000, minute: 1), Money.Transferred(3, 5000, minute: 2)).Account.AmountOre.ShouldBe(5000);
    }

    [Test]
    public void An_adjustment_down_to_what_is_paid_settles_and_up_again_reopens()
    {
        var book = new Book().On(Money.Transferred(), Money.Coverage("E1", 5000), Money.Transferred(2, 5000), Money.Transferred(3, 6000));

        book.Told.Skip(1).Select(told => (told.Change, told.AmountOre, told.BalanceOre, told.Settled, told.OrderId, told.ValueDate)).ShouldBe(
        [
            (BalanceChange.Adjustment, 0, 0, true, "DK-710100-434536-1", new DateOnly(2026, 12, 1)),
            (BalanceChange.Adjustment, 0, 1000, false, "DK-710100-434536-1", new DateOnly(2026, 12, 1)),
        ]);
        book.Account.OrderId.ShouldBe("DK-710100-434536-2");
    }

    [Test]
    public void A_cancellation_brings_amount_and_write_offs_to_nothing()
    {
        var book = new Book().On(Money.Transferred(), Money.WriteOff("E1", 2000), Money.Cancelled());
        book.Last.Entries.ShouldHaveSingleItem().ShouldBe(new Entry(EntryKind.Cancellation, -5000));
        book.Account.BalanceOre.ShouldBe(0);
        book.Account.Status.ShouldBe(AccountStatus.Cancelled);
        book.Last.Effects.ShouldBeEmpty("claim-cancelled has told FBS");
    }

    [Test]
    public void A_write_off_after_the_cancellation_is_booked_with_its_counter_entry()
    {
        var book = new Book().On(Money.Transferred(), Money.Cancelled(), Money.WriteOff("E1", 2000));
        book.Last.Entries.Select(entry => (entry.Kind, entry.AmountOre)).ShouldBe([(EntryKind.WriteOff, -2000), (EntryKind.Correction, 2000)]);
        book.Account.BalanceOre.ShouldBe(0);
        book.Account.WrittenOffOre.ShouldBe(2000);
    }

    [Test]
    public void A_cancelled_claim_takes_coverage_all_the_same()
    {
        var book = new Book().On(Money.Transferred(), Money.Cancelled(), Money.Coverage("E1", 7000));
        book.Account.BalanceOre.ShouldBe(-7000);
        book.Account.Mismatch.ShouldBe(AccountMismatch.Excess);
        book.Told.ShouldBeEmpty();
    }

    [Test]
    public void A_claim_cancelled_before_it_was_acknowledged_has_no_amount()
    {
        var book = new Book().On(Money.Cancelled());
        book.Account.Status.ShouldBe(AccountStatus.Cancelled);
        book.Account.AmountOre.ShouldBe(0);
        book.On(Money.Transferred());
        book.Account.Status.ShouldBe(AccountStatus.Cancelled);
        book.Account.BalanceOre.ShouldBe(0);
        book.Last.Entries.Select(entry => (entry.Kind, entry.AmountOre)).ShouldBe([(EntryKind.Charge, 7000), (EntryKind.Correction, -7000)]);
    }

    [Test]
    public void A_higher_version_reopens_what_was_cancelled_and_FBS_hears_what_came_in_meanwhile()
    {
        var book = new Book().On(
            Money.Transferred(), Money.Coverage("E1", 3000), Money.Cancelled(2), Money.Coverage("E2", 1000, day: 2), Money.Transferred(3, 5000));

        book.Account.Status.ShouldBe(AccountStatus.Open);
        book.Account.BalanceOre.ShouldBe(1000);
        book.Last.Entries.Select(entry => (entry.Kind, entry.AmountOre)).ShouldBe([(EntryKind.Adjustment, -2000), (EntryKind.Correction, 7000)]);
        book.Last.Effects.Select(told => (told.Change, told.AmountOre, told.BalanceOre)).ShouldBe([(BalanceChange.Adjustment, 0, 2000), (BalanceChange.Coverage, 1000, 1000)]);
    }

    [Test]
    public void Another_amount_is_another_balance_once_FBS_goes_by_the_balance()
    {
        var book = new Book().On(Money.Transferred(), Money.Transferred(2, 6000), Money.Coverage("E1", 3000), Money.Transferred(3, 5000));

        book.Told.Select(told => (told.Change, told.AmountOre, told.BalanceOre, told.Sequence)).ShouldBe(
            [(BalanceChange.Coverage, 3000, 3000, 1), (BalanceChange.Adjustment, 0, 2000, 2)], "before any money FBS knows the amount from claim-transferred");
    }

    [Test]
    public void A_cancellation_older_than_what_is_acknowledged_changes_nothing()
    {
        var book = new Book().On(Money.Transferred(3), Money.Cancelled(2));
        book.Account.Status.ShouldBe(AccountStatus.Open);
        book.Last.Entries.ShouldBeEmpty();
    }

    [Test]
    public void Names_of_the_claim_are_kept_from_the_newest_that_gave_them()
    {
        var book = new Book().On(
            Money.Transferred(2) with { DebtorReference = "NEW", PaymentSlip = null, PatronId = null }, Money.Transferred(1) with { DebtorReference = "OLD", PatronId = 5 });
        book.Account.DebtorReference.ShouldBe("NEW");
        book.Account.PaymentSlip.ShouldBe(Money.Slip);
        book.Account.PatronId.ShouldBe(5);
    }
}
