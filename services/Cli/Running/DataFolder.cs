namespace ClaimsTransfer.Cli.Running;

/// <summary>Which data folder a command is about: the one given, else that of the last run.</summary>
public static class DataFolder
{
    /// <summary>Where runs without a folder of their own keep their data, and where the last run's folder is noted.</summary>
    public static string Home => Path.GetFullPath(Environment.GetEnvironmentVariable("CLAIMS_HOME") is { Length: > 0 } home ? home : "data");

    private static string Note => Path.Combine(Home, "last");

    public static void Remember(string data)
    {
        Directory.CreateDirectory(Home);
        File.WriteAllText(Note, Path.GetFullPath(data));
    }

    public static string Resolve(string? given)
    {
        if (!string.IsNullOrEmpty(given))
            return Path.GetFullPath(given);
        if (Environment.GetEnvironmentVariable("CLAIMS_DATA") is { Length: > 0 } set)
            return Path.GetFullPath(set);
        return File.Exists(Note) ? File.ReadAllText(Note).Trim() : Home;
    }
}
