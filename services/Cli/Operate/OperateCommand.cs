using System.CommandLine;
using System.Net.Http.Json;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Operate;

/// <summary>
/// <c>claims release|retry|ask|cancel|reregister|readjust AGENCY FEEID --reason …</c>: a person acts on one claim; who and why stand in its timeline. Through the console where
/// one runs, so that they stand in the audit log too; straight to Routing where none does: a claim must not wait for the console.
/// </summary>
public static class OperateCommand
{
    public static IEnumerable<Command> CreateAll(WhereOptions where)
    {
        yield return Create(where, "release", "Send a held claim on its way.");
        yield return Create(where, "retry", "Send a rejected or unknown claim again; the debtor system is asked first.");
        yield return Create(where, "ask", "Ask the debtor system what it knows of the claim.");
        yield return Create(where, "cancel", "Cancel the claim, in the debtor system too when it is there.");
        yield return Create(where, "reregister", "Register an acknowledged claim again that the debtor system does not have any more.");
        yield return Create(where, "readjust", "Tell the debtor system again what an acknowledged claim is for.");
    }

    private static Command Create(WhereOptions where, string operation, string description)
    {
        var agency = ClaimArguments.Agency();
        var feeId = ClaimArguments.FeeId();
        var reason = ConsoleAccess.Reason();
        var access = new ConsoleAccess(where);
        var command = new Command(operation, description) { agency, feeId, reason };
        access.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var (isil, fee, why) = (parsed.GetRequiredValue(agency), parsed.GetRequiredValue(feeId), parsed.GetRequiredValue(reason));
            if (access.TryOpen(system, parsed) is not { } console || !await ThroughConsoleAsync(console, operation, isil, fee, why, cancellation))
                await StraightAsync(system, operation, isil, fee, access.Who(parsed), why, cancellation);
            Console.Out.WriteLine($"{operation} on {isil} {fee} is taken in; follow it with: claims status {isil} {fee}");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <returns>False: no console is there that takes it.</returns>
    private static Task<bool> ThroughConsoleAsync(ConsoleApi console, string operation, string agency, long feeId, string why, CancellationToken cancellation) => console.TryPostAsync(
        $"/claims/{Uri.EscapeDataString(agency)}/{feeId}/{operation}", new { why }, "It goes straight to Routing; the claim's timeline has it, the audit log has not.",
        refusal => NotTaken(operation, agency, feeId, refusal.Status, refusal.Detail ?? ""), cancellation);

    private static async Task StraightAsync(RunningSystem system, string operation, string agency, long feeId, string who, string why, CancellationToken cancellation)
    {
        var path = $"/routing/claims/{Uri.EscapeDataString(agency)}/{feeId}/operations";
        using var response = await system.SendAsync("routing", path, () => new HttpRequestMessage(HttpMethod.Post, system.Address("routing", path))
        {
            Content = JsonContent.Create(new { operation, who, why }),
        }, cancellation);
        if (!response.IsSuccessStatusCode)
            throw NotTaken(operation, agency, feeId, (int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
    }

    private static CommandFailure NotTaken(string operation, string agency, long feeId, int status, string why) =>
        new($"'{operation}' on {agency} {feeId} was not taken ({status}): {Shown.Lines(why)}", $"Look at it with: claims status {agency} {feeId}");
}
