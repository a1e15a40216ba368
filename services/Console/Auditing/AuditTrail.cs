using System.Data.Common;
using System.Text.Json;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;

namespace ClaimsTransfer.OperationsConsole.Auditing;

/// <summary>What is done to accounts and municipalities is kept in the same log as what is done to claims.</summary>
internal sealed class AuditTrail(AuditLog log) : IAuditTrail
{
    public Task RecordAsync(Actor who, string action, string subject, string? municipality, string why, object? what, string outcome, CancellationToken cancellation) =>
        log.AppendAsync(who, Of(action, subject, municipality, why, what, outcome), cancellation);

    public Task RecordAsync(DbTransaction transaction, Actor who, string action, string subject, string why, object? what, string outcome, CancellationToken cancellation) =>
        log.AppendAsync(transaction, who, [Of(action, subject, null, why, what, outcome)], cancellation);

    private static AuditedAction Of(string action, string subject, string? municipality, string why, object? what, string outcome) =>
        new(action, subject, municipality ?? "", why, what is null ? null : JsonSerializer.Serialize(what, ServiceClient.Json), outcome);
}
