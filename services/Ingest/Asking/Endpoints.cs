namespace ClaimsTransfer.Ingest.Asking;

/// <summary><c>GET /ingest/messages?agency=DK-710100&amp;feeId=434536</c>: everything that came in for one claim, in the order it came.</summary>
internal static class GetMessages
{
    public static async Task<IResult> HandleAsync(MessageHistory history, string agency, long feeId, CancellationToken cancellation) =>
        Results.Json(await history.OfClaimAsync(agency, feeId, cancellation), AskingJson.Default.IReadOnlyListMessageCameIn);
}

/// <summary><c>GET /ingest/refused?limit=100&amp;after=…</c>: refused messages, oldest first, page by page.</summary>
internal static class GetRefused
{
    public static async Task<IResult> HandleAsync(MessageHistory history, CancellationToken cancellation, int limit = 100, string? after = null) =>
        Results.Json(await history.RefusedAsync(Math.Clamp(limit, 1, 1000), after, cancellation), AskingJson.Default.RefusedPage);
}
