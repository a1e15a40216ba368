using System.Text.Json.Serialization;

namespace ClaimsTransfer.Ingest.Accounting;

/// <summary><c>GET /ingest/accounting</c>; with <c>?live=true</c> from counts alone: amounts are as submitted, and changes that wait count as changes.</summary>
internal static class GetAccounting
{
    public static async Task<IResult> HandleAsync(IngestAccounting accounting, CancellationToken cancellation, bool live = false) =>
        Results.Json(await accounting.ReadAsync(live, cancellation), AccountingJson.Default.IngestBooks);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IngestBooks))]
internal sealed partial class AccountingJson : JsonSerializerContext;
