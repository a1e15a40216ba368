using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;

namespace ClaimsTransfer.OperationsConsole.Overview;

/// <summary>Where a municipality's claims are now. Absent figures: the service that has them could not be asked.</summary>
/// <param name="Vendor">Empty: the municipality is not configured any more.</param>
/// <param name="Connector">Absent too where no connector serves it.</param>
/// <param name="QueueDepth">Instructions that wait for the connector on the broker.</param>
/// <param name="DeadLetters">Messages that could not be handled and wait for somebody.</param>
public sealed record MunicipalityFlow(
    string Code, string Name, string Vendor, string Stage, IngestFigures? Ingest, RoutingFigures? Routing, PaymentsFigures? Payments, ConnectorStanding? Connector, long? QueueDepth,
    long DeadLetters)
{
    /// <summary>Everything of the municipalities that this person sees, by code; also of those that are configured no more.</summary>
    public static IReadOnlyList<MunicipalityFlow> Of(Actor actor, IMunicipalities municipalities, FiguresNow now, IReadOnlyDictionary<string, long> deadLetters)
    {
        IEnumerable<string> codes = municipalities.All.Select(municipality => municipality.Code);
        codes = codes.Concat(now.Ingest?.Municipalities.Keys ?? []).Concat(now.Routing?.Municipalities.Keys ?? []).Concat(deadLetters.Keys);
        return [.. codes.Where(code => code.Length > 0 && actor.Sees(code)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(code => Of(code, municipalities.Find(code), now, deadLetters.GetValueOrDefault(code)))];
    }

    private static MunicipalityFlow Of(string code, Municipality? known, FiguresNow now, long deadLetters) => new(
        code, known?.Name ?? code, known?.Vendor.ToString() ?? "", known?.Stage.ToString() ?? "", now.Ingest is null ? null : now.Ingest.Municipalities.GetValueOrDefault(code) ?? new IngestFigures(),
        now.Routing is null ? null : now.Routing.Municipalities.GetValueOrDefault(code) ?? new RoutingFigures(),
        now.Payments is null ? null : now.Payments.Municipalities.GetValueOrDefault(code) ?? new PaymentsFigures(), now.Connectors.GetValueOrDefault(code),
        now.Queues is null ? null : now.Queues.GetValueOrDefault(Topology.TransferQueue(code)), deadLetters);
}
