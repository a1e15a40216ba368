using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using Dapper;

namespace ClaimsTransfer.Routing.Operations;

/// <summary>Which of a municipality's claims that are out of scope.</summary>
/// <param name="Municipality">Four digits; required.</param>
/// <param name="Agency">ISIL; null: all.</param>
/// <param name="CreatedSince">That day or later; null: whenever.</param>
public sealed record LeftOutFilter(string? Municipality = null, string? Agency = null, DateOnly? CreatedSince = null);

/// <param name="Rule">The rule that leaves them out today; null: none does, they would be taken in.</param>
public sealed record LeftOutSum(string? Rule, long Claims, long Ore);

/// <summary>What would become of them by the municipality's rules of today.</summary>
/// <param name="Wanted">Those that no rule leaves out any more.</param>
/// <param name="Left">Those that stay out of scope, by rule.</param>
public sealed record LeftOutView(LeftOutSum Wanted, IReadOnlyList<LeftOutSum> Left);

public sealed record TakeInRequest(string? Municipality, string? Agency, DateOnly? CreatedSince, string? Who, string? Why)
{
    internal LeftOutFilter Filter => new(Municipality, Agency, CreatedSince);
}

/// <summary>
/// Claims that came while their municipality was planned, say, and are wanted now. Taking them in releases each by a message of its own, so that every claim is decided by its own
/// saga; what a crash has left is taken in by asking again, and a message that comes twice counts once.
/// </summary>
public sealed class LeftOut(IStore store, IPublisher publisher, IMunicipalities municipalities, TimeProvider time)
{
    private const int PageSize = 500;

    public async Task<LeftOutView> ShowAsync(LeftOutFilter filter, CancellationToken cancellation)
    {
        var sums = new Dictionary<string, (long Claims, long Ore)>(StringComparer.Ordinal);
        await foreach (var page in PagesAsync(filter, cancellation))
        {
            foreach (var claim in page)
            {
                var rule = RuleOf(claim) ?? "";
                var (claims, ore) = sums.GetValueOrDefault(rule);
                sums[rule] = (claims + 1, ore + claim.AmountOre);
            }
        }

        var wanted = sums.GetValueOrDefault("");
        return new LeftOutView(
            new LeftOutSum(null, wanted.Claims, wanted.Ore),
            [.. sums.Where(sum => sum.Key.Length > 0).OrderBy(sum => sum.Key, StringComparer.Ordinal).Select(sum => new LeftOutSum(sum.Key, sum.Value.Claims, sum.Value.Ore))]);
    }

    /// <returns>What has been told to go on its way; the claims follow within moments.</returns>
    public async Task<LeftOutSum> TakeInAsync(LeftOutFilter filter, string who, string why, CancellationToken cancellation)
    {
        var (claims, ore) = (0L, 0L);
        await foreach (var page in PagesAsync(filter, cancellation))
        {
            var wanted = page.FindAll(claim => RuleOf(claim) is null);
            await publisher.PublishAsync([.. wanted.Select(claim => Release(claim, who, why))], cancellation);
            claims += wanted.Count;
            ore += wanted.Sum(claim => claim.AmountOre);
        }

        return new LeftOutSum(null, claims, ore);
    }

    private string? RuleOf(ClaimState claim) => LiabilityPolicy.Decide(claim, municipalities.Find(claim.Municipality)) is Liability.OutOfScope left ? left.Rule : null;

    /// <summary>The id follows from the claim as it stands: however often it is asked for, it is released once.</summary>
    private OutgoingMessage Release(ClaimState claim, string who, string why)
    {
        var messageId = DeterministicId.Of(claim.ClaimId, $"take-in/{claim.Position}");
        var message = new OperateClaim(
            messageId, time.GetUtcNow(), claim.ClaimId, claim.Municipality, claim.Agency, claim.FeeId, claim.Version, ClaimOperation.Release, who, why);
        return new OutgoingMessage(MessageNames.OperateClaim, messageId, JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.OperateClaim));
    }

    /// <summary>Page by page in the order of an index, so that it costs what it finds.</summary>
    private async IAsyncEnumerable<List<ClaimState>> PagesAsync(LeftOutFilter filter, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var (afterAt, afterId, statement) = (long.MinValue, Guid.Empty, Statement(filter));
        while (true)
        {
            List<Row> rows;
            await using (var connection = await store.OpenAsync(cancellation))
            {
                rows = (await connection.QueryAsync<Row>(new CommandDefinition(
                    statement, new { filter.Municipality, agency = filter.Agency?.ToUpperInvariant(), category = nameof(ClaimCategory.OutOfScope), afterAt, afterId, most = PageSize }, cancellationToken: cancellation))).AsList();
            }

            if (rows.Count == 0)
                yield break;
            var states = rows.ConvertAll(row => JsonSerializer.Deserialize(row.State, RoutingJson.Default.ClaimState)!);
            yield return states.FindAll(claim => claim.Facts is { } facts && (filter.CreatedSince is not { } day || facts.CreatedOn >= day));
            (afterAt, afterId) = (rows[^1].ListedAt, rows[^1].ClaimId);
        }
    }

    private string Statement(LeftOutFilter filter) => store.Sql($"""
        SELECT {store.Top("most")} claim_id AS ClaimId, listed_at AS ListedAt, state AS State
        FROM routing.claims
        WHERE municipality = @Municipality AND category = @category{(filter.Agency is null ? "" : " AND agency = @agency")}
          AND listed_at >= @afterAt AND (listed_at > @afterAt OR claim_id > @afterId)
        ORDER BY listed_at, claim_id {store.Limit("most")}
        """);

    private sealed record Row
    {
        public Guid ClaimId { get; init; }
        public long ListedAt { get; init; }
        public required string State { get; init; }
    }
}
