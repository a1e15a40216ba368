using ClaimsTransfer.Benchmarks.Measuring;
using Shouldly;

namespace ClaimsTransfer.Benchmarks;

/// <summary>A benchmark that no longer completes measures nothing. How fast is not asked here: the machine of a test run is nobody's.</summary>
public sealed class When_all_sides_carry_the_same_claims
{
    private static IEnumerable<Side> Sides => Enum.GetValues<Side>().Where(side => side != Side.Before);

    [TestCaseSource(nameof(Sides))]
    [CancelAfter(300_000)]
    public async Task every_claim_is_transferred_once(Side side, CancellationToken cancellation)
    {
        using var folder = new BenchFolder(null);
        var settings = BenchSettings.Smoke([side], folder.Path);

        // What its database holds in the end is looked at in every round.
        var report = await Bench.RunAsync(settings, TestContext.Out, cancellation);

        var measured = report.Of(side).ShouldHaveSingleItem();
        measured.Claims.ShouldBe(300);
        measured.Repeated.ShouldBe(0, "nothing was told twice");
        // The kernel counts CPU in hundredths of a second: of so few claims a process may have used less.
        measured.Cpu.Seconds.ShouldAllBe(process => process.Value >= 0);
        measured.Cpu.Seconds.Sum(process => process.Value).ShouldBePositive();
        report.Processes.ShouldContain("postgresql");
        if (side == Side.PerMessage)
            measured.Commits.ShouldBeInRange(1200, 1300, "one transaction a message, four messages a claim");
        else if (side is Side.PerBatch or Side.Raw)
            measured.Commits.ShouldBeLessThan(600, "one transaction a batch");
    }
}
