using System.CommandLine;
using System.Net.Http.Json;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Operate;

/// <summary><c>claims release|retry|ask|cancel|reregister|readjust AGENCY FEEID --reason …</c>: a person acts on one claim; who and why stand in its timeline.</summary>
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
        var agency = new Argument<string>("AGENCY") { Description = "ISIL of the library agency, DK-710100." };
        var feeId = new Argument<long>("FEEID") { Description = "FBS's id of the fee, 434536." };
        var reason = new Option<string>("--reason") { Description = "Why; stands in the timeline. No names or CPR numbers.", Required = true };
        var who = new Option<string>("--who") { Description = "Who; your user name when absent.", DefaultValueFactory = _ => Environment.UserName };
        var command = new Command(operation, description) { agency, feeId, reason, who };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var (isil, fee) = (parsed.GetRequiredValue(agency), parsed.GetRequiredValue(feeId));
            var path = $"/routing/claims/{Uri.EscapeDataString(isil)}/{fee}/operations";
            using var response = await system.SendAsync("routing", path, () => new HttpRequestMessage(HttpMethod.Post, system.Address("routing", path))
            {
                Content = JsonContent.Create(new { operation, who = parsed.GetValue(who), why = parsed.GetValue(reason) }),
            }, cancellation);
            if (!response.IsSuccessStatusCode)
                throw new CommandFailure(
                    $"'{operation}' on {isil} {fee} was not taken ({(int)response.StatusCode}): {await response.Content.ReadAsStringAsync(cancellation)}",
                    $"Look at it with: claims status {isil} {fee}");
            Console.Out.WriteLine($"{operation} on {isil} {fee} is taken in; follow it with: claims status {isil} {fee}");
            return ExitCodes.Done;
        });
        return command;
    }
}
