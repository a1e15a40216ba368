using ClaimsTransfer.OperationsConsole.Auditing;

namespace ClaimsTransfer.OperationsConsole.Pages.Audit;

/// <summary>The kinds of entries, and where what they are about is shown.</summary>
public static class AuditedActions
{
    /// <summary>In the order in which one looks for them; an entry of another kind is shown by its name.</summary>
    public static readonly IReadOnlyList<string> Known =
    [
        "replay.create", "replay.start", "replay.approve", "replay.pause", "replay.resume", "replay.cancel", "replay.done", "replay.stopped", "replay.paused", "letter.edit", "letter.archive",
        "letter.restore", "letter.purge", "sealed.view", "citizen.list", "citizen.erase", "claims.erase", "claim.release", "claim.retry", "claim.ask", "claim.cancel", "claim.reregister", "claim.readjust",
        "reconciliation.start", "reconciliation.repair",
        "worklist.place", "worklist.close",
    ];

    public static string? LinkOf(AuditEntry entry) => entry.Action[..Math.Max(0, entry.Action.IndexOf('.', StringComparison.Ordinal))] switch
    {
        "replay" when Guid.TryParse(entry.Subject, out var replay) => $"/console/replays/{replay}",
        "letter" or "sealed" when Guid.TryParse(entry.Subject, out var letter) => $"/console/failures/{letter}",
        "reconciliation" => $"/console/reconciliation/{Uri.EscapeDataString(entry.Subject)}",
        _ => null,
    };
}
