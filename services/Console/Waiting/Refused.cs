using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.Waiting;

/// <summary>Messages that Ingest refused for the same fault.</summary>
/// <param name="Municipality">Null: the messages do not say whose they are.</param>
/// <param name="Field">Which field is wrong.</param>
/// <param name="Reason">What is wrong with it, as FBS was told.</param>
/// <param name="Why">The same as a note.</param>
public sealed record RefusedGroup(string? Municipality, string Kind, string Field, string Reason, Note Why, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt);

public sealed record RefusedGroups(IReadOnlyList<RefusedGroup> Groups);

/// <summary>A message that Ingest refused, and what is wrong with it.</summary>
/// <param name="Times">How often exactly this message has come.</param>
/// <param name="Kept">Its body, personal values masked.</param>
/// <param name="Sender">Who sent it first; null: nobody was vouched for.</param>
public sealed record RefusedMessage(
    Guid Id, Guid? MessageId, Guid? ClaimId, string? Municipality, string Kind, long? Version, string Outcome, long? AmountOre, long Times, DateTimeOffset ReceivedAt, string? TraceParent,
    IReadOnlyList<ToldFault>? Faults, string? Kept, string? Sender = null);

/// <param name="Next">Give it as <c>after</c> for what follows; null: that was all.</param>
public sealed record RefusedPage(IReadOnlyList<RefusedMessage> Messages, string? Next);
