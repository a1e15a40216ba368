using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.ToFbs;
using Dapper;

namespace ClaimsTransfer.Payments.Accounting;

/// <summary>How a municipality's money stands: over the accounts that are acknowledged or have money. Amounts are gross, in øre.</summary>
public sealed class MunicipalityMoney
{
    public long Accounts { get; set; }
    public long CoveredOre { get; set; }
    public long ReversedOre { get; set; }
    public long WrittenOffOre { get; set; }

    /// <summary>Accounts on which nothing is owed any more.</summary>
    public long Settled { get; set; }

    /// <summary>Lines of the worklist: entries without an account, accounts with a mismatch, orders that need a person.</summary>
    public long Unmatched { get; set; }

    /// <summary>Of those, accounts that the debtor system has closed with something owed on them.</summary>
    public long ClosedWithDebt { get; set; }

    /// <summary>Since when the oldest of these is so.</summary>
    public DateTimeOffset? ClosedWithDebtSince { get; set; }

    /// <summary>What goes on by itself: entries whose account is found, and orders that FBS is still to confirm.</summary>
    public long Pending { get; set; }

    /// <summary>Of those, orders that FBS was asked about and has not answered for <see cref="PaymentsAccounts.UnansweredAfter"/>.</summary>
    public long Unanswered { get; set; }
}

public sealed record PaymentsAccounting([property: JsonPropertyName("municipalities")] SortedDictionary<string, MunicipalityMoney> Municipalities);

/// <summary>Reads the sums from the store. One look costs a pass over the accounts, so looks are shared.</summary>
public sealed class PaymentsAccounts
{
    /// <summary>After so long somebody should know: a restart of FBS is over, a change of its address or our rights is not.</summary>
    public static readonly TimeSpan UnansweredAfter = TimeSpan.FromMinutes(15);

    /// <summary>A look that took long because the machine was busy is not worth minutes.</summary>
    private static readonly TimeSpan LongestShared = TimeSpan.FromSeconds(10);

    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly SharedLook<PaymentsAccounting> _look;

    public PaymentsAccounts(IStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        _look = new SharedLook<PaymentsAccounting>(QueryAsync, time, LongestShared);
    }

    /// <param name="fresh">As they are now: whoever concludes from them that nothing is under way must not see an earlier look.</param>
    public Task<PaymentsAccounting> ReadAsync(bool fresh, CancellationToken cancellation) => _look.ReadAsync(fresh, cancellation);

    private async Task<PaymentsAccounting> QueryAsync(CancellationToken cancellation)
    {
        await using var connection = await _store.OpenAsync(cancellation);
        var money = new SortedDictionary<string, MunicipalityMoney>(StringComparer.Ordinal);
        // A claim that was cancelled before the debtor system had it, or of which only a status came, is no account of anybody.
        foreach (var row in await connection.QueryAsync<SumsRow>(new CommandDefinition(
            _store.Sql($"""
                SELECT municipality AS Municipality, COUNT(*) AS Accounts, SUM(covered_ore) AS CoveredOre, SUM(reversed_ore) AS ReversedOre, SUM(written_off_ore) AS WrittenOffOre,
                       SUM(CASE WHEN status = 'Settled' THEN 1 ELSE 0 END) AS Settled, SUM(CASE WHEN {Worklist.AccountNeedsPerson} THEN 1 ELSE 0 END) AS Mismatched,
                       SUM(CASE WHEN mismatch = 'ClosedWithDebt' THEN 1 ELSE 0 END) AS ClosedWithDebt,
                       MIN(CASE WHEN mismatch = 'ClosedWithDebt' THEN mismatch_since_at END) AS ClosedSince
                FROM payments.accounts a
                WHERE status NOT IN ('Awaited', 'Cancelled') OR amount_ore <> 0 OR covered_ore <> 0 OR reversed_ore <> 0 OR written_off_ore <> 0
                GROUP BY municipality
                """), new { reversedBefore = Worklist.ReversedBefore(_time) }, cancellationToken: cancellation)))
        {
            var of = Of(row.Municipality);
            (of.Accounts, of.CoveredOre, of.ReversedOre, of.WrittenOffOre) = (row.Accounts, (long)row.CoveredOre, (long)row.ReversedOre, (long)row.WrittenOffOre);
            (of.Settled, of.Unmatched, of.ClosedWithDebt) = (row.Settled, row.Mismatched, row.ClosedWithDebt);
            of.ClosedWithDebtSince = row.ClosedSince is { } since ? DateTimeOffset.FromUnixTimeMilliseconds(since) : null;
        }

        foreach (var row in await connection.QueryAsync<CountRow>(new CommandDefinition(
            _store.Sql($"""
                {UnmatchedStore.Named}
                SELECT u.municipality AS Municipality, COUNT(*) AS Lines, SUM(CASE WHEN u.state <> 'Open' OR n.accounts = 1 THEN 1 ELSE 0 END) AS Pending
                FROM payments.unmatched u
                LEFT JOIN (SELECT message_id, COUNT(*) AS accounts FROM named GROUP BY message_id) n ON n.message_id = u.message_id
                WHERE u.state IN ('Open', 'Placing', 'TakingBack')
                GROUP BY u.municipality
                """), cancellationToken: cancellation)))
        {
            // The next sweep places them: nobody has to look.
            Of(row.Municipality).Pending += row.Pending;
            Of(row.Municipality).Unmatched += row.Lines - row.Pending;
        }

        foreach (var row in await connection.QueryAsync<CountRow>(new CommandDefinition(
            _store.Sql($"""
                SELECT municipality AS Municipality, COUNT(*) AS Lines, SUM(CASE WHEN state = 'Pending' THEN 1 ELSE 0 END) AS Pending,
                       SUM(CASE WHEN state = 'Pending' AND calls > 0 AND created_at <= @before THEN 1 ELSE 0 END) AS Unanswered
                FROM payments.orders o
                WHERE state = 'Pending' OR ({OrderStore.NeedsPerson})
                GROUP BY municipality
                """), new { before = (_time.GetUtcNow() - UnansweredAfter).ToUnixTimeMilliseconds() }, cancellationToken: cancellation)))
        {
            Of(row.Municipality).Pending += row.Pending;
            Of(row.Municipality).Unanswered = row.Unanswered;
            Of(row.Municipality).Unmatched += row.Lines - row.Pending;
        }

        return new PaymentsAccounting(money);

        MunicipalityMoney Of(string municipality) => money.TryGetValue(municipality, out var known) ? known : money[municipality] = new MunicipalityMoney();
    }

    private sealed record SumsRow
    {
        public required string Municipality { get; init; }
        public long Accounts { get; init; }

        /// <summary>PostgreSQL sums 64-bit integers into a numeric.</summary>
        public decimal CoveredOre { get; init; }
        public decimal ReversedOre { get; init; }
        public decimal WrittenOffOre { get; init; }
        public long Settled { get; init; }
        public long Mismatched { get; init; }
        public long ClosedWithDebt { get; init; }
        public long? ClosedSince { get; init; }
    }

    private sealed record CountRow
    {
        public required string Municipality { get; init; }
        public long Lines { get; init; }
        public long Pending { get; init; }
        public long Unanswered { get; init; }
    }
}
