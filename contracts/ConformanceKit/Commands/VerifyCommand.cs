using System.CommandLine;
using ClaimsTransfer.ConformanceKit.Proving;

namespace ClaimsTransfer.ConformanceKit.Commands;

/// <summary><c>claims conform verify RESULT</c>: the gate before a municipality goes live. Ends with 0 only when everything was run and passed, or is waived today.</summary>
internal static class VerifyCommand
{
    public static Command Create(TimeProvider time)
    {
        var file = new Argument<string>("RESULT") { Description = "The JSON that the kit has written." };
        var trust = new Option<string[]>("--trust") { Description = "Fingerprint of a key that you believe; may be given several times.", AllowMultipleArgumentsPerToken = true, HelpName = "FINGERPRINT" };
        var connector = new Option<string?>("--connector-version") { Description = "What is to be installed, name and version, as the result must have it.", HelpName = "TEXT" };
        var age = new Option<int>("--max-age") { Description = "How many days old the result may be.", DefaultValueFactory = _ => 180, HelpName = "DAYS" };
        var command = new Command("verify", "The gate: whether a result proves that a connector may be trusted with a municipality's claims.") { file, trust, connector, age };
        command.SetAction((parsed, _) => ConformCommand.GuardedAsync(() =>
        {
            var terms = new GateTerms([.. (parsed.GetValue(trust) ?? []).Select(FingerprintOf)], parsed.GetValue(connector), parsed.GetValue(age));
            return Task.FromResult(Verify(ResultGate.Read(parsed.GetRequiredValue(file)), terms, time.GetUtcNow()));
        }));
        return command;
    }

    private static int Verify(ConformanceResult result, GateTerms terms, DateTimeOffset now)
    {
        foreach (var waiver in result.Waivers)
            Console.Out.WriteLine($"waived {waiver.Check} until {waiver.Expires:yyyy-MM-dd}: {waiver.Reason}");
        Console.Out.WriteLine($"{result.Connector}, proved {result.EndedAt:yyyy-MM-dd} by kit {result.Kit}: {result.Count(CheckOutcome.Passed)} passed, {result.Count(CheckOutcome.Failed)} failed, {result.Count(CheckOutcome.NotRun)} could not be run, {result.Count(CheckOutcome.Waived)} waived");
        var against = ResultGate.Against(result, terms, now);
        if (against.Count == 0)
        {
            var fingerprint = ResultSigner.FingerprintOf(result.Signature!);
            Console.Out.WriteLine(terms.Trusted.Count > 0 ? $"The gate is open: signed by {fingerprint}, which you trust." : $"The gate is open. Signed by {fingerprint}: ask the vendor whether that is its key, and name it with --trust.");
            return 0;
        }

        foreach (var reason in against)
            Console.Out.WriteLine($"- {reason}");
        Console.Out.WriteLine("The gate stays closed.");
        return ConformCommand.NotPassed;
    }

    private static string FingerprintOf(string text) =>
        text.Length == 64 && text.All(char.IsAsciiHexDigit)
            ? text
            : throw new ConformanceUsageException($"--trust '{text}' is no fingerprint of 64 hex digits. conform verify prints that of a result; the vendor tells you its own.");
}
