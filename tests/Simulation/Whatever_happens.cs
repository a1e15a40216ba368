using Shouldly;

namespace ClaimsTransfer.Simulation;

/// <summary>
/// Seeds in numbers. <c>CLAIMS_SIMULATION_SEED=123</c> runs one and prints its whole trace; <c>CLAIMS_SIMULATION_SEEDS=20000</c> runs more than the usual 1,000.
/// </summary>
public sealed class Whatever_happens
{
    [Test]
    public void The_guarantees_hold_for_every_seed()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("CLAIMS_SIMULATION_SEED"), out var only))
        {
            var history = new History(only);
            var broken = history.Live();
            TestContext.Out.WriteLine(string.Join(Environment.NewLine, history.World.Trace));
            broken.ShouldBeEmpty();
            return;
        }

        var seeds = int.TryParse(Environment.GetEnvironmentVariable("CLAIMS_SIMULATION_SEEDS"), out var many) ? many : 1000;
        for (var seed = 1; seed <= seeds; seed++)
            Holds(seed);
        TestContext.Out.WriteLine($"{seeds} seeds held.");
    }

    [Test]
    public void The_same_seed_is_the_same_history()
    {
        var (first, second) = (new History(7), new History(7));
        first.Live();
        second.Live();
        first.World.Trace.Count.ShouldBeGreaterThan(100);
        second.World.Trace.ShouldBe(first.World.Trace);
    }

    [Test]
    public void Claims_that_are_answered_with_nonsense_end_as_dead_letters_and_come_back()
    {
        // The seeds above would hold as well if nothing of the sort ever happened.
        var history = new History(seed: 1);
        history.Live().ShouldBeEmpty();
        history.DeadLetters.ShouldBeGreaterThan(0);
    }

    private static void Holds(int seed)
    {
        var history = new History(seed);
        var broken = history.Live();
        if (broken.Count == 0)
            return;
        Assert.Fail($"""
            Seed {seed} breaks a guarantee:
              {string.Join($"{Environment.NewLine}  ", broken)}

            {string.Join(Environment.NewLine, history.World.Trace.TakeLast(400))}

            Run it again: deploy/claims simulate --seed {seed}
            """);
    }
}
