using System.CommandLine;
using System.Text.Json;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Municipalities;

/// <summary><c>claims municipalities pause|resume CODE</c>: at its connector; who and why stand in the audit log.</summary>
internal static class PauseMunicipality
{
    public static Command Create(WhereOptions where, ConsoleAccess access, string action, string description, string done)
    {
        var code = new Argument<string>("CODE") { Description = "Four digits, 0101." };
        var reason = ConsoleAccess.Reason();
        var command = new Command(action, description) { code, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var municipality = parsed.GetRequiredValue(code);
            await access.Open(system, parsed)
                .PostAsync<JsonDocument>($"/municipalities/{Uri.EscapeDataString(municipality)}/{action}", new { why = parsed.GetRequiredValue(reason) }, cancellation);
            Console.Out.WriteLine($"{Shown.Line(municipality)} is {done}.");
            return ExitCodes.Done;
        });
        return command;
    }
}
