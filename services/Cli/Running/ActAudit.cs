using System.CommandLine;
using System.Text.Json;

namespace ClaimsTransfer.Cli.Running;

/// <summary>Writes what is done about a vendor's or sender's access into the audit log, through the console where one runs. Where none does it is done all the same: access must not outlive the console.</summary>
/// <param name="group">Of the console's API: <c>vendors</c> or <c>senders</c>.</param>
internal sealed class ActAudit(WhereOptions where, ConsoleAccess access, string group)
{
    /// <summary>Before it is done, and once more when it is.</summary>
    /// <exception cref="ConsoleRefusal">The console is there and says no.</exception>
    public async Task RecordAsync(ParseResult parsed, string subject, string act, string why, string outcome, IReadOnlyList<string> steps, CancellationToken cancellation)
    {
        try
        {
            using var system = where.Find(parsed);
            if (Open(system, parsed) is { } console)
                await console.PostAsync<JsonDocument>($"/{group}/{subject}/{act}", new { why, outcome, steps }, cancellation);
            else
                await Console.Error.WriteLineAsync($"No console runs in {system.Where}: the audit log does not have this.");
        }
        catch (ConsoleAway away)
        {
            await Console.Error.WriteLineAsync($"{away.Tried} The audit log does not have this.");
        }
    }

    private ConsoleApi? Open(RunningSystem system, ParseResult parsed)
    {
        try
        {
            _ = system.Endpoints;
        }
        catch (CommandFailure)
        {
            // Nothing runs on this data folder.
            return null;
        }

        return access.TryOpen(system, parsed);
    }
}
