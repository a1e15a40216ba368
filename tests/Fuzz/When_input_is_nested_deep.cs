using System.Diagnostics;
using Shouldly;

namespace ClaimsTransfer.Fuzz;

/// <summary>What a reader that calls itself does with nesting cannot be caught: the process is gone. So the door stands in a process of its own.</summary>
public sealed class When_input_is_nested_deep
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [TestCase("ingest-broker", 400_000)]
    [TestCase("ingest-claims", 400_000)]
    [TestCase("ingest-lines", 400_000)]
    [TestCase("ingest-fbs-fees", 400_000)]
    [TestCase("payments-replies", 1_000_000)]
    [TestCase("opus-callback", 200_000)]
    [TestCase("opus-replies", 1_000_000)]
    [TestCase("indsigt-replies", 1_000_000)]
    [TestCase("fbs-replies", 1_000_000)]
    [TestCase("municipalities", 100_000)]
    [TestCase("console-api", 1_000_000)]
    [TestCase("conformance-results", 1_000_000)]
    public async Task The_process_lives_and_the_door_says_no(string door, int depth)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", typeof(AllDoors).Assembly.Location, door, $"{depth}"])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync();
        var complained = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }

        process.ExitCode.ShouldBe(0, (await complained)[..Math.Min((await complained).Length, 2_000)]);
        (await said).ShouldContain("refused");
    }
}
