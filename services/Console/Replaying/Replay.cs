using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.DeadLetters;

namespace ClaimsTransfer.OperationsConsole.Replaying;

public enum ReplayStatus
{
    /// <summary>The set is frozen, and what each of its messages would do is being found out.</summary>
    Previewing,

    /// <summary>The preview is there; somebody may start it.</summary>
    Ready,

    /// <summary>Asked for by one person, it waits for another.</summary>
    AwaitingApproval,

    Running,

    /// <summary>By a person, or because outcomes do not come.</summary>
    Paused,

    /// <summary>By itself: too many failed again. A person may resume or cancel it.</summary>
    Stopped,

    Cancelled,

    /// <summary>Every message has its outcome.</summary>
    Done,
}

public enum ItemState
{
    /// <summary>In the set, not sent.</summary>
    Frozen,

    /// <summary>Being sent; after a crash it is sent again, under the same id.</summary>
    Sending,

    /// <summary>Confirmed by the broker; what becomes of it is awaited.</summary>
    Sent,

    /// <summary>Its outcome is known.</summary>
    Done,

    /// <summary>Not sent: it was not waiting any more when the replay started, or the replay was cancelled.</summary>
    Skipped,
}

/// <summary>What becomes of a replayed message, beside the statuses of its claim.</summary>
public static class Outcomes
{
    /// <summary>It could not be handled again.</summary>
    public const string FailedAgain = "FailedAgain";

    /// <summary>Ingest refused it: FBS was told why.</summary>
    public const string Refused = "Refused";

    /// <summary>Its service has handled it; the claim stands still for another message, or the message is about none.</summary>
    public const string Handled = "Handled";

    /// <summary>It was taken off its queue by a service that tells nothing of what it does.</summary>
    public const string Delivered = "Delivered";

    /// <summary>Not sent: it was not waiting any more when the replay started.</summary>
    public const string NotWaiting = "NotWaiting";

    /// <summary>Not sent: the replay was cancelled.</summary>
    public const string Cancelled = "Cancelled";

    /// <summary>Those that count as failed for the automatic stop.</summary>
    public static IReadOnlySet<string> Failed { get; } = new HashSet<string>(StringComparer.Ordinal) { FailedAgain, Refused, "Rejected", "Unknown" };
}

/// <summary>What a message would do now.</summary>
public static class Forecasts
{
    public const string Apply = "apply";
    public const string Duplicate = "duplicate";
    public const string Park = "park";
    public const string Invalid = "invalid";

    /// <summary>The service that would know did not answer.</summary>
    public const string Unknown = "unknown";
}

/// <summary>A replay: a set that was frozen, and how far it has come.</summary>
/// <param name="Municipalities">Of the messages in it; a single <c>*</c>: of very many.</param>
/// <param name="Total">Messages in the set.</param>
/// <param name="MostFailedPercent">The share of failed messages at which it stops by itself.</param>
/// <param name="Stage">1 to 4: one message, then ten, then a hundred, then all.</param>
/// <param name="Remark">Why it stopped or paused.</param>
/// <param name="CorrectionId">It sends a correction instead of the letter itself.</param>
public sealed record Replay(
    Guid ReplayId, ReplayStatus Status, int Stage, IReadOnlyList<string> Municipalities, DateTimeOffset CreatedAt, string CreatedBy, string Reason, LetterFilter Filter, long Total,
    long TotalOre, int RatePerSecond, int MostFailedPercent, string? ApprovedBy, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, Note? Remark, Guid? CorrectionId)
{
    /// <summary>How many messages may have been sent by the end of each stage.</summary>
    public static readonly IReadOnlyList<long> StageEnds = [1, 11, 111, long.MaxValue];

    /// <summary>Outcomes that a person had seen when going on after a stop; the next stop counts from there.</summary>
    internal long KnownBefore { get; init; }

    internal long FailedBefore { get; init; }

    /// <summary>The lease that it is carried on under, which says another moment each time it is taken.</summary>
    internal long LeaseUntil { get; init; }

    /// <summary>Who signed in and stands for it: another person has to approve it where that is demanded. Null: a token asked for it, and nobody stands for it yet.</summary>
    public string? AskedBy { get; init; }
}

/// <summary>How far a replay has come.</summary>
/// <param name="Forecasts">How many would do what; in the preview.</param>
/// <param name="ForecastOre">The same in øre.</param>
/// <param name="Outcomes">How many came to what; in the run.</param>
/// <param name="UnderWay">Sent, and without an outcome yet.</param>
/// <param name="Left">Not sent yet.</param>
/// <param name="Failed">Of those with an outcome: failed again, refused, rejected or unknown.</param>
public sealed record ReplayProgress(
    Replay Replay, IReadOnlyDictionary<string, long> Forecasts, IReadOnlyDictionary<string, long> ForecastOre, long Forecasted, IReadOnlyDictionary<string, long> Outcomes, long Known,
    long UnderWay, long Left, long Skipped, long Failed)
{
    public bool IsAtRest => Replay.Status is not (ReplayStatus.Previewing or ReplayStatus.Running) && (UnderWay == 0 || Replay.Status is ReplayStatus.Paused or ReplayStatus.Stopped);
}

/// <summary>One message of the set.</summary>
public sealed record ReplayItem(
    long Position, Guid LetterId, string? MessageId, string Name, string Municipality, string Agency, long? FeeId, long? AmountOre, ItemState State, string? Forecast, IReadOnlyList<Note> ForecastNotes,
    DateTimeOffset? SentAt, string? Outcome, IReadOnlyList<Note> OutcomeNotes, DateTimeOffset? OutcomeAt);

public sealed record ReplayItemPage(IReadOnlyList<ReplayItem> Items, long? Next);

public sealed record ReplayPage(IReadOnlyList<Replay> Replays, string? Next);
