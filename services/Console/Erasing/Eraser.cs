using System.Globalization;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Overview;

namespace ClaimsTransfer.OperationsConsole.Erasing;

/// <param name="Claims">Claims of which it is erased who owed them and for what.</param>
/// <param name="Others">What else was erased, that belongs to no claim.</param>
/// <param name="Kept">Claims that something still needs.</param>
public sealed record ErasedSum(long Claims, long Others, IReadOnlyList<KeptClaim> Kept);

/// <summary>
/// Has the services erase, each what it holds. Whoever may still need something is asked before the others, and Ingest last, as its parties lead from a citizen to the claims. Routing
/// lists a claim until it is told that everybody has erased it: whatever breaks off, whoever asks next asks everybody again.
/// </summary>
public sealed class Eraser(ServiceClient client, ErasureStore own, TimeProvider time)
{
    private static readonly string[] Connectors = Enum.GetNames<Vendor>();

    /// <summary>What is past the retention, all of it.</summary>
    public async Task<ErasedSum> PastRetentionAsync(Retention retention, CancellationToken cancellation)
    {
        var before = retention.KeptSince(time.GetUtcNow());
        var (claims, kept) = (0L, new List<KeptClaim>());
        await foreach (var ended in EndedAsync(retention.Code, before, cancellation))
        {
            var left = await EraseAsync(retention.Code, ended, cancellation);
            claims += ended.Count - left.Count;
            kept.AddRange(left);
        }

        return new ErasedSum(claims, await OthersAsync(retention.Code, before, cancellation), kept);
    }

    /// <summary>Whose claims there are.</summary>
    public async Task<IReadOnlyCollection<string>> MunicipalitiesAsync(CancellationToken cancellation) =>
        [.. (await client.GetAsync<RoutingBooks>("Routing", "routing/accounting", cancellation).OrAwayAsync("Routing")).Municipalities.Keys];

    /// <summary>How many claims are past the retention; of some of them something may still be needed.</summary>
    public async Task<long> CountAsync(Retention retention, CancellationToken cancellation)
    {
        var claims = 0L;
        await foreach (var ended in EndedAsync(retention.Code, retention.KeptSince(time.GetUtcNow()), cancellation))
            claims += ended.Count;
        return claims;
    }

    /// <returns>Those of which something is still needed; the others are erased.</returns>
    public async Task<IReadOnlyList<KeptClaim>> EraseAsync(string municipality, IReadOnlyList<Guid> claimIds, CancellationToken cancellation)
    {
        List<KeptClaim> kept = [];
        foreach (var chunk in claimIds.Chunk(Lists.Most))
        {
            IReadOnlyList<Guid> left = chunk;
            foreach (var ask in HoldersOf(cancellation))
            {
                if (left.Count == 0)
                    break;
                var needed = (await ask(new Erasure(municipality, left))).Kept;
                kept.AddRange(needed);
                left = [.. left.Except(needed.Select(claim => claim.ClaimId))];
            }

            if (left.Count > 0)
                await client.PostAsync<object>("Routing", "routing/erase/done", new Erasure(municipality, left), cancellation);
        }

        return kept;
    }

    private async IAsyncEnumerable<IReadOnlyList<Guid>> EndedAsync(
        string municipality, DateTimeOffset before, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            var page = await client.GetAsync<EndedClaims>(
                "Routing",
                $"routing/claims/ended?municipality={municipality}&before={Uri.EscapeDataString(before.ToString("O", CultureInfo.InvariantCulture))}&limit={Lists.Most}&after={after}",
                cancellation).OrAwayAsync("Routing");
            yield return page.ClaimIds;
            after = page.Next;
        }
        while (after is not null);
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

    /// <summary>In their order. A vendor whose connector has no address here runs it on its own, and erases by its own agreement with the municipality.</summary>
    private IEnumerable<Func<Erasure, Task<Erased>>> HoldersOf(CancellationToken cancellation) =>
    [
        erasure => own.EraseAsync(erasure, cancellation),
        erasure => AskAsync("Payments", "payments", erasure, cancellation),
        .. Connectors.Where(client.Knows).Select<string, Func<Erasure, Task<Erased>>>(vendor => erasure => AskAsync(vendor, $"connectors/{vendor}", erasure, cancellation)),
        erasure => AskAsync("Routing", "routing", erasure, cancellation),
        erasure => AskAsync("Ingest", "ingest", erasure, cancellation),
    ];

    private Task<Erased> AskAsync(string service, string path, Erasure erasure, CancellationToken cancellation) =>
        client.PostAsync<Erased>(service, $"{path}/erase", erasure, cancellation).OrAwayAsync(service);

    private sealed record EndedClaims(IReadOnlyList<Guid> ClaimIds, string? Next);
}
