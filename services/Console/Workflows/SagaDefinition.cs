namespace ClaimsTransfer.OperationsConsole.Workflows;

/// <summary>The states of a claim and what leads from one to another, as Routing works them out from what it decides.</summary>
public sealed record SagaDefinition(
    IReadOnlyList<SagaStatus> Statuses, IReadOnlyList<string> Events, IReadOnlyList<SagaTransition> Transitions, IReadOnlyList<SagaOperation> Operations);

public sealed record SagaStatus(string Name, string Category);

public sealed record SagaTransition(string From, string Event, string To, string? Note);

/// <param name="From">Where it has an effect.</param>
public sealed record SagaOperation(string Name, IReadOnlyList<string> From);
