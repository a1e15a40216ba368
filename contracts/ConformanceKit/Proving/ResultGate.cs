using ClaimsTransfer.Defaults.Reading;
using System.Text.Json;
using ClaimsTransfer.ConformanceKit.Checks;

namespace ClaimsTransfer.ConformanceKit.Proving;

/// <summary>What a municipality asks of a result before its claims go live.</summary>
/// <param name="Trusted">Fingerprints of the keys that are believed; none: any, and the verdict says whose it is not known to be.</param>
/// <param name="Connector">The name and version that is to be installed; null: any.</param>
/// <param name="OldestInDays">How old the result may be.</param>
public sealed record GateTerms(IReadOnlyCollection<string> Trusted, string? Connector, int OldestInDays = 180)
{
    /// <summary>The full proof's number of instructions in a row.</summary>
    public const int Many = 10_000;
}

/// <summary>Reads a result and says why it does not open the gate. A gate that nothing was carried through stays closed.</summary>
public static class ResultGate
{
    /// <summary>Everything that speaks against it; empty: the gate is open.</summary>
    public static IReadOnlyList<string> Against(ConformanceResult result, GateTerms terms, DateTimeOffset now)
    {
        List<string> against = [];
        if (ResultSigner.FaultOf(result) is { } fault)
            against.Add(fault);
        else if (terms.Trusted.Count > 0 && !terms.Trusted.Contains(ResultSigner.FingerprintOf(result.Signature!), StringComparer.OrdinalIgnoreCase))
            against.Add($"It is signed by the key {ResultSigner.FingerprintOf(result.Signature!)}, which is none of those you trust.");
        if (terms.Connector is { } connector && connector != result.Connector)
            against.Add($"It is about '{result.Connector}', not about '{connector}'.");
        if (result.StartedAt > now || result.EndedAt < result.StartedAt)
            against.Add("Its times lie in the future, or run backwards.");
        else if (now - result.EndedAt > TimeSpan.FromDays(terms.OldestInDays))
            against.Add($"It is from {result.EndedAt:yyyy-MM-dd}, older than {terms.OldestInDays} days.");
        if (result.Many < GateTerms.Many)
            against.Add($"Only {result.Many} instructions were sent in a row; the full proof has {GateTerms.Many}.");
        if (result.Checks.Count == 0)
            against.Add("No check was run: nothing is proved.");
        foreach (var check in AllChecks.InOrder.Where(check => result.Checks.All(ran => ran.Name != check.Name)))
            against.Add($"{check.Name} was not run.");
        foreach (var twice in result.Checks.GroupBy(check => check.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            against.Add($"{twice.Key} stands there {twice.Count()} times.");
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        foreach (var check in result.Checks)
        {
            var waiver = result.Waivers.FirstOrDefault(waiver => waiver.Check == check.Name);
            switch (check.Outcome)
            {
                case CheckOutcome.Passed:
                    break;
                case CheckOutcome.Waived when waiver is not null && !waiver.HasExpired(today):
                    break;
                case CheckOutcome.Waived:
                    against.Add($"{check.Name} is waived{(waiver is null ? " by nobody" : $" until {waiver.Expires:yyyy-MM-dd}, which is past")}: {check.Got}");
                    break;
                default:
                    against.Add($"{check.Name} {(check.Outcome == CheckOutcome.NotRun ? "could not be run" : "failed")}: {check.Got}");
                    break;
            }
        }

        return against;
    }

    public static ConformanceResult Read(string path)
    {
        try
        {
            return new FileInfo(path).Length <= Bound.SettingsBytes
                ? ConformanceResult.Read(File.ReadAllText(path))
                : throw new IOException($"larger than the {Bound.SettingsBytes} bytes that are taken");
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ConformanceUsageException($"{path} is no result of the conformance kit: {fault.Message}\nOne is made by: claims conform --connector … --json {Path.GetFileName(path)}");
        }
    }
}
