using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;

namespace ClaimsTransfer.OperationsConsole.Reconciliations;

/// <summary>The worklist of money that fits no claim: who decides is on record, here and at Payments.</summary>
public sealed class WorklistQuestions(ServiceClient client, AuditLog audit)
{
    private const int AtATime = 500;

    /// <summary>The municipalities of the actor one after the other, each the oldest first.</summary>
    public async Task<WorklistPage> ReadAsync(Actor actor, string? municipality, int limit, string? after, CancellationToken cancellation)
    {
        var codes = municipality is { Length: > 0 } one
            ? (actor.Sees(one) ? (string?[])[one] : [])
            : actor.Municipalities is { } some ? [.. some.Order(StringComparer.Ordinal)] : [null];
        var (from, place) = after?.Split('~') is [var code, var inner] ? (code, inner) : ("", null);
        var items = new List<WorklistItem>();
        foreach (var current in codes.Where(one => string.CompareOrdinal(one ?? "", from) >= 0))
        {
            var page = await PageAsync(current, limit - items.Count, (current ?? "") == from ? place : null, cancellation);
            items.AddRange(page.Items);
            if (page.After is not null)
                return new WorklistPage(items, $"{current}~{page.After}");
            if (items.Count == limit && current != codes[^1])
                return new WorklistPage(items, $"{codes[Array.IndexOf(codes, current) + 1]}~");
        }

        return new WorklistPage(items, null);
    }

    /// <summary>Looks for one line; its municipality says whose it is, so nobody decides on another's.</summary>
    public async Task<WorklistItem?> FindAsync(Actor actor, string? municipality, Guid id, CancellationToken cancellation)
    {
        if (municipality is null || !actor.Sees(municipality))
            return null;
        for (string? after = null; ;)
        {
            var page = await PageAsync(municipality, AtATime, after, cancellation);
            if (page.Items.FirstOrDefault(item => item.Id == id) is { } found)
                return found;
            if ((after = page.After) is null)
                return null;
        }
    }

    public async Task<WorklistDecision?> PlaceAsync(Actor actor, Guid id, PlaceRequest request, string why, CancellationToken cancellation) =>
        await DecideOpenAsync(
            actor, id, request.Municipality, "worklist.place", "place", new { agency = request.Agency, feeId = request.FeeId, who = actor.Name, why },
            new { request.Agency, request.FeeId }, why, cancellation);

    public async Task<WorklistDecision?> CloseAsync(Actor actor, Guid id, CloseRequest request, string why, CancellationToken cancellation) =>
        await DecideOpenAsync(actor, id, request.Municipality, "worklist.close", "close", new { who = actor.Name, why }, null, why, cancellation);

    /// <summary>The latest that were placed, of the actor's municipalities.</summary>
    public async Task<PlacedPage> PlacedAsync(Actor actor, string? municipality, int limit, DateTimeOffset? before, Guid? beforeId, CancellationToken cancellation)
    {
        var codes = municipality is { Length: > 0 } one
            ? (actor.Sees(one) ? (string?[])[one] : [])
            : actor.Municipalities is { } some ? [.. some] : [null];
        var items = new List<PlacedEntry>();
        foreach (var code in codes)
            items.AddRange(await PlacedOfAsync(code, limit, before, beforeId, cancellation));
        return new PlacedPage([.. items.OrderByDescending(entry => entry.PlacedAt).ThenBy(entry => entry.Id).Take(limit)]);
    }

    /// <summary>Takes a placed entry off its claim again.</summary>
    public async Task<WorklistDecision?> TakeBackAsync(Actor actor, Guid id, CloseRequest request, string why, CancellationToken cancellation) =>
        await FindPlacedAsync(actor, request.Municipality, id, cancellation) is not { } entry ? null : await DecideAsync(
            actor, id, entry.Municipality, "worklist.takeBack", "takeback", new { who = actor.Name, why }, new { entry.EntryId, entry.AmountOre, entry.Agency, entry.FeeId }, why, cancellation);

    /// <summary>Null: it is not placed any more, or on a claim of a municipality that is none of the actor's.</summary>
    public async Task<PlacedEntry?> FindPlacedAsync(Actor actor, string? municipality, Guid id, CancellationToken cancellation)
    {
        if (municipality is null || !actor.Sees(municipality))
            return null;
        var entry = await client.GetAsync<PlacedEntry>("Payments", $"payments/worklist/placed/{id}", cancellation);
        return entry?.Municipality == municipality ? entry : null;
    }

    private async Task<IReadOnlyList<PlacedEntry>> PlacedOfAsync(string? municipality, int limit, DateTimeOffset? before, Guid? beforeId, CancellationToken cancellation)
    {
        var of = municipality is null ? "" : $"&municipality={Uri.EscapeDataString(municipality)}";
        var until = before is null ? "" : $"&before={Uri.EscapeDataString($"{before:O}")}{(beforeId is null ? "" : $"&beforeId={beforeId}")}";
        return (await client.GetAsync<PlacedPage>("Payments", $"payments/worklist/placed?limit={Math.Clamp(limit, 1, AtATime)}{of}{until}", cancellation))?.Items ?? [];
    }

    private async Task<WorklistDecision?> DecideOpenAsync(
        Actor actor, Guid id, string? municipality, string action, string verb, object body, object? given, string why, CancellationToken cancellation) =>
        await FindAsync(actor, municipality, id, cancellation) is not { } item ? null : await DecideAsync(
            actor, id, item.Municipality, action, verb, body, new { item.Kind, item.Cause, item.AmountOre, given }, why, cancellation);

    private async Task<WorklistDecision?> DecideAsync(
        Actor actor, Guid id, string municipality, string action, string verb, object body, object what, string why, CancellationToken cancellation)
    {
        var outcome = "not known: it was broken off";
        try
        {
            var decided = await client.PostAsync<WorklistDecision>("Payments", $"payments/worklist/{id}/{verb}", body, cancellation);
            outcome = decided?.State ?? "it was there no more";
            return decided;
        }
        catch (NotedException failure) when (failure is ServiceAwayException or ServiceRefusedException)
        {
            outcome = Note.Write([AuditNotes.Refused, .. failure.Notes]);
            throw;
        }
        finally
        {
            // Whatever came of it is on record, also when the person's browser has gone.
            await audit.AppendAsync(
                actor,
                new AuditedAction(action, id.ToString(), municipality, why, System.Text.Json.JsonSerializer.Serialize(what, what.GetType(), ServiceClient.Json), outcome),
                CancellationToken.None);
        }
    }

    private async Task<AskedPage> PageAsync(string? municipality, int limit, string? after, CancellationToken cancellation) =>
        await client.GetAsync<AskedPage>(
            "Payments",
            $"payments/worklist?limit={Math.Clamp(limit, 1, AtATime)}{(municipality is null ? "" : $"&municipality={Uri.EscapeDataString(municipality)}")}{(string.IsNullOrEmpty(after) ? "" : $"&after={Uri.EscapeDataString(after)}")}",
            cancellation) ?? new AskedPage([], null);

    private sealed record AskedPage(IReadOnlyList<WorklistItem> Items, string? After);
}
