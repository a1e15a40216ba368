using System.Diagnostics;

namespace ClaimsTransfer.Architecture;

/// <summary>The working copy the tests run in: they read the sources, not only what was compiled from them.</summary>
internal static class Repository
{
    private static readonly string[] BuildOutput = ["bin", "obj"];

    public static string Root { get; } = FindRoot();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>Files below a folder, relative to the root with forward slashes, build output left out.</summary>
    public static IReadOnlyList<string> FilesUnder(string folder, string pattern) =>
        Directory.EnumerateFiles(PathOf(folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Intersect(BuildOutput).Any())
            .Order(StringComparer.Ordinal)
            .ToList();

    /// <summary>What git tracks; ignores the test where the sources came without git.</summary>
    public static IReadOnlyList<string> TrackedFiles()
    {
        if (!Path.Exists(PathOf(".git")))
            Assert.Ignore("Not a git working copy: there are no tracked files to look at.");
        var start = new ProcessStartInfo("git", ["-C", Root, "-c", "core.quotePath=false", "ls-files"]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        var files = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        if (git.ExitCode != 0)
            throw new InvalidOperationException($"git ls-files ended with {git.ExitCode}.");
        return files;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ClaimsTransfer.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("No ClaimsTransfer.sln above the test's folder.");
    }
}
