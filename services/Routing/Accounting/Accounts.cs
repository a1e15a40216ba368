using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Routing.Saga;
using Dapper;

namespace ClaimsTransfer.Routing.Accounting;

/// <summary>How a municipality's claims stand: each claim counted once, with its current amount in øre.</summary>
public sealed class MunicipalityAccount
{
    public long Claims { get; set; }
    public long Ore { get; set; }
    public long Transferred { get; set; }
    public long TransferredOre { get; set; }
    public long Rejected { get; set; }
    public long RejectedOre { get; set; }
    public long Held { get; set; }
    public long HeldOre { get; set; }
    public long OutOfScope { get; set; }
    public long OutOfScopeOre { get; set; }
    public long Cancelled { get; set; }
    public long CancelledOre { get; set; }
    public long Unknown { get; set; }
    public long UnknownOre { get; set; }
    public long DeadLettered { get; set; }
    public long DeadLetteredOre { get; set; }
    public long InFlight { get; set; }
    public long InFlightOre { get; set; }

    /// <summary>Claims with an instruction whose outcome is awaited, whatever they count as; those that wait for a person await none.</summary>
    public long OpenInstructions { get; set; }

    /// <summary>When the oldest claim in flight was taken in.</summary>
    public DateTimeOffset? OldestUnacknowledgedAt { get; set; }

    /// <summary>Of the claims in flight, since when the one that has waited longest has heard nothing: when its instruction was given, or the connector last spoke of it.</summary>
    public DateTimeOffset? UnheardSince { get; set; }

    /// <summary>Claims with a change that has waited for a version before it for <see cref="RoutingOptions.VersionGapAfter"/> or longer.</summary>
    public long VersionGaps { get; set; }

    /// <summary>Since when the oldest of these waits.</summary>
    public DateTimeOffset? VersionGapsSince { get; set; }

    internal void Add(ClaimCategory category, long claims, long ore)
    {
        Claims += claims;
        Ore += ore;
        switch (category)
        {
            case ClaimCategory.Transferred: (Transferred, TransferredOre) = (claims, ore); break;
            case ClaimCategory.Rejected: (Rejected, RejectedOre) = (claims, ore); break;
            case ClaimCategory.Held: (Held, HeldOre) = (claims, ore); break;
            case ClaimCategory.OutOfScope: (OutOfScope, OutOfScopeOre) = (claims, ore); break;
            case ClaimCategory.Cancelled: (Cancelled, CancelledOre) = (claims, ore); break;
            case ClaimCategory.Unknown: (Unknown, UnknownOre) = (claims, ore); break;
            case ClaimCategory.DeadLettered: (DeadLettered, DeadLetteredOre) = (claims, ore); break;
            case ClaimCategory.InFlight: (InFlight, InFlightOre) = (claims, ore); break;
        }
    }
}

public sealed record RoutingAccounts([property: JsonPropertyName("municipalities")] SortedDictionary<string, MunicipalityAccount> Municipalities);

/// <summary>Reads the accounts from the store. One look costs a pass over the claims, so looks are shared.</summary>
public sealed class Accounts
{
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly TimeSpan _gapAfter;
    private readonly SharedLook<RoutingAccounts> _look;

    /// <param name="gapAfter">How long a change waits for a version before it until it counts as a gap.</param>
    public Accounts(IStore store, TimeProvider time, TimeSpan gapAfter)
    {
        (_store, _time, _gapAfter) = (store, time, gapAfter);
        _look = new SharedLook<RoutingAccounts>(QueryAsync, time);
    }

    public Task<RoutingAccounts> ReadAsync(CancellationToken cancellation) => ReadAsync(fresh: false, cancellation);

    /// <param name="fresh">As they are now: whoever concludes from them that nothing is under way must not see an earlier look.</param>
    public Task<RoutingAccounts> ReadAsync(bool fresh, CancellationToken cancellation) => _look.ReadAsync(fresh, cancellation);

    private async Task<RoutingAccounts> QueryAsync(CancellationToken cancellation)
    {
        await using var connection = await _store.OpenAsync(cancellation);
        // A claim that is only heard of (Awaited) is not accepted yet; one whose own message is dead-lettered is.
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            _store.Sql("""
                SELECT municipality AS Municipality, category AS Category, COUNT(*) AS Claims, SUM(amount_ore) AS Ore,
                       SUM(CASE WHEN open_instruction = @yes AND category NOT IN (@unknown, @deadLettered) THEN 1 ELSE 0 END) AS OpenInstructions,
                       MIN(CASE WHEN category = @inFlight THEN received_at END) AS Oldest,
                       MIN(CASE WHEN category = @inFlight THEN unheard_since END) AS UnheardSince
                FROM routing.claims
                WHERE category <> @awaited
                GROUP BY municipality, category
                """),
            new
            {
                yes = true, inFlight = nameof(ClaimCategory.InFlight), awaited = nameof(ClaimCategory.Awaited), unknown = nameof(ClaimCategory.Unknown),
                deadLettered = nameof(ClaimCategory.DeadLettered),
            }, cancellationToken: cancellation));

        var accounts = new SortedDictionary<string, MunicipalityAccount>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var account = Of(row.Municipality);
            account.Add(Enum.Parse<ClaimCategory>(row.Category), row.Claims, (long)row.Ore);
            account.OpenInstructions += row.OpenInstructions;
            if (row.Oldest is { } oldest)
                account.OldestUnacknowledgedAt = DateTimeOffset.FromUnixTimeMilliseconds(oldest);
            if (row.UnheardSince is { } unheard)
                account.UnheardSince = DateTimeOffset.FromUnixTimeMilliseconds(unheard);
        }

        var gaps = await connection.QueryAsync<GapRow>(new CommandDefinition(
            _store.Sql("""
                SELECT municipality AS Municipality, COUNT(*) AS Claims, MIN(waiting_since) AS Since
                FROM routing.claims
                WHERE waiting_since <= @before
                GROUP BY municipality
                """), new { before = (_time.GetUtcNow() - _gapAfter).ToUnixTimeMilliseconds() }, cancellationToken: cancellation));
        foreach (var gap in gaps)
            (Of(gap.Municipality).VersionGaps, Of(gap.Municipality).VersionGapsSince) = (gap.Claims, DateTimeOffset.FromUnixTimeMilliseconds(gap.Since));
        return new RoutingAccounts(accounts);

        MunicipalityAccount Of(string municipality)
        {
            if (!accounts.TryGetValue(municipality, out var account))
                accounts[municipality] = account = new MunicipalityAccount();
            return account;
        }
    }

    private sealed record GapRow
    {
        public required string Municipality { get; init; }
        public long Claims { get; init; }
        public long Since { get; init; }
    }

    private sealed record Row
    {
        public required string Municipality { get; init; }
        public required string Category { get; init; }
        public long Claims { get; init; }

        /// <summary>PostgreSQL sums 64-bit integers into a numeric.</summary>
        public decimal Ore { get; init; }
        public long OpenInstructions { get; init; }
        public long? Oldest { get; init; }
        public long? UnheardSince { get; init; }
    }
}
