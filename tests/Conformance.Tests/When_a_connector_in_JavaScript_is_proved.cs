using System.Diagnostics;
using System.Runtime.CompilerServices;
using ClaimsTransfer.ConformanceKit.Checks;
using ClaimsTransfer.ConformanceKit.Starting;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Conformance.Tests;

/// <summary>The wire documents are enough: a connector that knows nothing of .NET passes every check of every level.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class When_a_connector_in_JavaScript_is_proved
{
    private const int Many = 2_000;

    [Test]
    public async Task every_check_passes()
    {
        using var folder = new TemporaryFolder();
        var connector = Path.Combine(folder.Path, "JavaScriptConnector");
        Copy(Source(), connector);
        await InstallAsync(connector);
        var options = new BenchOptions { Municipality = "9790", Many = Many, Backlog = Many, Patience = TimeSpan.FromSeconds(60) };
        var factory = new CommandFactory($"node \"{Path.Combine(connector, "main.js")}\"", query: null, "JavaScriptConnector", TimeProvider.System);

        var result = await Proof.OfAsync(factory, options, folder.Path);

        result.Failures().ShouldBeEmpty();
        result.Checks.Count.ShouldBe(AllChecks.InOrder.Count);
    }

    /// <summary>From the lock file alone, beside the repository and not in it.</summary>
    private static async Task InstallAsync(string folder)
    {
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"])
        {
            WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var (said, wrong) = (npm.StandardOutput.ReadToEndAsync(), npm.StandardError.ReadToEndAsync());
        await npm.WaitForExitAsync();
        npm.ExitCode.ShouldBe(0, $"npm ci needs a registry of npm packages: {await said} {await wrong}");
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(from, file);
            if (relative.StartsWith("node_modules", StringComparison.Ordinal))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(to, relative))!);
            File.Copy(file, Path.Combine(to, relative));
        }
    }

    private static string Source([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "JavaScriptConnector");
}
