using System.Collections.Concurrent;
using System.Diagnostics;

namespace ClaimsTransfer.Packages.Tests;

/// <summary>Runs what a person would type, and fails with everything it said.</summary>
internal static class Shell
{
    /// <summary>What the test's own dotnet tells its children of itself would have them use its parts.</summary>
    private static readonly string[] NotInherited = ["MSBuildSDKsPath", "MSBuildExtensionsPath", "MSBUILD_EXE_PATH", "MSBuildLoadMicrosoftTargetsReadOnly", "DOTNET_HOST_PATH"];

    /// <param name="commands">Lines of bash; the first that fails ends them.</param>
    /// <returns>What they said, output and errors.</returns>
    public static async Task<string> RunAsync(string commands, string folder, IReadOnlyDictionary<string, string> environment, TimeSpan within)
    {
        var info = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", commands])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var name in NotInherited)
            info.Environment.Remove(name);
        // No process of the build outlives it.
        (info.Environment["MSBUILDDISABLENODEREUSE"], info.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"]) = ("1", "0");
        (info.Environment["DOTNET_NOLOGO"], info.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"]) = ("1", "1");
        foreach (var (name, value) in environment)
            info.Environment[name] = value;

        using var process = Process.Start(info) ?? throw new InvalidOperationException("bash did not start.");
        var said = new ConcurrentQueue<string>();
        void Hear(string? line)
        {
            if (line is not null)
                said.Enqueue(line);
        }

        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var deadline = new CancellationTokenSource(within);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"Not done within {within}:\n{commands}\nIt said:\n{string.Join('\n', said)}");
        }

        if (process.ExitCode != 0)
            Assert.Fail($"Ended with {process.ExitCode}:\n{commands}\nIt said:\n{string.Join('\n', said)}");
        return string.Join('\n', said);
    }
}
