using System.Globalization;
using ClaimsTransfer.Fuzz.Running;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Fuzz;

public sealed class When_a_door_is_given_anything
{
    /// <summary>Caches fill, and code is compiled; what grew by input would be more after so many.</summary>
    private const long MostGrownBytes = 60_000_000;

    private static int Seed => Number("CLAIMS_FUZZ_SEED") ?? 1;

    private static int Inputs => Number("CLAIMS_FUZZ_INPUTS") ?? HowMany.Ordinarily(2_000, 100_000);

    [TestCaseSource(typeof(AllDoors), nameof(AllDoors.Names))]
    public async Task It_answers_each_names_what_is_wrong_and_keeps_nothing_else(string name)
    {
        await using var door = AllDoors.Named(name);
        await door.OpenAsync();

        var report = await new FuzzRun(door, Seed).RunAsync(Inputs);

        TestContext.Progress.WriteLine(report);
        report.Faults.ShouldBeEmpty();
        report.GrownBytes.ShouldBeLessThan(MostGrownBytes);
        // Where everything is refused at once, nothing behind the first check was tried.
        report.Taken.ShouldBeGreaterThan(report.Inputs / 100);
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : null;
}
