using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Routing.Saga;

/// <summary>Something that happened to a claim, with the time and the policy in force: all that a decision may depend on besides the state.</summary>
/// <param name="Id">The message's id, or for a timer an id derived from claim and due time. The journal takes each once.</param>
/// <param name="Message">What came; null: the claim's timer is due.</param>
/// <param name="Policy">The municipality as configured now; null: it is not configured any more.</param>
public sealed record ClaimEvent(Guid Id, DateTimeOffset At, IClaimMessage? Message, Municipality? Policy, string? TraceParent = null)
{
    public string Name => Message is null ? "timer" : EventName.Of(Message);
}

public static class EventName
{
    public static string Of(IClaimMessage message) => message switch
    {
        ClaimCreated => MessageNames.ClaimCreated,
        ClaimAdjusted => MessageNames.ClaimAdjusted,
        ClaimWithdrawn => MessageNames.ClaimWithdrawn,
        LiablePartyChanged => MessageNames.LiablePartyChanged,
        TransferReported => MessageNames.TransferReported,
        CoverageRegistered => MessageNames.CoverageRegistered,
        CoverageReversed => MessageNames.CoverageReversed,
        WriteOffRegistered => MessageNames.WriteOffRegistered,
        DebtorAccountChanged => MessageNames.DebtorAccountChanged,
        OperateClaim => MessageNames.OperateClaim,
        MessageDeadLettered => MessageNames.MessageDeadLettered,
        TransferClaim => MessageNames.TransferClaim,
        ClaimHeld => MessageNames.ClaimHeld,
        ClaimOutOfScope => MessageNames.ClaimOutOfScope,
        ClaimTransferred => MessageNames.ClaimTransferred,
        TransferRejected => MessageNames.TransferRejected,
        ClaimCancelled => MessageNames.ClaimCancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(message), message.GetType().Name, "Not a message that the saga knows."),
    };
}

/// <summary>What the saga made of an event.</summary>
public enum Verdict
{
    /// <summary>It took effect.</summary>
    Applied,

    /// <summary>It changes nothing here: late, repeated, or meant for another state.</summary>
    Ignored,

    /// <summary>It waits on the claim for the version before it.</summary>
    Parked,
}

/// <summary>The state after the event, and the messages to send: nothing else follows from an event.</summary>
/// <param name="Notes">For the timeline: why, without personal data.</param>
public sealed record Decision(ClaimState State, Verdict Verdict, IReadOnlyList<IClaimMessage> Effects, IReadOnlyList<Note> Notes);

/// <summary>How long a step may take before the connector is asked. The defaults suit debtor systems that answer within minutes.</summary>
public sealed record SagaDeadlines
{
    /// <summary>From the instruction to its transport receipt.</summary>
    public TimeSpan Sending { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>From the transport receipt to the business receipt.</summary>
    public TimeSpan Sent { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The longest pause between two questions; it doubles up to here.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Questions without any answer before the claim is Unknown.</summary>
    public int MaxAsks { get; init; } = 12;
}
