using ClaimsTransfer.Defaults.Asking;

namespace ClaimsTransfer.Ingest.Asking;

/// <summary><c>GET /ingest/messages?agency=DK-710100&amp;feeId=434536</c>: everything that came in for one claim, in the order it came.</summary>
internal static class GetMessages
{
    public static async Task<IResult> HandleAsync(MessageHistory history, string agency, long feeId, CancellationToken cancellation) =>
        Results.Json(await history.OfClaimAsync(agency, feeId, cancellation), AskingJson.Default.IReadOnlyListMessageCameIn);
}

/// <summary>
/// <c>GET /ingest/refused?municipality=&amp;agency=&amp;feeId=&amp;from=&amp;to=&amp;limit=100&amp;after=…</c>: refused messages, oldest first, page by page. <c>municipality</c> and
/// <c>agency</c> may repeat.
/// </summary>
internal static class GetRefused
{
    public static async Task<IResult> HandleAsync([AsParameters] RefusedFilter filter, MessageHistory history, CancellationToken cancellation, int limit = 100, string? after = null) =>
        Results.Json(await history.RefusedAsync(filter, Math.Clamp(limit, 1, 1000), after, cancellation), AskingJson.Default.RefusedPage);
}

/// <summary><c>GET /ingest/refused/groups?municipality=…</c>: <c>{groups: [{municipality?, kind, field, reason, why, count, firstAt, lastAt}]}</c>, the most frequent fault first.</summary>
internal static class GetRefusedGroups
{
    public static async Task<IResult> HandleAsync(RefusedFaults faults, CancellationToken cancellation, string[]? municipality = null) =>
        Results.Json(await faults.GroupAsync(municipality ?? [], cancellation), AskingJson.Default.RefusedGroups);
}

/// <summary><c>POST /ingest/messages/recorded</c> <c>{messageIds}</c>: <c>{recorded: [{messageId, claimId?, outcome, faults?}]}</c>, of those that have come.</summary>
internal static class PostRecorded
{
    public static async Task<IResult> HandleAsync(MessageIds request, RecordedMessages messages, CancellationToken cancellation) =>
        Lists.FaultOf("messageIds", request.Ids) is { } fault ? fault : Results.Json(await messages.FindAsync(request.Ids!, cancellation), AskingJson.Default.RecordedList);
}

/// <summary>
/// <c>POST /ingest/preview</c> <c>{messages: [{name, messageId?, body}]}</c>, bodies in base64, sealed or not: <c>{forecasts: [{outcome, notes, claimId?, municipality?, amountOre?, faults?}]}</c>
/// in the same order; <c>apply</c>, <c>duplicate</c> or <c>invalid</c>.
/// </summary>
internal static class PostPreview
{
    public static async Task<IResult> HandleAsync(PreviewRequest request, Preview.Previews previews, CancellationToken cancellation) =>
        Lists.FaultOf("messages", request.Messages) is { } fault ? fault : Results.Json(await previews.ForecastAsync(request.Messages!, cancellation), AskingJson.Default.Forecasts);
}
