using System.Security.Claims;
using ClaimsTransfer.Ingest.Recording;
using ClaimsTransfer.Ingest.Senders;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Ingest.SubmitClaims;

/// <summary><c>GET /imports/{id}</c>: how far an import of the sender's has come, 0 when nothing of it is known.</summary>
internal static class GetImport
{
    public static async Task<JsonHttpResult<ImportPosition>> HandleAsync(string id, ClaimsPrincipal user, MessageStore messages, CancellationToken cancellation) => TypedResults.Json(
        new ImportPosition(id, PostClaims.IsImportId(id) ? await messages.PositionAsync(Sender.Of(user).ImportSource(id), cancellation) : 0), ResultJson.Default.ImportPosition);
}
