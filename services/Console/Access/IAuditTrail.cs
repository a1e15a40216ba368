namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>What people do is recorded, with who, why, what and outcome.</summary>
public interface IAuditTrail
{
    /// <param name="subject">What was acted on: <c>user anna</c>, <c>claim DK-710100 434536</c>; no personal data.</param>
    /// <param name="municipality">Null where it concerns none, or all.</param>
    /// <param name="what">Details, kept as JSON; no personal data.</param>
    Task RecordAsync(Actor who, string action, string subject, string? municipality, string why, object? what, string outcome, CancellationToken cancellation);
}

/// <summary>Where no trail is kept: the log says what was done.</summary>
internal sealed partial class LoggedAuditTrail(ILogger<LoggedAuditTrail> log) : IAuditTrail
{
    public Task RecordAsync(Actor who, string action, string subject, string? municipality, string why, object? what, string outcome, CancellationToken cancellation)
    {
        Log.Done(log, who.Name, action, subject, outcome);
        return Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(7100, LogLevel.Information, "{Who}: {Action} {Subject}: {Outcome}")]
        public static partial void Done(ILogger logger, string who, string action, string subject, string outcome);
    }
}
