using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Overview;

namespace ClaimsTransfer.OperationsConsole.Municipalities;

/// <summary>A municipality: what it decided, how its connector stands, what waits and what has come through.</summary>
/// <param name="Connector">Absent: its connector could not be asked, or does not serve it.</param>
/// <param name="QueueDepth">Instructions that wait for the connector on the broker; absent: the broker could not be asked.</param>
public sealed record MunicipalityView(
    string Code, string Name, string Cvr, Vendor Vendor, Stage Stage, DateOnly Cutover, MinorPolicy MinorPolicy, int ChildMaxAge, long MinimumAmountOre, int? RatePerSecond,
    int Concurrency, PaymentsToFbs PaymentsToFbs, int RetentionYears, ConnectorStanding? Connector, long? QueueDepth, MunicipalityFigures Figures)
{
    internal static MunicipalityView Of(Municipality municipality, MunicipalityFlow flow) => new(
        municipality.Code, municipality.Name, municipality.Cvr, municipality.Vendor, municipality.Stage, municipality.Cutover, municipality.MinorPolicy, municipality.ChildMaxAge,
        municipality.MinimumAmountOre, municipality.RatePerSecond, municipality.Concurrency, municipality.PaymentsToFbs, municipality.RetentionYears, flow.Connector, flow.QueueDepth, MunicipalityFigures.Of(flow));
}

/// <summary>Claims and amounts in øre; absent: the service that knows could not be asked.</summary>
/// <param name="DeadLetters">Messages that could not be handled and wait for somebody.</param>
/// <param name="Unmatched">Lines of the worklist.</param>
public sealed record MunicipalityFigures(
    long? Accepted, long? AcceptedOre, long? Refused, long? InFlight, long? Transferred, long? TransferredOre, long? Rejected, long? Held, long? OutOfScope, long? Cancelled, long? Unknown,
    DateTimeOffset? OldestUnacknowledgedAt, long? CoveredOre, long? WrittenOffOre, long? Settled, long? Unmatched, long DeadLetters)
{
    internal static MunicipalityFigures Of(MunicipalityFlow flow) => new(
        flow.Ingest?.Accepted, flow.Ingest?.AcceptedOre, flow.Ingest?.Refused, flow.Routing?.InFlight, flow.Routing?.Transferred, flow.Routing?.TransferredOre, flow.Routing?.Rejected,
        flow.Routing?.Held, flow.Routing?.OutOfScope, flow.Routing?.Cancelled, flow.Routing?.Unknown, flow.Routing?.OldestUnacknowledgedAt, flow.Payments?.CoveredOre,
        flow.Payments?.WrittenOffOre, flow.Payments?.Settled, flow.Payments?.Unmatched, flow.DeadLetters);
}

/// <param name="Away">Services that could not be asked: what they know is missing.</param>
public sealed record MunicipalityList(IReadOnlyList<MunicipalityView> Municipalities, IReadOnlyList<AwayService> Away);

/// <summary>What was asked of a municipality's connector, and what it is now; absent where it could not be asked again.</summary>
public sealed record ConnectorChanged(string Municipality, bool Paused, ConnectorStanding? Connector);
