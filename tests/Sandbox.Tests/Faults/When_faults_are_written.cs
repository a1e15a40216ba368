using ClaimsTransfer.Sandbox.Faults;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Faults;

public sealed class When_faults_are_written
{
    [Test]
    public void Every_fault_of_the_example_is_read()
    {
        var plan = FaultPlan.Parse(FaultPlan.Example);

        (plan.DropReply, plan.Unavailable, plan.Reject, plan.DuplicateReceipt, plan.Blind).ShouldBe((0.05, 0.02, 0.01, 0.05, true));
        (plan.LateReceipt, plan.Slow).ShouldBe((TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(50)));
        plan.CutFile.ShouldBe(0.05);
        plan.Poison.ShouldBe(0.05);
        plan.Down.ShouldBe(["0751", "0101"], ignoreOrder: true);
    }

    [Test]
    public void What_is_shown_gives_the_same_plan_again() =>
        FaultPlan.Parse(FaultPlan.Parse(FaultPlan.Example).ToString()).ToString().ShouldBe(FaultPlan.Parse(FaultPlan.Example).ToString());

    [TestCase("")]
    [TestCase(null)]
    [TestCase("  , ")]
    public void Nothing_lifts_all(string? text) => FaultPlan.Parse(text).ToString().ShouldBe("");

    [TestCase("drop-replies=0.05", "drop-replies", "drop-reply")]
    [TestCase("reject=5", "'5'", "0.05")]
    [TestCase("reject=-0.1", "'-0.1'", "0.05")]
    [TestCase("reject=NaN", "'NaN'", "0.05")]
    [TestCase("reject", "''", "0.05")]
    [TestCase("cut-file=2", "'2'", "0.05")]
    [TestCase("poison=1.5", "'1.5'", "0.05")]
    [TestCase("slow=50", "'50'", "50ms")]
    [TestCase("slow=2h", "'2h'", "50ms")]
    [TestCase("late-receipt=99m", "'99m'", "2s")]
    [TestCase("down=751", "'751'", "0751")]
    [TestCase("down=", "''", "0751")]
    [TestCase("blind=no", "'no'", "blind")]
    [TestCase("reject=0.1,reject=0.2", "twice", "0.05")]
    public void A_bad_one_is_named_with_its_value_and_a_good_example(string text, string value, string example)
    {
        FaultPlan.TryParse(text, out _, out var error).ShouldBeFalse();

        error.ShouldContain(value);
        error.ShouldContain(example);
    }

    [Test]
    public void The_same_seed_hits_the_same_calls_and_about_the_share()
    {
        static bool[] Hit(int seed)
        {
            var faults = new FaultControl(FaultPlan.Parse("drop-reply=0.1"), seed);
            return [.. Enumerable.Range(0, 10_000).Select(call => faults.OfCall("0101", $"call-{call}").DropReply)];
        }

        Hit(1).ShouldBe(Hit(1));
        Hit(1).SequenceEqual(Hit(2)).ShouldBeFalse();
        Hit(1).Count(hit => hit).ShouldBeInRange(900, 1100);
    }

    [Test]
    public void A_call_that_was_hit_draws_anew_when_it_comes_again()
    {
        var faults = new FaultControl(FaultPlan.Parse("unavailable=0.5"));

        // All of 100 calls come through within 30 attempts; a lot that is drawn once would keep half of them away for ever.
        Enumerable.Range(0, 100).ShouldAllBe(call => Enumerable.Range(0, 30).Any(_ => !faults.OfCall("0101", $"call-{call}").Unavailable));
    }
}
