using System.Diagnostics;

namespace ClaimsTransfer.Isolation.Tests.Keys;

/// <summary>What a command wrote, and how it ended.</summary>
internal sealed record Said(int ExitCode, string Output, string Errors);

/// <summary><c>deploy/claims</c> as a process of its own, as built beside the tests, with the settings of an installation.</summary>
internal static class Claims
{
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(2);

    public static async Task<Said> RunAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Cli.dll"), .. arguments])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        info.Environment["CLAIMS_HOME"] = Path.Combine(Path.GetTempPath(), "claims-test-no-home");
        foreach (var (name, value) in settings)
            info.Environment[name] = value;
        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(Within);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"claims {string.Join(' ', arguments)} did not end within {Within}.");
        }

        return new Said(process.ExitCode, await output, await errors);
    }
}
