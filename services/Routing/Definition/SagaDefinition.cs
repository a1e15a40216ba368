using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Operations;
using ClaimsTransfer.Routing.Saga;

namespace ClaimsTransfer.Routing.Definition;

/// <param name="Category">What it counts as in the accounts, while no message about the claim lies on an error queue.</param>
public sealed record StatusDefinition(ClaimStatus Name, ClaimCategory Category);

/// <param name="Note">What is sent then.</param>
public sealed record Transition(ClaimStatus From, string Event, ClaimStatus To, string? Note);

/// <param name="From">Where it has an effect.</param>
public sealed record OperationDefinition(string Name, IReadOnlyList<ClaimStatus> From);

/// <summary>The saga as a diagram and its legend need it, worked out once from what it decides.</summary>
public sealed record SagaDefinition(
    IReadOnlyList<StatusDefinition> Statuses, IReadOnlyList<string> Events, IReadOnlyList<Transition> Transitions, IReadOnlyList<OperationDefinition> Operations)
{
    private static readonly Lazy<SagaDefinition> Definition = new(Work);

    public static SagaDefinition Worked => Definition.Value;

    private static SagaDefinition Work() => new(
        [.. SagaAtlas.Reached.Select(claim => new StatusDefinition(claim.Status, claim.Category))],
        SagaAtlas.Tried,
        [
            // A claim begins where it is only heard of: what its own message makes of it depends on the municipality's rules.
            .. new[] { ExampleClaim.Created(), ExampleClaim.CreatedOfChild(), ExampleClaim.CreatedLongAgo() }
                .Select(created => new ExampleClaim().On(created))
                .Select(claim => new Transition(ClaimStatus.Awaited, MessageNames.ClaimCreated, claim.State.Status, claim.State.Hold?.Explanation)),
            .. SagaAtlas.Pairs.Where(pair => pair.From != pair.To && !(pair.From == ClaimStatus.Awaited && pair.Event == MessageNames.ClaimCreated))
                .Select(pair => new Transition(pair.From, pair.Event, pair.To, pair.Sends.Count == 0 ? null : $"sends {string.Join(", ", pair.Sends)}")),
        ],
        [
            .. Enum.GetValues<ClaimOperation>().Select(operation => new OperationDefinition(
                PossibleOperations.NameOf(operation),
                [.. SagaAtlas.Pairs.Where(pair => pair.Event == SagaAtlas.EventOf(operation) && pair.Verdict == Verdict.Applied).Select(pair => pair.From)])),
        ]);
}
