using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Journeys.Running;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>Amounts and times look the same whatever language the machine speaks: who reads them is a program, or a person who compares two machines.</summary>
[TestFixture]
public sealed class When_the_machine_speaks_Danish
{
    private static readonly Dictionary<string, string> Danish = new(StringComparer.Ordinal) { ["LC_ALL"] = "da_DK.UTF-8", ["LANG"] = "da_DK.UTF-8" };

    [Test]
    public async Task run_and_report_write_points_and_colons_all_the_same()
    {
        var data = Folders.New("danish");
        await using var run = Command.Run(Danish, "--no-samples", "--data", data);
        using var system = await Wait.ForSystemAsync(data, run);
        await Wait.ForAsync("a line of figures", () => Task.FromResult(run.Said.Contains(" total ", StringComparison.Ordinal)), TimeSpan.FromMinutes(1), run);
        await using var report = Command.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Cli.dll"), "report", "--data", data], environment: Danish);
        (await report.EndAsync(TimeSpan.FromMinutes(1))).ShouldBe(ExitCodes.Done, report.Said);

        // In Danish it would be 14.05.09 and 0,00.
        run.Said.ShouldMatch(@"(?m)^\d\d:\d\d:\d\d total .*paid kr\. +0\.00 \| +0\.0/s");
        report.Said.ShouldMatch(@"total .* 0\.00 .* 0\.00");
    }
}
