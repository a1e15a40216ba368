using System.Security.Claims;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Archiving;
using ClaimsTransfer.OperationsConsole.Editing;
using ClaimsTransfer.OperationsConsole.Pages.Frame;

namespace ClaimsTransfer.OperationsConsole.DeadLetters;

/// <summary>What of the letters to act on, and why.</summary>
public sealed record LettersRequest(LetterFilter? Filter, string? Why);

/// <param name="Body">The whole message; values that are masked stay what they are.</param>
public sealed record EditRequest(string? Body, string? Why);

public sealed record WhyRequest(string? Why);

/// <summary>How many letters an action moved.</summary>
public sealed record LettersMoved(long Letters);

/// <param name="Body">The message, with everything opened that can be.</param>
public sealed record OpenedBody(string Body);

/// <param name="Body">The message, personal values masked.</param>
public sealed record LetterView(Letter Letter, IReadOnlyList<Failure> Failures, IReadOnlyDictionary<string, string>? Headers, string? Body, IReadOnlyList<Correction> Corrections);

/// <summary><c>/console/api/letters</c>: dead letters in groups, as lists and one by one, and what is done about them.</summary>
internal static class LetterEndpoints
{
    private const int MostAPage = 500;

    public static void Map(IEndpointRouteBuilder api)
    {
        var letters = api.MapGroup("/letters").WithTags("Dead letters");
        letters.MapGet("/groups", (ClaimsPrincipal user, HttpRequest request, Letters found, CancellationToken cancellation) =>
            WithFilterAsync(request, user, async filter => await found.GroupsAsync(filter, cancellation)))
            .Produces<LetterGroups>().WithSummary("Causes, with how many letters each has, by municipality, vendor and message type.");
        letters.MapGet("", (ClaimsPrincipal user, HttpRequest request, Letters found, CancellationToken cancellation, int limit = 50, string? after = null) =>
            WithFilterAsync(request, user, async filter => await found.ListAsync(filter, Math.Clamp(limit, 1, MostAPage), after, cancellation)))
            .Produces<LetterPage>().WithSummary("Letters, the newest failure first.");
        letters.MapGet("/{letterId:guid}", (Guid letterId, ClaimsPrincipal user, Letters found, Corrections corrections, CancellationToken cancellation) =>
            ApiAnswers.AnswerAsync(() => ViewAsync(letterId, Actor.Of(user), found, corrections, cancellation)))
            .Produces<LetterView>().WithSummary("One letter with each of its failures; its body masked.");

        var acting = letters.MapGroup("").RequireAuthorization(nameof(Role.Operator));
        acting.MapPost("/{letterId:guid}/open", (Guid letterId, WhyRequest request, ClaimsPrincipal user, SealedViews views, CancellationToken cancellation) =>
            ApiAnswers.BecauseAsync(request.Why, async why => await views.OpenAsync(Actor.Of(user), letterId, why, cancellation) is { } body ? new OpenedBody(body) : null))
            .Produces<OpenedBody>().WithSummary("Opens the sealed body; audited before anything is shown.");
        acting.MapPost("/{letterId:guid}/edit", (Guid letterId, EditRequest request, ClaimsPrincipal user, Corrections corrections, CancellationToken cancellation) =>
            ApiAnswers.BecauseAsync(request.Why, async why => await corrections.EditAsync(Actor.Of(user), letterId, request.Body ?? "", why, cancellation)))
            .Produces<Replaying.Replay>().WithSummary("Sends a correction in the letter's place; the letter itself can then not be replayed any more.");
        acting.MapPost("/archive", (LettersRequest request, ClaimsPrincipal user, Archives archives, CancellationToken cancellation) =>
            ApiAnswers.BecauseAsync(request.Why, async why => new LettersMoved(await archives.ArchiveAsync(Actor.Of(user), request.Filter ?? new LetterFilter(), why, cancellation))))
            .Produces<LettersMoved>().WithSummary("Puts letters aside.");
        acting.MapPost("/restore", (LettersRequest request, ClaimsPrincipal user, Archives archives, CancellationToken cancellation) =>
            ApiAnswers.BecauseAsync(request.Why, async why => new LettersMoved(await archives.RestoreAsync(Actor.Of(user), request.Filter ?? new LetterFilter(), why, cancellation))))
            .Produces<LettersMoved>().WithSummary("Takes archived letters back.");
        letters.MapPost("/purge", (LettersRequest request, ClaimsPrincipal user, Archives archives, CancellationToken cancellation) =>
            ApiAnswers.BecauseAsync(request.Why, async why => new LettersMoved(
                await archives.PurgeAsync(Actor.Of(user), request.Filter ?? new LetterFilter(), why, cancellation))))
            .RequireAuthorization(nameof(Role.Administrator))
            .Produces<LettersMoved>().WithSummary("Removes the bodies and failures of archived and replayed letters, for good.");
    }

    public static async Task<LetterView?> ViewAsync(Guid letterId, Actor actor, Letters letters, Corrections corrections, CancellationToken cancellation) =>
        await letters.FindAsync(letterId, actor, cancellation) is { } found
            ? new LetterView(
                found.Letter, found.Failures, found.Headers, await corrections.MaskedBodyAsync(letterId, actor, cancellation), await corrections.OfLetterAsync(letterId, cancellation))
            : null;

    private static Task<IResult> WithFilterAsync<T>(HttpRequest request, ClaimsPrincipal user, Func<LetterFilter, Task<T?>> work)
        where T : class =>
        LetterFilterQuery.TryRead(request.Query, out var filter, out var fault)
            ? ApiAnswers.AnswerAsync(() => work(filter.For(Actor.Of(user))))
            : Task.FromResult(Results.Problem(NotesOnPages.InEnglish(fault!), statusCode: StatusCodes.Status422UnprocessableEntity));
}
