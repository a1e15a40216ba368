using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Defaults.Telemetry;

/// <summary>Where messages go to or come from, as spans and figures may say it: what a sender has made up stands in none of them.</summary>
/// <param name="Name">Null where the messages of a batch have several.</param>
/// <param name="Template">The same for all municipalities; null where they have no part in the name.</param>
/// <param name="RoutingKey">A municipality.</param>
internal readonly record struct Destination(string? Name, string? Template = null, string? RoutingKey = null)
{
    private const string AnyMunicipality = "{municipality}";

    private static readonly HashSet<string> Exchanges =
        [.. Topology.Queues([]).SelectMany(queue => queue.Bindings).Select(binding => binding.Exchange), MessageNames.TransferClaim];

    /// <summary>Few values, fit for a span's name and a figure.</summary>
    public string? Shown => Template ?? Name;

    public static Destination Of(IReadOnlyList<OutgoingMessage> messages)
    {
        var (exchange, key) = (messages[0].Name, messages[0].RoutingKey);
        if (!Exchanges.Contains(exchange) || messages.Any(message => message.Name != exchange))
            return default;
        if (messages.All(message => !IsMunicipality(message.RoutingKey)))
            return new Destination(exchange);
        var template = $"{exchange}:{AnyMunicipality}";
        return messages.All(message => message.RoutingKey == key) ? new Destination($"{exchange}:{key}", template, key) : new Destination(null, template);
    }

    public static Destination Of(string queue) => Topology.MunicipalityOf(queue) is { Length: >= 4 } rest && IsMunicipality(rest[..4])
        ? new Destination(queue, $"{Topology.TransferQueue(AnyMunicipality)}{rest[4..]}", rest[..4])
        : new Destination(queue);

    private static bool IsMunicipality(string key) => key.Length == 4 && !key.AsSpan().ContainsAnyExceptInRange('0', '9');
}
