using System.Security.Claims;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.DeadLetters;

namespace ClaimsTransfer.OperationsConsole.Replaying;

/// <param name="RatePerSecond">Messages sent a second at most; 500 when absent.</param>
/// <param name="MostFailedPercent">The share of failures at which it stops by itself; 10 when absent.</param>
public sealed record ReplayRequest(LetterFilter? Filter, string? Why, int? RatePerSecond, int? MostFailedPercent);

/// <summary><c>/console/api/replays</c>: freeze, preview, run, follow.</summary>
internal static class ReplayEndpoints
{
    private const int FastestRate = 10_000;

    public static void Map(IEndpointRouteBuilder api)
    {
        var replays = api.MapGroup("/replays").WithTags("Replays");
        replays.MapGet("", (ClaimsPrincipal user, ReplayStore store, CancellationToken cancellation, int limit = 50, string? after = null) =>
            ApiAnswers.AnswerAsync(async () => await store.ListAsync(Actor.Of(user), Math.Clamp(limit, 1, 500), after, cancellation)))
            .Produces<ReplayPage>().WithSummary("Replays, the newest first.");
        replays.MapGet("/{replayId:guid}", (Guid replayId, ClaimsPrincipal user, ReplayStore store, CancellationToken cancellation) =>
            ApiAnswers.AnswerAsync(async () => await store.ProgressAsync(replayId, Actor.Of(user), cancellation)))
            .Produces<ReplayProgress>().WithSummary("A replay's preview and progress.");
        replays.MapGet("/{replayId:guid}/items", (
            Guid replayId, ClaimsPrincipal user, ReplayStore store, CancellationToken cancellation, string? outcome = null, int limit = 100, long after = 0) =>
            ApiAnswers.AnswerAsync(async () => await store.ItemsAsync(replayId, Actor.Of(user), outcome, Math.Clamp(limit, 1, 1000), after, cancellation)))
            .Produces<ReplayItemPage>().WithSummary("The frozen set, message by message, with forecast and outcome.");

        var acting = replays.MapGroup("").RequireAuthorization(nameof(Role.Operator));
        acting.MapPost("", (ReplayRequest request, ClaimsPrincipal user, ReplayStore store, Letters letters, CancellationToken cancellation) =>
            Limits(request) is { } limits
                ? ApiAnswers.BecauseAsync(request.Why, async why => (Replay?)await CreateAsync(Actor.Of(user), request.Filter ?? new LetterFilter(), why, limits, store, letters, cancellation))
                : Task.FromResult(Results.Problem($"ratePerSecond is 1 to {FastestRate}, mostFailedPercent 0 to 100.", statusCode: StatusCodes.Status422UnprocessableEntity)))
            .Produces<Replay>().WithSummary("Freezes what waits and fits the filter, and previews it.");
        Action("start", "Starts it; where another person has to approve it, it waits for that.", (store, id, actor, why, cancellation) => store.StartAsync(id, actor, why, cancellation));
        Action("pause", "Sends no more until it is resumed.", (store, id, actor, why, cancellation) => store.PauseAsync(id, actor, why, cancellation));
        Action("resume", "Goes on, also with one that stopped by itself.", (store, id, actor, why, cancellation) => store.ResumeAsync(id, actor, why, cancellation));
        Action("cancel", "Sends no more; what was sent is followed to its outcome.", (store, id, actor, why, cancellation) => store.CancelAsync(id, actor, why, cancellation));
        Action("approve", "Another person says yes, and it starts.", (store, id, actor, why, cancellation) => store.ApproveAsync(id, actor, why, cancellation));

        void Action(string name, string summary, Func<ReplayStore, Guid, Actor, string, CancellationToken, Task<Replay>> act) => acting
            .MapPost($"/{{replayId:guid}}/{name}", (Guid replayId, WhyRequest request, ClaimsPrincipal user, ReplayStore store, CancellationToken cancellation) =>
                ApiAnswers.BecauseAsync(request.Why, async why => (Replay?)await act(store, replayId, Actor.Of(user), why, cancellation)))
            .Produces<Replay>().WithSummary(summary);
    }

    public static async Task<Replay> CreateAsync(
        Actor actor, LetterFilter filter, string why, ReplayLimits limits, ReplayStore store, Letters letters, CancellationToken cancellation) =>
        await store.CreateAsync(actor, await letters.WithCauseAsync(filter.For(actor), cancellation), why, limits, cancellation);

    private static ReplayLimits? Limits(ReplayRequest request)
    {
        var limits = new ReplayLimits();
        limits = limits with { RatePerSecond = request.RatePerSecond ?? limits.RatePerSecond, MostFailedPercent = request.MostFailedPercent ?? limits.MostFailedPercent };
        return limits is { RatePerSecond: >= 1 and <= FastestRate, MostFailedPercent: >= 0 and <= 100 } ? limits : null;
    }
}
