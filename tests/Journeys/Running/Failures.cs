using System.Net.Http.Headers;
using System.Text.Json;
using ClaimsTransfer.Cli.Running;
using Shouldly;

namespace ClaimsTransfer.Journeys.Running;

/// <summary><c>claims failures …</c> and <c>claims audit …</c> as an operator runs them, with what they answer.</summary>
internal static class Failures
{
    /// <summary>The answer of a command that is asked for JSON, whatever else it says beside it.</summary>
    public static async Task<(int ExitCode, JsonElement Answer)> AskAsync(string data, params string[] arguments)
    {
        var file = Path.Combine(Path.GetTempPath(), $"claims-{Guid.NewGuid():N}.json");
        try
        {
            await using var command = Command.Start(
                "bash", ["-c", "exec dotnet \"$0\" \"${@:2}\" >\"$1\"", Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Cli.dll"), file, .. arguments, "--json", "--data", data]);
            var exitCode = await command.EndAsync(TimeSpan.FromMinutes(10));
            var text = await File.ReadAllTextAsync(file);
            text.ShouldStartWith("{", customMessage: command.Said);
            return (exitCode, JsonDocument.Parse(text).RootElement.Clone());
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The debtor systems answer properly again.</summary>
    public static async Task LiftFaultsAsync(RunningSystem system)
    {
        using var response = await system.Http.PostAsync(system.Address("sandbox", "/sandbox/faults"), new StringContent(""));
        response.IsSuccessStatusCode.ShouldBeTrue();
    }

    /// <summary>A replay as the console tells; null while the console is away.</summary>
    public static async Task<JsonElement?> ReplayAsync(RunningSystem system, string data, string replayId)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, system.Address("console", $"/console/api/replays/{replayId}"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(data, "console", "token"))).Trim());
            using var response = await system.Http.SendAsync(request);
            return response.IsSuccessStatusCode ? JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.Clone() : null;
        }
        catch (Exception away) when (away is HttpRequestException or IOException or TaskCanceledException)
        {
            return null;
        }
    }
}
