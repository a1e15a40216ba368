namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <summary>How something is to be taken; shown as colour and as icon, and always beside a text.</summary>
public enum Tone { Neutral, Info, Success, Warning, Error }

/// <summary>What an icon of the design system is called.</summary>
internal static class Tones
{
    public static string Icon(this Tone tone) => tone switch
    {
        Tone.Success => "success",
        Tone.Warning => "warning",
        Tone.Error => "error",
        Tone.Info => "info",
        _ => "more-horiz",
    };

    /// <summary>The tone of a claim's, message's or municipality's state.</summary>
    public static Tone Of(string state) => state switch
    {
        "Transferred" or "Settled" or "Live" or "Replayed" or "Done" or "Completed" or "Healthy" or "Approved" => Tone.Success,
        "Rejected" or "Failed" or "Unknown" or "Refused" or "Stopped" or "Unhealthy" or "Invalid" => Tone.Error,
        "Held" or "Paused" or "Waiting" or "NeedsApproval" or "Degraded" or "Disabled" or "Locked" => Tone.Warning,
        "Sending" or "Sent" or "Created" or "Running" or "Test" or "Open" or "Retrying" => Tone.Info,
        _ => Tone.Neutral,
    };
}
