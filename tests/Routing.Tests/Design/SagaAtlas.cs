using System.Text;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Routing.Tests.Saga;
using static ClaimsTransfer.Routing.Tests.Saga.Claims;

namespace ClaimsTransfer.Routing.Tests.Design;

/// <summary>Every status reached by a journey, every kind of event tried in each: the saga's table and diagram, drawn from what it really decides.</summary>
internal static class SagaAtlas
{
    private static readonly (ClaimStatus Status, Func<Journey> Journey)[] Statuses =
    [
        (ClaimStatus.Awaited, () => new Journey().On(Adjusted(2, 5000))),
        (ClaimStatus.Held, () => new Journey().On(Created(Child))),
        (ClaimStatus.OutOfScope, () => new Journey().On(Created(createdOn: new DateOnly(2019, 1, 1)))),
        (ClaimStatus.Sending, () => new Journey().On(Created())),
        (ClaimStatus.Sent, () => new Journey().On(Created()).Reported(TransferOutcome.Pending)),
        (ClaimStatus.Transferred, () => new Journey().Registered()),
        (ClaimStatus.Changing, () => new Journey().Registered().On(Adjusted(2, 6000))),
        (ClaimStatus.PartlyCovered, () => new Journey().Registered().On(Covered(3000, "before"))),
        (ClaimStatus.Settled, () => new Journey().Registered().On(Covered(7000, "before"))),
        (ClaimStatus.Rejected, () => new Journey().On(Created()).Reported(TransferOutcome.Rejected)),
        (ClaimStatus.Unknown, () => new Journey().On(Created()).Reported(TransferOutcome.Unknown)),
        (ClaimStatus.Cancelling, () => new Journey().Registered().On(Withdrawn(2))),
        (ClaimStatus.Cancelled, () => new Journey().Registered().On(Withdrawn(2)).Reported(TransferOutcome.Accepted)),
        (ClaimStatus.Credited, () => new Journey().Registered().On(Covered(7000, "before")).On(Withdrawn(2)).Reported(TransferOutcome.Accepted)),
        (ClaimStatus.WrittenOff, () => new Journey().Registered().On(WrittenOff(7000, "before"))),
        (ClaimStatus.InCollection, () => new Journey().Registered().On(Account(DebtorAccountStatus.InCollection))),
    ];

    private static readonly (string Event, Func<ClaimState, IClaimMessage?> Message)[] Events =
    [
        ("claim-created", _ => Created()),
        ("claim-adjusted, next version", state => Adjusted(state.Version + 1, 4000)),
        ("claim-adjusted, version gap", state => Adjusted(state.Version + 3, 4000)),
        ("claim-adjusted, old version", state => Adjusted(state.Version, 4000)),
        ("claim-withdrawn, next version", state => Withdrawn(state.Version + 1)),
        ("liable-party-changed, next version", state => LiableParty(state.Version + 1, Guardian)),
        .. Enum.GetValues<TransferOutcome>().Select(outcome => ($"transfer-reported {outcome}", (Func<ClaimState, IClaimMessage?>)(state => Reported(state, outcome)))),
        ("transfer-reported of another instruction", state => Reported(state, TransferOutcome.Accepted) with { InstructionId = Message("another") }),
        ("coverage-registered, part", _ => Covered(1000)),
        ("coverage-registered, all", _ => Covered(7000)),
        ("coverage-reversed", state => Reversed(state.CoveredOre)),
        ("write-off-registered", _ => WrittenOff(7000)),
        .. Enum.GetValues<DebtorAccountStatus>().Select(status => ($"debtor-account-changed {status}", (Func<ClaimState, IClaimMessage?>)(_ => Account(status)))),
        .. Enum.GetValues<ClaimOperation>().Select(operation => ($"operate-claim {operation}", (Func<ClaimState, IClaimMessage?>)(_ => Operate(operation)))),
        ("message-dead-lettered", _ => DeadLettered()),
        ("timer, due", _ => null),
    ];

    /// <summary>One decided pair.</summary>
    public sealed record Pair(ClaimStatus From, string Event, Verdict Verdict, ClaimStatus To, IReadOnlyList<string> Sends);

    public static IReadOnlyList<ClaimStatus> Reached => [.. Statuses.Select(entry => entry.Journey().State.Status)];

    public static IReadOnlyList<ClaimStatus> Named => [.. Statuses.Select(entry => entry.Status)];

    public static IReadOnlyList<Pair> Pairs { get; } = [.. Statuses.SelectMany(status => Events.Select(occurs => Decide(status.Status, status.Journey(), occurs)))];

    private static Pair Decide(ClaimStatus status, Journey journey, (string Event, Func<ClaimState, IClaimMessage?> Message) occurs)
    {
        if (occurs.Message(journey.State) is { } message)
            journey.On(message);
        else
            journey.TimerAfter(TimeSpan.FromDays(1));
        var effects = journey.Last.Effects.Select(effect => effect is TransferClaim instruction ? $"transfer-claim ({Camel(instruction.Instruction)})" : EventName.Of(effect));
        return new Pair(status, occurs.Event, journey.Last.Verdict, journey.State.Status, [.. effects]);
    }

    /// <summary>The diagram and the table as they stand in DESIGN.md.</summary>
    public static string Render()
    {
        var text = new StringBuilder();
        text.AppendLine("```mermaid").AppendLine("stateDiagram-v2");
        text.AppendLine("    [*] --> Awaited: a change or report first");
        foreach (var first in new[] { ("Sending", "claim-created"), ("Held", "claim-created, a rule holds it"), ("OutOfScope", "claim-created, not transferred") })
            text.AppendLine($"    [*] --> {first.Item1}: {first.Item2}");
        foreach (var arrow in Pairs.Where(pair => pair.From != pair.To).GroupBy(pair => (pair.From, pair.To)))
            text.AppendLine($"    {arrow.Key.From} --> {arrow.Key.To}: {string.Join(" / ", arrow.Select(pair => Short(pair.Event)).Distinct())}");
        text.AppendLine("```").AppendLine();

        text.AppendLine("| In | comes | decision | then | sends |").AppendLine("|---|---|---|---|---|");
        foreach (var pair in Pairs)
            text.AppendLine($"| {pair.From} | {pair.Event} | {pair.Verdict} | {(pair.To == pair.From ? "" : pair.To.ToString())} | {string.Join(", ", pair.Sends)} |");
        return text.ToString();
    }

    private static string Short(string occurs) => occurs.Replace(", next version", "", StringComparison.Ordinal).Replace("transfer-reported ", "", StringComparison.Ordinal)
        .Replace("debtor-account-changed ", "account ", StringComparison.Ordinal).Replace("operate-claim ", "person ", StringComparison.Ordinal);

    private static string Camel(InstructionKind kind) => char.ToLowerInvariant(kind.ToString()[0]) + kind.ToString()[1..];
}
