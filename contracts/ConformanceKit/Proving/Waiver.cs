using System.Text.Json;
using ClaimsTransfer.ConformanceKit.Checks;

namespace ClaimsTransfer.ConformanceKit.Proving;

/// <summary>A check that may fail for now: somebody knows of it, says why, and until when. Printed before anything else.</summary>
/// <param name="Check">Its name, <c>money.cut</c>.</param>
/// <param name="Reason">Why, for those who read the result; at least a sentence.</param>
/// <param name="Expires">The last day it counts, also when the result is verified later.</param>
public sealed record Waiver(string Check, string Reason, DateOnly Expires)
{
    public const string Example = """[{ "check": "money.cut", "reason": "The vendor's file transfer is replaced in March; watched by hand until then.", "expires": "2027-03-31" }]""";

    private const int ShortestReason = 20;
    private const int LongestLifeInDays = 366;

    public bool HasExpired(DateOnly today) => Expires < today;

    /// <summary>Reads a file of waivers; throws with what is wrong, and a good example.</summary>
    public static IReadOnlyList<Waiver> Read(string path, DateOnly today)
    {
        IReadOnlyList<Waiver>? waivers;
        try
        {
            waivers = JsonSerializer.Deserialize(File.ReadAllBytes(path), ResultJson.Default.IReadOnlyListWaiver);
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ConformanceUsageException($"The waivers in {path} cannot be read: {fault.Message}\nA good file: {Example}");
        }

        foreach (var waiver in waivers ?? [])
        {
            var fault =
                AllChecks.InOrder.All(check => check.Name != waiver.Check) ? $"there is no check '{waiver.Check}'; claims conform checks lists them"
                : (waiver.Reason ?? "").Trim().Length < ShortestReason ? $"the waiver of {waiver.Check} needs a reason of a sentence at least"
                : waiver.Expires.DayNumber - today.DayNumber > LongestLifeInDays ? $"the waiver of {waiver.Check} expires {waiver.Expires:yyyy-MM-dd}, more than a year from now"
                : null;
            if (fault is not null)
                throw new ConformanceUsageException($"{path}: {fault}.\nA good file: {Example}");
        }

        return waivers ?? [];
    }
}

/// <summary>The command was given something that it cannot work with; the text says what, and what would be right.</summary>
public sealed class ConformanceUsageException(string message) : Exception(message);
