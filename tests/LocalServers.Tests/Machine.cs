using System.Diagnostics;
using Shouldly;

namespace ClaimsTransfer.LocalServers.Tests;

/// <summary>What only root may do to the machine under a test; where it may not, the test is skipped and says so.</summary>
internal static class Machine
{
    public static void NeedsRoot()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("Only root starts servers under accounts of their own.");
    }

    public static async Task RunAsync(string command)
    {
        var (exitCode, said) = await TryAsync(command);
        exitCode.ShouldBe(0, said);
    }

    /// <summary>A file system in memory.</summary>
    public static async Task<IAsyncDisposable> MountAsync(string folder, string options)
    {
        var (exitCode, said) = await TryAsync($"mount -t tmpfs -o {options} tmpfs '{folder}'");
        if (exitCode != 0)
            Assert.Ignore($"No file system can be mounted here: {said}");
        return new Mounted(folder);
    }

    private static async Task<(int ExitCode, string Said)> TryAsync(string command)
    {
        var info = new ProcessStartInfo("sh", ["-c", command]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(info)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, $"{await output}{await errors}");
    }

    private sealed class Mounted(string folder) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await RunAsync($"umount '{folder}'");
    }
}
