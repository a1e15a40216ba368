using System.Data.Common;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>What people do is recorded, with who, why, what and outcome.</summary>
public interface IAuditTrail
{
    /// <param name="subject">What was acted on: <c>user anna</c>, <c>claim DK-710100 434536</c>; no personal data.</param>
    /// <param name="municipality">Null where it concerns none, or all.</param>
    /// <param name="what">Details, kept as JSON; no personal data.</param>
    Task RecordAsync(Actor who, string action, string subject, string? municipality, string why, object? what, string outcome, CancellationToken cancellation);

    /// <summary>The same in the transaction, on the console's store, of what it tells of: neither is there without the other.</summary>
    Task RecordAsync(DbTransaction transaction, Actor who, string action, string subject, string why, object? what, string outcome, CancellationToken cancellation);
}
