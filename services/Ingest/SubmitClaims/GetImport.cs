using ClaimsTransfer.Ingest.Recording;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Ingest.SubmitClaims;

/// <summary><c>GET /imports/{id}</c>: how far an import has come, 0 when nothing of it is known.</summary>
internal static class GetImport
{
    public static async Task<JsonHttpResult<ImportPosition>> HandleAsync(string id, MessageStore messages, CancellationToken cancellation) => TypedResults.Json(
        new ImportPosition(id, PostClaims.IsImportId(id) ? await messages.PositionAsync($"import/{id}", cancellation) : 0), ResultJson.Default.ImportPosition);
}
