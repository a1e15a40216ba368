using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Replaying;

namespace ClaimsTransfer.OperationsConsole.Pages.Failures;

/// <summary>How the states of letters and replays are to be taken.</summary>
public static class LetterTones
{
    public static Tone Of(LetterStatus status) => status switch
    {
        LetterStatus.Open => Tone.Error,
        LetterStatus.Replaying => Tone.Info,
        LetterStatus.Replayed or LetterStatus.Corrected => Tone.Success,
        _ => Tone.Neutral,
    };

    public static Tone Of(ReplayStatus status) => status switch
    {
        ReplayStatus.Done => Tone.Success,
        ReplayStatus.Stopped => Tone.Error,
        ReplayStatus.Paused or ReplayStatus.AwaitingApproval => Tone.Warning,
        ReplayStatus.Cancelled => Tone.Neutral,
        _ => Tone.Info,
    };

    public static Tone OfOutcome(string? outcome) => outcome switch
    {
        null => Tone.Info,
        Outcomes.Cancelled or Outcomes.NotWaiting or Outcomes.Delivered or Outcomes.Handled => Tone.Neutral,
        _ when Outcomes.Failed.Contains(outcome) => Tone.Error,
        "Held" => Tone.Warning,
        _ => Tone.Success,
    };

    public static Tone OfForecast(string? forecast) => forecast switch
    {
        Forecasts.Apply => Tone.Success,
        Forecasts.Duplicate => Tone.Neutral,
        Forecasts.Park => Tone.Info,
        Forecasts.Invalid => Tone.Error,
        _ => Tone.Warning,
    };
}
