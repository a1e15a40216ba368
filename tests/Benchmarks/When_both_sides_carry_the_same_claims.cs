using ClaimsTransfer.Benchmarks.Measuring;
using Shouldly;

namespace ClaimsTransfer.Benchmarks;

/// <summary>A benchmark that no longer completes measures nothing. How fast is not asked here: the machine of a test run is nobody's.</summary>
public sealed class When_both_sides_carry_the_same_claims
{
    [Test]
    [CancelAfter(300_000)]
    public async Task all_of_them_arrive_on_both(CancellationToken cancellation)
    {
        using var folder = new BenchFolder(null);
        var settings = new BenchSettings(Claims: 300, Warmup: 100, Rounds: 1, Municipalities: 3, Enum.GetValues<Side>(), folder.Path);

        var report = await Bench.RunAsync(settings, TestContext.Out, cancellation);

        report.PrintRatio(TestContext.Out);
        foreach (var side in settings.Sides)
        {
            var measured = report.Of(side).ShouldHaveSingleItem();
            measured.Claims.ShouldBe(300);
            measured.Commits.ShouldBePositive();
            measured.Cpu.Seconds.Select(process => process.Key).ShouldContain("postgresql");
        }
        // PostgreSQL counts commits a little late, so not every one of the four a claim is seen: but more than one a claim, which no batch would need.
        report.Of(Side.Baseline)[0].Commits.ShouldBeGreaterThan(300, "the baseline has one transaction a message");
    }
}
