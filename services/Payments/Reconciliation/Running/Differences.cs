using System.Runtime.CompilerServices;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using Dapper;

namespace ClaimsTransfer.Payments.Reconciliation.Running;

/// <summary>Differences on record, and since when each is there.</summary>
internal sealed class Differences(IStore store)
{
    public const int PageSize = 1_000;

    private const string All =
        """
        number AS Number, claim_id AS ClaimId, municipality AS Municipality, agency AS Agency, fee_id AS FeeId, version AS Version, reference AS Reference,
        fbs_ore AS FbsOre, ours_ore AS OursOre, debtor_ore AS DebtorOre, payment_ore AS PaymentOre, cause AS Cause, would_be AS WouldBe, since_at AS SinceAt,
        action AS Action, is_safe AS IsSafe, repaired_at AS RepairedAt
        """;

    public Task AddAsync(
        long run, IReadOnlyList<Difference> page, LeaseFence fence, CancellationToken cancellation) => store.UnderAsync(fence, async transaction =>
    {
        await store.InsertAsync(transaction, ReconciliationSchema.Differences,
        [
            .. page.Select(line => (object?[])
            [
                run, line.Number, line.ClaimId, line.Municipality, line.Agency, line.FeeId, line.Version, line.Reference, line.FbsOre, line.OursOre, line.DebtorOre, line.PaymentOre,
                line.Cause.ToString(), line.WouldBe?.ToString(), line.Since.ToUnixTimeMilliseconds(), line.Action.ToString(), line.IsSafe, line.RepairedAt?.ToUnixTimeMilliseconds(),
            ]),
        ], cancellation);
        return true;
    }, cancellation);

    /// <summary>When an earlier run has first seen each claim with each cause, Unix milliseconds.</summary>
    public async Task<IReadOnlyDictionary<(Guid, Cause), long>> SeenAsync(string municipality, IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return (await connection.QueryAsync<Row>(new CommandDefinition(
                store.Sql($"SELECT claim_id AS ClaimId, cause AS Cause, since_at AS SinceAt FROM payments.reconciliation_seen WHERE municipality = @municipality AND {store.In("claim_id", "ids")}"),
                new { municipality, ids = store.List(claimIds) }, cancellationToken: cancellation)))
            .ToDictionary(row => (row.ClaimId, Enum.Parse<Cause>(row.Cause)), row => row.SinceAt);
    }

    /// <summary>All of a run in pages, in the order they were found: by library and fee.</summary>
    /// <param name="isUnrepaired">Only those that are safe to repair and have not been.</param>
    public async IAsyncEnumerable<IReadOnlyList<Difference>> PagesAsync(long run, bool isUnrepaired, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var after = 0L;
        while (await PageAsync(isUnrepaired ? "AND is_safe = @yes AND repaired_at IS NULL" : "", new { run, after, yes = true, page = PageSize }, cancellation) is { Count: > 0 } page)
        {
            after = page[^1].Number;
            yield return page;
        }
    }

    /// <summary>The first of a cause, those with the same action together.</summary>
    public Task<IReadOnlyList<Difference>> FirstAsync(long run, Cause cause, int count, CancellationToken cancellation) =>
        PageAsync("AND cause = @cause", new { run, after = 0L, cause = cause.ToString(), page = count }, cancellation, "action, number");

    /// <summary>Writes down that the messages went out.</summary>
    public Task SetRepairedAsync(
        long run, IReadOnlyCollection<long> numbers, DateTimeOffset at, LeaseFence fence, CancellationToken cancellation) =>
        store.UnderAsync(fence, transaction =>
        transaction.Connection!.ExecuteAsync(
            store.Sql($"UPDATE payments.reconciliation_differences SET repaired_at = @at WHERE run = @run AND {store.In("number", "numbers", ColumnType.Integer)}"),
            new { run, at = at.ToUnixTimeMilliseconds(), numbers = store.List(numbers) }, transaction), cancellation);

    public async Task<long> RepairedAsync(long run, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            store.Sql("SELECT COUNT(*) FROM payments.reconciliation_differences WHERE run = @run AND repaired_at IS NOT NULL"), new { run }, cancellationToken: cancellation));
    }

    /// <summary>Of a run that did not get so far as to have any.</summary>
    public Task ClearAsync(long run, LeaseFence fence, CancellationToken cancellation) => store.UnderAsync(fence, transaction =>
        transaction.Connection!.ExecuteAsync(store.Sql("DELETE FROM payments.reconciliation_differences WHERE run = @run"), new { run }, transaction), cancellation);

    private async Task<IReadOnlyList<Difference>> PageAsync(string only, object parameters, CancellationToken cancellation, string order = "number")
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"SELECT {store.Top("page")} {All} FROM payments.reconciliation_differences WHERE run = @run AND number > @after {only} ORDER BY {order} {store.Limit("page")}"),
            parameters, cancellationToken: cancellation));
        return [.. rows.Select(row => row.ToDifference())];
    }

    private sealed record Row
    {
        public long Number { get; init; }

        public Guid ClaimId { get; init; }

        public string Municipality { get; init; } = "";

        public string? Agency { get; init; }

        public long? FeeId { get; init; }

        public long Version { get; init; }

        public string? Reference { get; init; }

        public long? FbsOre { get; init; }

        public long? OursOre { get; init; }

        public long? DebtorOre { get; init; }

        public long? PaymentOre { get; init; }

        public string Cause { get; init; } = "";

        public string? WouldBe { get; init; }

        public long SinceAt { get; init; }

        public string Action { get; init; } = "";

        public bool IsSafe { get; init; }

        public long? RepairedAt { get; init; }

        public Difference ToDifference() => new(
            ClaimId, Municipality, Agency, FeeId, Reference, FbsOre, OursOre, DebtorOre, PaymentOre, Enum.Parse<Cause>(Cause), WouldBe is null ? null : Enum.Parse<Cause>(WouldBe),
            DateTimeOffset.FromUnixTimeMilliseconds(SinceAt), Enum.Parse<SuggestedAction>(Action), IsSafe,
            RepairedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null) { Number = Number, Version = Version };
    }
}
