using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Cli.Failures;

/// <summary>A replay as the console tells of it.</summary>
public sealed record Replay(
    Guid ReplayId, string Status, int Stage, DateTimeOffset CreatedAt, string CreatedBy, string Reason, long Total, long TotalOre, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, Note? Remark)
{
    public const string Previewing = "Previewing";
    public const string Ready = "Ready";
    public const string AwaitingApproval = "AwaitingApproval";
    public const string Running = "Running";
    public const string Cancelled = "Cancelled";
    public const string Done = "Done";
}

public sealed record ReplayPage(IReadOnlyList<Replay> Replays, string? Next);

/// <summary>How far a replay has come.</summary>
public sealed record ReplayProgress(
    Replay Replay, IReadOnlyDictionary<string, long> Forecasts, IReadOnlyDictionary<string, long> ForecastOre, long Forecasted, IReadOnlyDictionary<string, long> Outcomes, long Known,
    long UnderWay, long Left, long Skipped, long Failed)
{
    /// <summary>Nothing more comes of it by itself: every outcome is there, or a person has to do something first.</summary>
    public bool IsAtRest => Replay.Status is not (Replay.Previewing or Replay.Running) && (UnderWay == 0 || Replay.Status is not (Replay.Done or Replay.Cancelled));

    /// <summary>One that has only just begun is well as long as nothing has failed.</summary>
    public int ExitCode => Failed == 0 && Replay.Status is (Replay.Done or Replay.Ready or Replay.Running or Replay.Previewing) ? ExitCodes.Done : ExitCodes.NotAllWell;

    /// <summary>For programs.</summary>
    public object ForPrograms() => new
    {
        Replay.ReplayId, Replay.Status, Replay.Total, ore = Replay.TotalOre, Outcomes, Known, UnderWay, Left, Skipped, Failed, Forecasts, ForecastOre, Replay.Remark,
    };
}

/// <summary>One message of the frozen set.</summary>
public sealed record ReplayItem(
    long Position, Guid LetterId, string Name, string Municipality, string Agency, long? FeeId, long? AmountOre, string? Forecast, IReadOnlyList<Note>? ForecastNotes, string? Outcome, IReadOnlyList<Note>? OutcomeNotes);
