namespace ClaimsTransfer.Cli.Failures;

/// <summary><c>GET /console/api/letters/groups</c>, as far as the command shows it.</summary>
public sealed record FailureGroups(IReadOnlyList<FailureGroup> Groups, long Count, long Ore);

public sealed record FailureGroup(
    string Fingerprint, string Cause, string Owner, string Action, long Count, long Ore, DateTimeOffset FirstAt, DateTimeOffset LastAt, string Trend, IReadOnlyList<FailurePart> Parts);

public sealed record FailurePart(string Municipality, string Vendor, string Name, long Count);

/// <summary>One message that could not be handled.</summary>
public sealed record FailedMessage(
    Guid LetterId, string? MessageId, string Queue, string Name, string Municipality, string Vendor, string Agency, long? FeeId, int? Version, long? AmountOre, string Fingerprint,
    string CauseText, DateTimeOffset FirstFailedAt, DateTimeOffset LastFailedAt, int Attempts, string Status, string? Outcome, DateTimeOffset? OutcomeAt, Guid? ReplayId, MessageCause Cause)
{
    public string About => FeeId is null ? "" : $"{Agency} {FeeId}";
}

public sealed record MessageCause(string Title, string Owner, string Action);

public sealed record MessagePage(IReadOnlyList<FailedMessage> Letters, string? Next);
