using ClaimsTransfer.OperationsConsole.Access;

namespace ClaimsTransfer.OperationsConsole.Waiting;

/// <summary><c>/console/api/refused</c>, <c>/rejections</c> and <c>/waiting</c>: what did not come through, beside the dead letters.</summary>
internal static class WaitingEndpoints
{
    private const int MostAPage = 1000;

    public static void Map(IEndpointRouteBuilder api)
    {
        var found = api.MapGroup("").WithTags("What did not come through");
        found.MapGet("/refused/groups", (Actor actor, Elsewhere elsewhere, CancellationToken cancellation, string? municipality = null) =>
            ApiAnswers.AnswerAsync<RefusedGroups>(async () => await elsewhere.RefusedGroupsAsync(actor, municipality, cancellation)))
            .Produces<RefusedGroups>().WithSummary("Messages from FBS that were refused, by what is wrong with them.");
        found.MapGet("/refused", (
            Actor actor, Elsewhere elsewhere, CancellationToken cancellation, string? municipality = null, string? agency = null, long? feeId = null, int limit = 100, string? after = null) =>
            ApiAnswers.AnswerAsync<RefusedPage>(async () => await elsewhere.RefusedAsync(actor, municipality, agency, feeId, Math.Clamp(limit, 1, MostAPage), after, cancellation)))
            .Produces<RefusedPage>().WithSummary("Refused messages, the oldest first; bodies masked.");
        found.MapGet("/rejections", (Actor actor, Elsewhere elsewhere, CancellationToken cancellation, string? municipality = null) =>
            ApiAnswers.AnswerAsync<RejectionGroups>(async () => await elsewhere.RejectionsAsync(actor, municipality, cancellation)))
            .Produces<RejectionGroups>().WithSummary("Claims that debtor systems reject, by the business reason.");
        found.MapGet("/waiting", (
            Actor actor, Elsewhere elsewhere, CancellationToken cancellation, string? municipality = null, string? source = null, int limit = 100, string? after = null) =>
            ApiAnswers.AnswerAsync<WaitingMessages>(async () => await elsewhere.WaitingAsync(actor, municipality, source, Math.Clamp(limit, 1, MostAPage), after, cancellation)))
            .Produces<WaitingMessages>().WithSummary("What waits for a retry at the connectors and at Payments, and when it is tried.");
    }
}
