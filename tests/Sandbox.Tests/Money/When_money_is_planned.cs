using ClaimsTransfer.Sandbox.Money;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Money;

public sealed class When_money_is_planned
{
    [Test]
    public void Every_share_of_the_example_is_read()
    {
        var plan = MoneyPlan.Parse(MoneyPlan.Example);

        (plan.Pay, plan.Part, plan.Over, plan.Reverse, plan.WriteOff, plan.Collect, plan.Duplicate).ShouldBe((0.4, 0.15, 0.02, 0.03, 0.03, 0.02, 0.05));
    }

    [Test]
    public void What_is_shown_gives_the_same_plan_again() => MoneyPlan.Parse(MoneyPlan.Example).ToString().ShouldBe(MoneyPlan.Example);

    [TestCase("")]
    [TestCase(null)]
    [TestCase("  , ")]
    public void Nothing_ends_all(string? text) => new MoneyControl(MoneyPlan.Parse(text)).IsOn.ShouldBeFalse();

    [TestCase("paid=0.4", "paid", "pay=0.4")]
    [TestCase("pay=4", "'4'", "pay=0.05")]
    [TestCase("pay=-0.1", "'-0.1'", "pay=0.05")]
    [TestCase("pay=NaN", "'NaN'", "pay=0.05")]
    [TestCase("part", "''", "part=0.05")]
    [TestCase("pay=0.1,pay=0.2", "twice", "pay=0.05")]
    [TestCase("pay=0.7,part=0.2,over=0.2", "1.1", "one lot")]
    public void A_bad_one_is_named_with_its_value_and_a_good_example(string text, string value, string example)
    {
        MoneyPlan.TryParse(text, out var plan, out var error).ShouldBeFalse();

        error.ShouldContain(value);
        error.ShouldContain(example);
        plan.ShouldBe(MoneyPlan.None);
    }

    [Test]
    public void Shares_of_claims_may_sum_to_one_and_the_share_of_entries_does_not_count() =>
        MoneyPlan.TryParse("pay=0.1,part=0.2,over=0.3,reverse=0.1,writeoff=0.1,collect=0.2,duplicate=1", out _, out _).ShouldBeTrue();

    [Test]
    public void The_same_seed_gives_each_claim_the_same_one_lot_and_about_the_shares()
    {
        static List<Lot> Lots(int seed)
        {
            var control = new MoneyControl(MoneyPlan.Parse(MoneyPlan.Example), seed);
            return [.. Enumerable.Range(0, 10_000).Select(number => control.LotOf("0101", $"DK-710100-{number}"))];
        }

        Lots(1).ShouldBe(Lots(1));
        Lots(1).SequenceEqual(Lots(2)).ShouldBeFalse();
        var drawn = Lots(1).CountBy(lot => lot).ToDictionary();
        drawn[Lot.Pay].ShouldBeInRange(3_800, 4_200);
        drawn[Lot.Part].ShouldBeInRange(1_400, 1_600);
        drawn[Lot.Over].ShouldBeInRange(150, 250);
        drawn[Lot.Reverse].ShouldBeInRange(240, 360);
        drawn[Lot.WriteOff].ShouldBeInRange(240, 360);
        drawn[Lot.Collect].ShouldBeInRange(150, 250);
    }

    [TestCase("00000000000001", 8)]
    [TestCase("00000000000002", 6)]
    [TestCase("12345678901234", 7)]
    public void A_payment_slip_checks_itself(string body, int digit) => PaymentSlip.CheckDigit(body).ShouldBe(digit);

    [Test]
    public void A_payment_slip_has_15_digits() => PaymentSlip.Of("0101", 123).ShouldMatch("^0101000000012[0-9]{2}$");
}
