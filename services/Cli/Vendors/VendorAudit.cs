using System.CommandLine;
using System.Text.Json;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Vendors;

/// <summary>Writes what is done about a vendor into the audit log, through the console where one runs. Where none does it is done all the same: access must not outlive the console.</summary>
internal sealed class VendorAudit(WhereOptions where, ConsoleAccess access)
{
    /// <summary>Before it is done, and once more when it is.</summary>
    /// <exception cref="ConsoleRefusal">The console is there and says no.</exception>
    public async Task RecordAsync(ParseResult parsed, string vendor, string act, string why, string outcome, IReadOnlyList<string> steps, CancellationToken cancellation)
    {
        try
        {
            using var system = where.Find(parsed);
            if (Open(system, parsed) is { } console)
                await console.PostAsync<JsonDocument>($"/vendors/{vendor}/{act}", new { why, outcome, steps }, cancellation);
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
