using System.Globalization;
using ClaimsTransfer.Fuzz.Running;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Fuzz;

public sealed class When_a_door_is_given_anything
{
    /// <summary>Caches fill, and code is compiled; what grew by input would be more after so many.</summary>
    private const long MostGrownBytes = 60_000_000;

    private static int Seed => int.Parse(Environment.GetEnvironmentVariable("CLAIMS_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);

    [TestCaseSource(typeof(AllDoors), nameof(AllDoors.Names))]
    public async Task It_answers_each_names_what_is_wrong_and_keeps_nothing_else(string name)
    {
        await using var door = AllDoors.Named(name);
        await door.OpenAsync();

        var report = await new FuzzRun(door, Seed).RunAsync(HowMany.Ordinarily(2_000, 100_000));

        TestContext.Progress.WriteLine(report);
        report.Faults.ShouldBeEmpty();
        report.GrownBytes.ShouldBeLessThan(MostGrownBytes);
        // Where everything is refused at once, nothing behind the first check was tried.
        report.Taken.ShouldBeGreaterThan(report.Inputs / 100);
    }
}
