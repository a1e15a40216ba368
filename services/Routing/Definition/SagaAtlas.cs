using System.Text.Json;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using static ClaimsTransfer.Routing.Definition.ExampleClaim;

namespace ClaimsTransfer.Routing.Definition;

/// <summary>Every status reached by a journey, every kind of event tried in each: the saga's table, worked out from what it really decides.</summary>
internal static class SagaAtlas
{
    private static readonly (ClaimStatus Status, Func<ExampleClaim> Journey)[] Statuses =
    [
        (ClaimStatus.Awaited, () => new ExampleClaim().On(Adjusted(2, 5000))),
        (ClaimStatus.Held, () => new ExampleClaim().On(CreatedOfChild())),
        (ClaimStatus.OutOfScope, () => new ExampleClaim().On(CreatedLongAgo())),
        (ClaimStatus.Sending, () => new ExampleClaim().On(Created())),
        (ClaimStatus.Sent, () => new ExampleClaim().On(Created()).Reported(TransferOutcome.Pending)),
        (ClaimStatus.Transferred, () => new ExampleClaim().Registered()),
        (ClaimStatus.Changing, () => new ExampleClaim().Registered().On(Adjusted(2, 6000))),
        (ClaimStatus.PartlyCovered, () => new ExampleClaim().Registered().On(Covered(3000, "before"))),
        (ClaimStatus.Settled, () => new ExampleClaim().Registered().On(Covered(7000, "before"))),
        (ClaimStatus.Rejected, () => new ExampleClaim().On(Created()).Reported(TransferOutcome.Rejected)),
        (ClaimStatus.Unknown, () => new ExampleClaim().On(Created()).Reported(TransferOutcome.Unknown)),
        (ClaimStatus.Cancelling, () => new ExampleClaim().Registered().On(Withdrawn(2))),
        (ClaimStatus.Cancelled, () => new ExampleClaim().Registered().On(Withdrawn(2)).Reported(TransferOutcome.Accepted)),
        (ClaimStatus.Credited, () => new ExampleClaim().Registered().On(Covered(7000, "before")).On(Withdrawn(2)).Reported(TransferOutcome.Accepted)),
        (ClaimStatus.WrittenOff, () => new ExampleClaim().Registered().On(WrittenOff("before"))),
        (ClaimStatus.InCollection, () => new ExampleClaim().Registered().On(Account(DebtorAccountStatus.InCollection))),
    ];

    private static readonly (string Event, Func<ClaimState, IClaimMessage?> Message)[] Events =
    [
        ("claim-created", _ => Created()),
        ("claim-adjusted, next version", state => Adjusted(state.Version + 1, 4000)),
        ("claim-adjusted, version gap", state => Adjusted(state.Version + 3, 4000)),
        ("claim-adjusted, old version", state => Adjusted(state.Version, 4000)),
        ("claim-withdrawn, next version", state => Withdrawn(state.Version + 1)),
        ("liable-party-changed, next version", state => GuardianAdded(state.Version + 1)),
        .. Enum.GetValues<TransferOutcome>().Select(outcome => ($"transfer-reported {outcome}", (Func<ClaimState, IClaimMessage?>)(state => Reported(state, outcome)))),
        ("transfer-reported of another instruction", state => Reported(state, TransferOutcome.Accepted, Message("another"))),
        ("coverage-registered, part", _ => Covered(1000, "E1")),
        ("coverage-registered, all", _ => Covered(7000, "E1")),
        ("coverage-reversed", state => Reversed(state.CoveredOre)),
        ("write-off-registered", _ => WrittenOff("E3")),
        .. Enum.GetValues<DebtorAccountStatus>().Select(status => ($"debtor-account-changed {status}", (Func<ClaimState, IClaimMessage?>)(_ => Account(status)))),
        .. Enum.GetValues<ClaimOperation>().Select(operation => (EventOf(operation), (Func<ClaimState, IClaimMessage?>)(_ => Operate(operation)))),
        ("message-dead-lettered", _ => DeadLettered()),
        ("timer, due", _ => null),
    ];

    private static readonly Lazy<IReadOnlyList<Pair>> Decided =
        new(() => [.. Statuses.SelectMany(status => Events.Select(occurs => Decide(status.Status, status.Journey(), occurs)))]);

    /// <summary>One decided pair.</summary>
    public sealed record Pair(ClaimStatus From, string Event, Verdict Verdict, ClaimStatus To, IReadOnlyList<string> Sends, IReadOnlyList<Note> Notes);

    /// <summary>Where each journey really ends.</summary>
    public static IReadOnlyList<ClaimState> Reached => [.. Statuses.Select(entry => entry.Journey().State)];

    /// <summary>Where each is meant to.</summary>
    public static IReadOnlyList<ClaimStatus> Named => [.. Statuses.Select(entry => entry.Status)];

    public static IReadOnlyList<string> Tried => [.. Events.Select(occurs => occurs.Event)];

    public static IReadOnlyList<Pair> Pairs => Decided.Value;

    public static string EventOf(ClaimOperation operation) => $"operate-claim {operation}";

    private static Pair Decide(ClaimStatus status, ExampleClaim claim, (string Event, Func<ClaimState, IClaimMessage?> Message) occurs)
    {
        if (occurs.Message(claim.State) is { } message)
            claim.On(message);
        else
            claim.TimerAfter(TimeSpan.FromDays(1));
        var effects = claim.Last.Effects.Select(effect =>
            effect is TransferClaim instruction ? $"transfer-claim ({JsonNamingPolicy.CamelCase.ConvertName(instruction.Instruction.ToString())})" : EventName.Of(effect));
        return new Pair(status, occurs.Event, claim.Last.Verdict, claim.State.Status, [.. effects], claim.Last.Notes);
    }
}
