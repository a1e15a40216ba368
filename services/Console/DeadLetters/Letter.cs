using System.Text.Json.Serialization;

namespace ClaimsTransfer.OperationsConsole.DeadLetters;

/// <summary>What is being done about a message that could not be handled.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LetterStatus>))]
public enum LetterStatus
{
    /// <summary>It waits for somebody.</summary>
    Open,

    /// <summary>It is in a replay, and its outcome is awaited.</summary>
    Replaying,

    /// <summary>It was replayed, and what became of its claim is known.</summary>
    Replayed,

    /// <summary>A correction was sent in its place; it cannot be replayed any more.</summary>
    Corrected,

    /// <summary>Put aside, with a reason.</summary>
    Archived,

    /// <summary>Done with, and its body and failures removed for the room they took. What it was stays known.</summary>
    Purged,
}

/// <summary>A message that could not be handled. No body: that is sealed, and looking into it is an action of its own.</summary>
/// <param name="Queue">Where it failed.</param>
/// <param name="Name">The message type.</param>
/// <param name="Municipality">Empty: the message does not say.</param>
/// <param name="Vendor">Of the municipality's debtor system; empty where the municipality is not known.</param>
/// <param name="CauseText">The first lines of the last failure, without anything that looks like a CPR number.</param>
/// <param name="Attempts">How often it has failed.</param>
/// <param name="Outcome">Of its last replay.</param>
public sealed record Letter(
    Guid LetterId, string? MessageId, string Queue, string Name, Guid? ClaimId, string Municipality, string Vendor, string Agency, long? FeeId, int? Version, long? AmountOre,
    string Fingerprint, string CauseType, string CauseText, DateTimeOffset FirstFailedAt, DateTimeOffset LastFailedAt, int Attempts, LetterStatus Status, string? Outcome,
    DateTimeOffset? OutcomeAt, Guid? ReplayId, string? TraceParent)
{
    /// <summary>The cause in business terms.</summary>
    public Cause Cause => Causes.Of(CauseType, CauseText, Queue);
}

/// <summary>One time that it failed.</summary>
/// <param name="DeadLetterQueue">Where it was collected from.</param>
/// <param name="Deliveries">How often the broker had delivered it before, as far as it counts.</param>
public sealed record Failure(DateTimeOffset FailedAt, DateTimeOffset CollectedAt, string DeadLetterQueue, string Fingerprint, string CauseType, string CauseText, int Deliveries);
