using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

/// <summary>What a command wrote, and how it ended.</summary>
internal sealed record Said(int ExitCode, string Output, string Errors)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public Said ShouldEndWith(int exitCode)
    {
        ExitCode.ShouldBe(exitCode, $"{Output}\n{Errors}");
        return this;
    }
}

/// <summary><c>deploy/claims</c> as a process of its own, as built beside the tests. Its standard input is empty: nobody is asked.</summary>
internal static class Claims
{
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(3);
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Cli.dll");

    public static Task<Said> RunAsync(params string[] arguments) => WithAsync(null, null, arguments);

    public static Task<Said> WithAsync(string? token, string? input, params string[] arguments) => RunAsync("dotnet", [Program, .. arguments], token, input);

    /// <summary>On a terminal, where somebody types.</summary>
    public static Task<Said> OnTerminalAsync(string typed, params string[] arguments) =>
        RunAsync("script", ["-qec", string.Join(' ', ((string[])["dotnet", Program, .. arguments]).Select(word => $"'{word}'")), "/dev/null"], null, typed);

    private static async Task<Said> RunAsync(string program, IEnumerable<string> arguments, string? token, string? input)
    {
        var info = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        info.Environment["CLAIMS_HOME"] = Path.Combine(Path.GetTempPath(), "claims-test-no-home");
        info.Environment.Remove("CLAIMS_DATA");
        info.Environment.Remove("CLAIMS_TOKEN");
        if (token is not null)
            info.Environment["CLAIMS_TOKEN"] = token;
        using var process = new Process { StartInfo = info };
        var (output, errors) = (new StringBuilder(), new StringBuilder());
        process.OutputDataReceived += (_, line) => output.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Within);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"It did not end within {Within}. It said:\n{output}\n{errors}");
        }

        return new Said(process.ExitCode, output.ToString().Trim(), errors.ToString().Trim());
    }
}
