namespace ClaimsTransfer.Journeys.Running;

/// <summary>Where the journeys keep their data: under <c>TESTS_DATA</c> when it is set.</summary>
internal static class Folders
{
    public static readonly string Data = Path.Combine(Environment.GetEnvironmentVariable("TESTS_DATA") is { Length: > 0 } given ? given : Path.GetTempPath(), $"claims-journeys-{Environment.ProcessId}");

    /// <summary>A fresh folder that servers under accounts of their own can reach.</summary>
    public static string New(string name)
    {
        var folder = Path.Combine(Data, name);
        Directory.CreateDirectory(folder);
        foreach (var open in (string[])[Data, folder])
            File.SetUnixFileMode(open, (UnixFileMode)0b111_101_101);
        return folder;
    }
}

/// <summary>Leaves nothing on disk when all went well.</summary>
[SetUpFixture]
public sealed class AfterAllJourneys
{
    [OneTimeTearDown]
    public void Clean()
    {
        if (TestContext.CurrentContext.Result.FailCount == 0 && Directory.Exists(Folders.Data))
            Directory.Delete(Folders.Data, recursive: true);
    }
}
