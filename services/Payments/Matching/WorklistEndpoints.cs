using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Payments.ToFbs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Payments.Matching;

/// <param name="Who">The person; kept.</param>
/// <param name="Why">The reason; kept; no personal data.</param>
public sealed record PlaceRequest(string? Agency, long? FeeId, string? Who, string? Why);

public sealed record CloseRequest(string? Who, string? Why);

/// <param name="Items">The latest first.</param>
public sealed record PlacedPage(IReadOnlyList<PlacedEntry> Items);

public sealed record WorklistDecision(Guid MessageId, string State, Guid? ClaimId);

/// <summary>A person looks at the worklist, gives an entry to a claim, or says that it is dealt with.</summary>
internal static class WorklistEndpoints
{
    private const int MostItems = 500;

    public static async Task<Results<JsonHttpResult<WorklistPage>, ProblemHttpResult>> ReadAsync(
        Worklist worklist, CancellationToken cancellation, string? municipality = null, int limit = 100, string? after = null)
    {
        if (limit is < 1 or > MostItems)
            return TypedResults.Problem($"limit is {limit}; give 1 to {MostItems}, such as 100.", statusCode: 422);
        if (!WorklistPlace.TryParse(after, out var place))
            return TypedResults.Problem("after is not what an earlier page gave; leave it out for the first page.", statusCode: 422);
        return TypedResults.Json(await worklist.ReadAsync(string.IsNullOrEmpty(municipality) ? null : municipality, limit, place, cancellation), PaymentsJson.Default.WorklistPage);
    }

    public static async Task<Results<JsonHttpResult<WorklistDecision>, ProblemHttpResult>> PlaceAsync(
        Guid messageId, PlaceRequest request, IUnmatchedStore store, Matcher matcher, CancellationToken cancellation)
    {
        if (FaultOf(request.Who, request.Why) is { } fault)
            return TypedResults.Problem(fault, statusCode: 422);
        if (string.IsNullOrEmpty(request.Agency) || request.FeeId is not { } feeId)
            return TypedResults.Problem("agency or feeId is missing; give the claim, such as \"agency\": \"DK-710100\", \"feeId\": 434536.", statusCode: 422);
        if (await store.FindAsync(messageId, cancellation) is not { } entry)
            return TypedResults.Problem($"No unmatched entry {messageId} is on the worklist.", statusCode: 404);

        var claimId = DeterministicId.OfClaim(request.Agency, feeId);
        if (entry.State is UnmatchedState.Placing or UnmatchedState.Placed && entry.ClaimId == claimId)
            return Decided(entry);
        if (entry.State != UnmatchedState.Open)
            return NotedProblem.Of(WorklistNotes.Decided(entry.State), 409);
        if (entry.Cause == UnmatchedCause.Unreadable)
            return NotedProblem.Of(WorklistNotes.Unreadable, 409);
        if (entry.Cause == UnmatchedCause.Duplicate)
            return NotedProblem.Of(WorklistNotes.BookedElsewhere, 409);
        if (await store.AccountAsync(claimId, cancellation) is not { } account || account.Municipality != entry.Entry.Municipality)
            return NotedProblem.Of(WorklistNotes.NoClaim(entry.Entry.Municipality, request.Agency, feeId), 422);
        try
        {
            await matcher.PlaceAsync(entry, account, request.Who!, request.Why!, cancellation);
        }
        catch (LostRaceException)
        {
            return NotedProblem.Of(WorklistNotes.DecidedMeanwhile, 409);
        }
        catch (Exception away) when (BatchConsumer.IsTransient(away))
        {
            // Once decided, it is sent by the sweep when the broker is there again; a store that is away has decided nothing.
            return await store.FindAsync(messageId, cancellation) is { State: UnmatchedState.Placing } decided && decided.ClaimId == claimId
                ? Decided(decided)
                : TypedResults.Problem("The store or the broker is away, and nothing was decided; try again.", statusCode: 503);
        }

        return Decided(entry with { State = UnmatchedState.Placed, ClaimId = claimId });
    }

    public static async Task<Results<JsonHttpResult<PlacedPage>, ProblemHttpResult>> PlacedAsync(
        IUnmatchedStore store, CancellationToken cancellation, string? municipality = null, int limit = 100, DateTimeOffset? before = null, Guid? beforeId = null) =>
        limit is < 1 or > MostItems
            ? TypedResults.Problem($"limit is {limit}; give 1 to {MostItems}, such as 100.", statusCode: 422)
            : TypedResults.Json(new PlacedPage(await store.PlacedAsync(string.IsNullOrEmpty(municipality) ? null : municipality, limit, before, beforeId, cancellation)), PaymentsJson.Default.PlacedPage);

