using System.Globalization;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Asking;

namespace ClaimsTransfer.OperationsConsole.Erasing;

/// <param name="Claims">Claims of which it is erased who owed them and for what.</param>
/// <param name="Others">What else was erased, that belongs to no claim.</param>
/// <param name="Kept">Claims that something still needs.</param>
public sealed record ErasedSum(long Claims, long Others, IReadOnlyList<KeptClaim> Kept);

/// <summary>
/// Has the services erase, each what it holds. Whoever may still need something is asked before the others, and Routing last: while a claim is not erased there, the next night asks
/// everybody again, so that a crash anywhere leaves nothing behind.
/// </summary>
public sealed class Eraser(ServiceClient client, ErasureStore own, TimeProvider time)
{
    private static readonly string[] Connectors = Enum.GetNames<Vendor>();

    /// <summary>What is past the municipality's retention, all of it.</summary>
    public async Task<ErasedSum> PastRetentionAsync(Municipality municipality, CancellationToken cancellation)
    {
        var before = municipality.KeptSince(time.GetUtcNow());
        var (claims, kept, after) = (0L, new List<KeptClaim>(), (string?)null);
        do
        {
            var ended = await client.GetAsync<EndedClaims>(
                "Routing",
                $"routing/claims/ended?municipality={municipality.Code}&before={Uri.EscapeDataString(before.ToString("O", CultureInfo.InvariantCulture))}&limit={Lists.Most}&after={after}",
                cancellation) ?? throw new ServiceAwayException("Routing", ServiceNotes.AnswersNot("Routing"));
            var left = await EraseAsync(municipality.Code, ended.ClaimIds, cancellation);
            claims += ended.ClaimIds.Count - left.Count;
            kept.AddRange(left);
            after = ended.Next;
        }
        while (after is not null);

        return new ErasedSum(claims, await OthersAsync(municipality.Code, before, cancellation), kept);
    }

    /// <returns>Those of which something is still needed; the others are erased.</returns>
    public async Task<IReadOnlyList<KeptClaim>> EraseAsync(string municipality, IReadOnlyList<Guid> claimIds, CancellationToken cancellation)
    {
        List<KeptClaim> kept = [];
        foreach (var chunk in claimIds.Chunk(Lists.Most))
        {
            IReadOnlyList<Guid> left = chunk;
            foreach (var ask in HoldersOf(cancellation).Append(erasure => AskAsync("Routing", "routing", erasure, cancellation)))
            {
                if (left.Count == 0)
                    break;
                var needed = (await ask(new Erasure(municipality, left))).Kept;
                kept.AddRange(needed);
                left = [.. left.Except(needed.Select(claim => claim.ClaimId))];
            }
        }

        return kept;
    }

    private async Task<long> OthersAsync(string municipality, DateTimeOffset before, CancellationToken cancellation)
    {
        var others = 0L;
        foreach (var ask in HoldersOf(cancellation))
        {
            Erased erased;
            do
            {
                erased = await ask(new Erasure(municipality, [], before));
                others += erased.Others;
            }
            while (erased.IsMore);
        }

        return others;
    }

    /// <summary>All but Routing. A vendor whose connector has no address here runs it on its own, and erases by its own agreement with the municipality.</summary>
    private IEnumerable<Func<Erasure, Task<Erased>>> HoldersOf(CancellationToken cancellation) =>
    [
        erasure => own.EraseAsync(erasure, cancellation),
        erasure => AskAsync("Payments", "payments", erasure, cancellation),
        .. Connectors.Where(client.Knows).Select<string, Func<Erasure, Task<Erased>>>(vendor => erasure => AskAsync(vendor, $"connectors/{vendor}", erasure, cancellation)),
        erasure => AskAsync("Ingest", "ingest", erasure, cancellation),
    ];

    private async Task<Erased> AskAsync(string service, string path, Erasure erasure, CancellationToken cancellation) =>
        await client.PostAsync<Erased>(service, $"{path}/erase", erasure, cancellation) ?? throw new ServiceAwayException(service, ServiceNotes.AnswersNot(service));

    private sealed record EndedClaims(IReadOnlyList<Guid> ClaimIds, string? Next);
}
