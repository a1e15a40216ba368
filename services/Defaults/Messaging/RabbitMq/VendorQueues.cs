using System.Text.Json;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>
/// The one policy of ours: a limit in bytes on every queue that a vendor fills, which are its intake at Routing and Payments, and the dead-letter queues
/// behind its intake and its connector. A policy reaches queues that stand, whose own arguments never change; of a policy's and an argument's limit the lower
/// holds.
/// </summary>
public static class VendorQueues
{
    public const string PolicyName = "vendor-queues";

    /// <summary>A queue that a service declares where no definitions were imported has the limit as an argument of its own.</summary>
    public const string Argument = "x-max-length-bytes";

    private static readonly TimeSpan MatchWithin = TimeSpan.FromSeconds(1);

    public static string Pattern { get; } = string.Concat(
        $@"^(({Topology.RoutingQueue}|{Topology.PaymentsQueue})\.({string.Join('|', Enum.GetValues<Vendor>().Select(BrokerUsers.Short))})(_error|_dead)?",
        @"|transfer-claim\.[0-9]{4}_(error|dead))$");

    /// <summary>Error queues have no overflow of their own, and the broker's default is to drop the oldest: both stand in one policy, or neither.</summary>
    public static IReadOnlyDictionary<string, object?> Policy { get; } = new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["max-length-bytes"] = Topology.VendorQueueBytes,
        ["overflow"] = "reject-publish",
    };

    /// <summary>Whether a rule that holds for a queue is this policy's, and with it all of the policy.</summary>
    public static bool Allows(string queue, JsonProperty rule, JsonElement all) =>
        rule.Name == "max-length-bytes" && Regex.IsMatch(queue, Pattern, RegexOptions.CultureInvariant, MatchWithin)
        && rule.Value.TryGetInt64(out var bytes) && bytes == Topology.VendorQueueBytes
        && all.TryGetProperty("overflow", out var overflow) && overflow.ValueEquals("reject-publish"u8);

    internal static Dictionary<string, object?> Limited(Dictionary<string, object?> arguments) =>
        new(arguments, StringComparer.Ordinal) { [Argument] = Topology.VendorQueueBytes };
}
