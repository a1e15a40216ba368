using ClaimsTransfer.ConformanceKit.Checks;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Standalone.Conforming;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Conformance.Tests;

/// <summary>Each of the three as a process of its own, before the sandbox's stand-in of its debtor system: every check of every level. The full number in a row is for the command.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class When_our_own_connectors_are_proved
{
    private const int Many = 1_000;

    /// <summary>Prisme takes 500 in a file, four files at a time, and as many are fetched before it is known to be away: half of it is more than that.</summary>
    private const int Backlog = 9_000;

    public static IEnumerable<string> Names => OurConnector.All.Keys;

    [TestCaseSource(nameof(Names))]
    public async Task every_check_passes(string name)
    {
        using var folder = new TemporaryFolder();
        var options = new BenchOptions { Municipality = $"98{Names.ToList().IndexOf(name):D2}", Many = Many, Backlog = name == nameof(Vendor.Prisme) ? Backlog : Backlog / 3, Patience = TimeSpan.FromSeconds(60) };

        var result = await Proof.OfAsync(OurConnector.All[name](folder.Path), options, folder.Path);

        result.Failures().ShouldBeEmpty();
        result.Checks.Select(check => check.Name).ShouldBe(AllChecks.InOrder.Select(check => check.Name));
        result.Connector.ShouldStartWith(name);
    }
}
