using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;

namespace ClaimsTransfer.OperationsConsole.Waiting;

/// <summary>What did not come through without being a dead letter: refused by Ingest, rejected by a debtor system, waiting for a retry. Asked where it is, each time, and no further than the actor sees.</summary>
public sealed class Elsewhere(ServiceClient client, IMunicipalities municipalities)
{
    public async Task<RefusedGroups> RefusedGroupsAsync(Actor actor, string? municipality, CancellationToken cancellation) =>
        Scoped(actor, municipality) is { } scope
            ? await client.GetAsync<RefusedGroups>("Ingest", $"ingest/refused/groups{Query(scope)}", cancellation) ?? new RefusedGroups([])
            : new RefusedGroups([]);

    /// <summary>Oldest first.</summary>
    public async Task<RefusedPage> RefusedAsync(Actor actor, string? municipality, string? agency, long? feeId, int limit, string? after, CancellationToken cancellation) =>
        Scoped(actor, municipality) is { } scope
            ? await client.GetAsync<RefusedPage>("Ingest", $"ingest/refused{Query(scope, ("agency", agency), ("feeId", feeId?.ToString()), ("limit", $"{limit}"), ("after", after))}", cancellation) ?? new RefusedPage([], null)
            : new RefusedPage([], null);

    public async Task<RejectionGroups> RejectionsAsync(Actor actor, string? municipality, CancellationToken cancellation) =>
        Scoped(actor, municipality) is { } scope
            ? await client.GetAsync<RejectionGroups>("Routing", $"routing/rejections{Query(scope)}", cancellation) ?? new RejectionGroups([])
            : new RejectionGroups([]);

    /// <param name="source">One of them, for what follows its first page; null: all.</param>
    public async Task<WaitingMessages> WaitingAsync(Actor actor, string? municipality, string? source, int limit, string? after, CancellationToken cancellation)
    {
        if (Scoped(actor, municipality) is not { } scope)
            return new WaitingMessages([], new Dictionary<string, string>(), new Dictionary<string, IReadOnlyList<Note>>());
        var known = (string[])["Payments", .. municipalities.All.Where(one => actor.Sees(one.Code)).Select(one => one.Vendor.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var asked = await Task.WhenAll(known.Where(one => source is null || string.Equals(one, source, StringComparison.OrdinalIgnoreCase)).Select(one => AskAsync(one, scope, limit, source is null ? null : after, cancellation)));
        return new WaitingMessages(
            [.. asked.SelectMany(answer => answer.Page?.Waiting.Select(item => item with { Source = answer.Source }) ?? []).OrderBy(item => item.DueAt).ThenBy(item => item.Id, StringComparer.Ordinal)],
            asked.Where(answer => answer.Page?.Next is not null).ToDictionary(answer => answer.Source, answer => answer.Page!.Next!),
            asked.Where(answer => answer.Away is not null).ToDictionary(answer => answer.Source, answer => answer.Away!));
    }

    private async Task<(string Source, Page? Page, IReadOnlyList<Note>? Away)> AskAsync(string source, IReadOnlyCollection<string> scope, int limit, string? after, CancellationToken cancellation)
    {
        var path = source == "Payments" ? "payments/waiting" : $"connectors/{source}/waiting";
        try
        {
            var page = await client.GetAsync<AskedPage>(source, $"{path}{Query(scope, ("limit", $"{limit}"), ("after", after))}", cancellation);
            return (source, page is null ? null : new Page([.. page.Waiting.Select(item => item.Message(source))], page.Next), null);
        }
        catch (ServiceAwayException away)
        {
            // The others are shown all the same, and beside them which was not asked.
            return (source, null, away.Notes);
        }
    }

    /// <summary>Empty: all; null: nothing that this person sees.</summary>
    private static IReadOnlyCollection<string>? Scoped(Actor actor, string? municipality) => (municipality, actor.Municipalities) switch
    {
        ({ Length: > 0 } one, _) => actor.Sees(one) ? [one] : null,
        (_, null) => [],
        (_, { Count: 0 }) => null,
        (_, { } some) => [.. some],
    };

    private static string Query(IEnumerable<string> scope, params ReadOnlySpan<(string Name, string? Value)> more)
    {
        var parts = scope.Order(StringComparer.Ordinal).Select(code => $"municipality={Uri.EscapeDataString(code)}").ToList();
        foreach (var (name, value) in more)
        {
            if (!string.IsNullOrEmpty(value))
                parts.Add($"{name}={Uri.EscapeDataString(value)}");
        }

        return parts.Count == 0 ? "" : $"?{string.Join('&', parts)}";
    }

    private sealed record Page(IReadOnlyList<WaitingMessage> Waiting, string? Next);

    private sealed record AskedPage(IReadOnlyList<Asked> Waiting, string? Next);

    /// <summary>What a connector and Payments answer; each names it by its own field.</summary>
    private sealed record Asked
    {
        public Guid? InstructionId { get; init; }
        public string? Id { get; init; }
        public Guid ClaimId { get; init; }
        public string Municipality { get; init; } = "";
        public string Agency { get; init; } = "";
        public long FeeId { get; init; }
        public string Kind { get; init; } = "";
        public int Attempts { get; init; }
        public DateTimeOffset DueAt { get; init; }
        public DateTimeOffset? Since { get; init; }
        public Note? Why { get; init; }

        public WaitingMessage Message(string source) => new(source, Id ?? InstructionId?.ToString() ?? "", ClaimId, Municipality, Agency, FeeId, Kind, Attempts, DueAt, Since, Why);
    }
}
