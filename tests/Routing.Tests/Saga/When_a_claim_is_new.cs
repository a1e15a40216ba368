using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using Shouldly;
using static ClaimsTransfer.Routing.Tests.Saga.Claims;

namespace ClaimsTransfer.Routing.Tests.Saga;

public sealed class When_a_claim_is_new
{
    [Test]
    public void An_adults_claim_is_sent_to_the_debtor_system_in_the_borrowers_name()
    {
        var journey = new Journey().On(Created());

        journey.State.Status.ShouldBe(ClaimStatus.Sending);
        var instruction = journey.Sent.ShouldHaveSingleItem().ShouldBeOfType<TransferClaim>();
        instruction.Instruction.ShouldBe(InstructionKind.Register);
        instruction.Debtor.ShouldBe(new Debtor(DebtorKind.Borrower, Adult.Identity));
        instruction.AmountOre.ShouldBe(7000);
        instruction.Reference.ShouldBe("DK-710100-434536");
        instruction.ToTest.ShouldBeFalse();
        journey.State.DueAt.ShouldBe(Start + Deadlines.Sending);
    }

    [Test]
    public void An_organisations_claim_is_the_organisations() =>
        Register(Copenhagen, Created(School)).Debtor.Kind.ShouldBe(DebtorKind.Organisation);

    [TestCase(MinorPolicy.GuardianPays)]
    [TestCase(MinorPolicy.ChildPaysFrom15)]
    [TestCase(MinorPolicy.HoldForPerson)]
    [TestCase(MinorPolicy.DoNotTransfer)]
    public void A_minors_claim_is_the_guardians_under_every_policy_where_one_is_given(MinorPolicy policy) =>
        Register(Copenhagen with { MinorPolicy = policy }, Created(Child, Guardian)).Debtor.ShouldBe(new Debtor(DebtorKind.Guardian, Guardian.Identity));

    [Test]
    public void An_adults_claim_stays_the_adults_though_a_guardian_is_given() =>
        Register(Copenhagen, Created(Adult, Guardian)).Debtor.Kind.ShouldBe(DebtorKind.Borrower);

    [TestCase(MinorPolicy.GuardianPays)]
    [TestCase(MinorPolicy.HoldForPerson)]
    [TestCase(MinorPolicy.ChildPaysFrom15)]
    public void A_minors_claim_without_guardian_is_held_and_says_which_rule_holds_it(MinorPolicy policy)
    {
        var journey = new Journey(Copenhagen with { MinorPolicy = policy }).On(Created(Child));

        journey.State.Status.ShouldBe(ClaimStatus.Held);
        journey.State.Hold!.Rule.ShouldBe(policy.ToString());
        var held = journey.Sent.ShouldHaveSingleItem().ShouldBeOfType<ClaimHeld>();
        held.Rule.ShouldBe(policy.ToString());
        held.Explanation.ShouldBe("The borrower was 12 on 2026-10-22, no guardian is given.");
    }

    [Test]
    public void A_child_from_15_is_billed_itself_where_the_municipality_says_so() =>
        Register(Copenhagen with { MinorPolicy = MinorPolicy.ChildPaysFrom15 }, Created(Teenager)).Debtor.ShouldBe(new Debtor(DebtorKind.Borrower, Teenager.Identity));

    [TestCase("2011-10-22", ClaimStatus.Sending, Description = "15 on the day")]
    [TestCase("2011-10-23", ClaimStatus.Held, Description = "15 the day after")]
    public void In_a_message_of_the_version_before_the_age_is_reckoned_on_the_day_the_claim_was_created(string bornOn, ClaimStatus expected)
    {
        var child = Child with { Age = null, BornOn = DateOnly.Parse(bornOn) };
        new Journey(Copenhagen with { MinorPolicy = MinorPolicy.ChildPaysFrom15 }).On(Created(child)).State.Status.ShouldBe(expected);
    }

    [TestCase(17, ClaimStatus.Held)]
    [TestCase(13, ClaimStatus.Sending)]
    public void Who_is_a_minor_follows_the_municipalitys_age_limit(int childMaxAge, ClaimStatus expected) =>
        new Journey(Copenhagen with { ChildMaxAge = childMaxAge }).On(Created(Teenager)).State.Status.ShouldBe(expected);

    private static readonly object[] OutOfScopeCases =
    [
        new object[] { Copenhagen with { MinorPolicy = MinorPolicy.DoNotTransfer }, Created(Child), "DoNotTransfer" },
        new object[] { Copenhagen with { Stage = Stage.Planned }, Created(), "Planned" },
        new object[] { Copenhagen, Created(createdOn: new DateOnly(2020, 10, 31)), "BeforeCutover" },
        new object[] { Copenhagen with { MinimumAmountOre = 7001 }, Created(), "BelowMinimum" },
    ];

    [TestCaseSource(nameof(OutOfScopeCases))]
    public void What_the_municipality_does_not_transfer_is_out_of_scope_and_FBS_is_told(Municipality policy, ClaimCreated created, string rule)
    {
        var journey = new Journey(policy).On(created);

        journey.State.Status.ShouldBe(ClaimStatus.OutOfScope);
        journey.Sent.ShouldHaveSingleItem().ShouldBeOfType<ClaimOutOfScope>().Rule.ShouldBe(rule);
    }

    [Test]
    public void The_day_of_the_cut_over_and_the_exact_minimum_are_in_scope() =>
        Register(Copenhagen with { MinimumAmountOre = 7000 }, Created(createdOn: Copenhagen.Cutover)).AmountOre.ShouldBe(7000);

    [Test]
    public void A_municipality_in_test_sends_to_the_test_endpoint() =>
        Register(Copenhagen with { Stage = Stage.Test }, Created()).ToTest.ShouldBeTrue();

    [Test]
    public void A_paused_municipalitys_claim_is_held_until_it_is_resumed()
    {
        var journey = new Journey(Copenhagen with { Stage = Stage.Paused }).On(Created());
        journey.State.Status.ShouldBe(ClaimStatus.Held);
        journey.State.Hold!.Rule.ShouldBe("Paused");

        journey.Policy = Copenhagen;
        journey.TimerAfter(TimeSpan.Zero).State.Status.ShouldBe(ClaimStatus.Sending);
    }

    [Test]
    public void A_claim_that_comes_twice_is_one() =>
        new Journey().On(Created()).On(Created()).Last.Verdict.ShouldBe(Verdict.Ignored);

    private static TransferClaim Register(Municipality policy, ClaimCreated created) =>
        new Journey(policy).On(created).Sent.ShouldHaveSingleItem().ShouldBeOfType<TransferClaim>();
}