    public static async Task<Results<JsonHttpResult<PlacedEntry>, ProblemHttpResult>> FindPlacedAsync(Guid messageId, IUnmatchedStore store, CancellationToken cancellation) =>
        await store.FindAsync(messageId, cancellation) is { State: UnmatchedState.Placed, ClaimId: { } claimId } entry && await store.AccountAsync(claimId, cancellation) is { } account
            ? TypedResults.Json(PlacedEntry.Of(entry, account), PaymentsJson.Default.PlacedEntry)
            : TypedResults.Problem($"No entry {messageId} is placed.", statusCode: 404);

    public static async Task<Results<JsonHttpResult<WorklistDecision>, ProblemHttpResult>> TakeBackAsync(
        Guid messageId, CloseRequest request, IUnmatchedStore store, IPaymentsStore ledger, Matcher matcher, CancellationToken cancellation)
    {
        if (FaultOf(request.Who, request.Why) is { } fault)
            return TypedResults.Problem(fault, statusCode: 422);
        if (await store.FindAsync(messageId, cancellation) is not { } entry)
            return TypedResults.Problem($"No entry {messageId} was ever on the worklist.", statusCode: 404);
        if (IsTakenBack(entry))
            return Decided(entry);
        if (entry.State != UnmatchedState.Placed || entry.ClaimId is not { } claimId)
            return NotedProblem.Of(WorklistNotes.NotPlaced(entry.State), 409);
        if (entry.Entry.Kind == DebtorEntryKind.Account)
            return NotedProblem.Of(WorklistNotes.NoCounterEntry, 409);
        if (await store.IsReversedAsync(entry, cancellation))
            return NotedProblem.Of(WorklistNotes.Reversed, 409);
        var placement = new EntryKey(entry.Entry.Municipality, entry.PlacementId);
        if (await store.AccountAsync(claimId, cancellation) is not { } account
            || !(await ledger.BookedOnAsync([placement], cancellation)).TryGetValue(placement, out var booked) || booked != claimId)
            return NotedProblem.Of(WorklistNotes.NotBookedYet, 409);
        try
        {
            await matcher.TakeBackAsync(entry, account, request.Who!, request.Why!, cancellation);
        }
        catch (LostRaceException)
        {
            return NotedProblem.Of(WorklistNotes.DecidedMeanwhile, 409);
        }
        catch (Exception away) when (BatchConsumer.IsTransient(away))
        {
            return await store.FindAsync(messageId, cancellation) is { } decided && IsTakenBack(decided)
                ? Decided(decided)
                : TypedResults.Problem("The store or the broker is away, and nothing was decided; try again.", statusCode: 503);
        }

        return Decided(entry with { State = UnmatchedState.Open, ClaimId = null });
    }

    private static bool IsTakenBack(UnmatchedEntry entry) =>
        entry.State == UnmatchedState.TakingBack || (entry.State == UnmatchedState.Open && entry.Decisions is [.., { Decision: "takenBack" }]);

    public static async Task<Results<JsonHttpResult<WorklistDecision>, ProblemHttpResult>> CloseAsync(
        Guid messageId, CloseRequest request, IUnmatchedStore store, IOrderStore orders, Matcher matcher, TimeProvider time, CancellationToken cancellation)
    {
        if (FaultOf(request.Who, request.Why) is { } fault)
            return TypedResults.Problem(fault, statusCode: 422);
        if (await store.FindAsync(messageId, cancellation) is not { } entry)
        {
            return await orders.CloseAsync(messageId, request.Who!, request.Why!, time.GetUtcNow(), cancellation)
                ? TypedResults.Json(new WorklistDecision(messageId, nameof(UnmatchedState.Closed), null), PaymentsJson.Default.WorklistDecision)
                : TypedResults.Problem($"No entry or order {messageId} on the worklist can be closed; an account's line goes away when its balance does.", statusCode: 404);
        }

        if (entry.State == UnmatchedState.Closed)
            return Decided(entry);
        if (entry.State != UnmatchedState.Open)
            return NotedProblem.Of(WorklistNotes.Decided(entry.State), 409);
        try
        {
            await matcher.CloseAsync(entry, request.Who!, request.Why!, cancellation);
        }
        catch (LostRaceException)
        {
            return NotedProblem.Of(WorklistNotes.DecidedMeanwhile, 409);
        }

        return Decided(entry with { State = UnmatchedState.Closed });
    }

    private static JsonHttpResult<WorklistDecision> Decided(UnmatchedEntry entry) =>
        TypedResults.Json(new WorklistDecision(entry.Entry.MessageId, entry.State.ToString(), entry.ClaimId), PaymentsJson.Default.WorklistDecision);

    private static string? FaultOf(string? who, string? why) =>
        string.IsNullOrWhiteSpace(who) || who.Length > 100 ? "who is missing or longer than 100 characters; give the person's user name, such as 'anna'."
        : string.IsNullOrWhiteSpace(why) || why.Length > 500 ? "why is missing or longer than 500 characters; give the reason, such as 'found by name in Opus'."
        : null;
}
