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
        if (OperatingSystem.IsWindows())
            return folder;
        foreach (var open in (string[])[Data, folder])
            File.SetUnixFileMode(open, (UnixFileMode)0b111_101_101);
        return folder;
    }
}
