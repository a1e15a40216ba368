using System.Runtime.CompilerServices;
using System.Text.Json;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Ledger;
using Dapper;

namespace ClaimsTransfer.Payments.Matching;

public sealed class UnmatchedStore(IStore store) : IUnmatchedStore
{
    private const int PageSize = 500;

    internal const string Columns = """
        u.message_id AS MessageId, u.cause AS Cause, u.state AS State, u.payment_slip AS Slip, u.received_at AS ReceivedAt, u.relay_due_at AS RelayDueAt, u.claim_id AS ClaimId,
        u.decided_at AS DecidedAt, u.who AS Who, u.why AS Why, u.row_version AS RowVersion, u.entry AS Entry, u.placed AS Placed, u.placements AS Placements, u.decisions AS Decisions
        """;

    /// <summary>Whether we know the entry that <c>u</c> takes back: then it goes to where that went, and no name of its own says otherwise.</summary>
    private const string FollowsEntry = """
        (u.reverses_entry_id IS NOT NULL
          AND (EXISTS (SELECT 1 FROM payments.entries e WHERE e.municipality = u.municipality AND e.entry_id = u.reverses_entry_id)
            OR EXISTS (SELECT 1 FROM payments.unmatched p WHERE p.municipality = u.municipality AND p.entry_id = u.reverses_entry_id AND p.cause = 'NoMatch' AND p.message_id <> u.message_id)))
        """;

    /// <summary>What a person took back, no name decides again.</summary>
    private const string IsUndecided = "u.state = 'Open' AND u.cause = 'NoMatch' AND COALESCE(u.placements, 0) = 0";

    /// <summary>Which accounts the names of an open entry lead to: a row each.</summary>
    internal const string Named = $"""
        WITH named AS (
          SELECT u.message_id, a.claim_id
          FROM payments.unmatched u
          INNER JOIN payments.accounts a ON a.debtor_reference = u.debtor_reference AND a.municipality = u.municipality
          WHERE {IsUndecided} AND a.debtor_reference IS NOT NULL AND NOT {FollowsEntry}
          UNION
          SELECT u.message_id, a.claim_id
          FROM payments.unmatched u
          INNER JOIN payments.accounts a ON a.payment_slip = u.payment_slip AND a.municipality = u.municipality
          WHERE {IsUndecided} AND a.payment_slip IS NOT NULL AND NOT {FollowsEntry}
          UNION
          SELECT u.message_id, p.claim_id
          FROM payments.unmatched u
          INNER JOIN payments.unmatched p ON p.municipality = u.municipality AND p.entry_id = u.reverses_entry_id AND p.message_id <> u.message_id
          WHERE {IsUndecided} AND u.reverses_entry_id IS NOT NULL AND p.cause = 'NoMatch' AND p.state = 'Placed'
          UNION
          SELECT u.message_id, e.claim_id
          FROM payments.unmatched u
          INNER JOIN payments.entries e ON e.municipality = u.municipality AND e.entry_id = u.reverses_entry_id
          WHERE {IsUndecided} AND u.reverses_entry_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM payments.unmatched p
                            WHERE p.municipality = u.municipality AND p.entry_id = u.reverses_entry_id AND p.cause = 'NoMatch' AND p.message_id <> u.message_id)
        )
        """;

    public async Task<IReadOnlyList<Match>> MatchesAsync(int most, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        // Both names are asked together: an entry whose reference leads to one account and whose slip to another is not for us to decide.
        var rows = await connection.QueryAsync<UnmatchedRow, AccountRow, Match>(new CommandDefinition(
            store.Sql($"""
                {Named}
                SELECT {store.Top("most")} {Columns},
                       a.claim_id AS AccountId, a.municipality AS Municipality, a.agency AS Agency, a.fee_id AS FeeId, a.version AS Version
                FROM named n
                INNER JOIN payments.unmatched u ON u.message_id = n.message_id
                INNER JOIN payments.accounts a ON a.claim_id = n.claim_id
                WHERE {FollowsEntry}
                   OR (NOT EXISTS (SELECT 1 FROM payments.accounts b
                                   WHERE b.debtor_reference IS NOT NULL AND b.debtor_reference = u.debtor_reference AND b.municipality = u.municipality AND b.claim_id <> a.claim_id)
                     AND NOT EXISTS (SELECT 1 FROM payments.accounts b
                                     WHERE b.payment_slip IS NOT NULL AND b.payment_slip = u.payment_slip AND b.municipality = u.municipality AND b.claim_id <> a.claim_id))
                ORDER BY u.received_at {store.Limit("most")}
                """),
            new { most }, cancellationToken: cancellation), (unmatched, account) => new Match(unmatched.Read(), account.Read()), splitOn: "AccountId");
        // What an entry takes back may be known twice: then nobody can tell which of the two is meant.
        return [.. rows.GroupBy(match => match.Entry.Entry.MessageId).Where(matches => matches.Count() == 1).Select(matches => matches.Single())];
    }

    public async Task<IReadOnlyList<UnmatchedEntry>> ReadableNowAsync(int most, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<UnmatchedRow>(new CommandDefinition(
            store.Sql($"""
                SELECT {store.Top("most")} {Columns}
                FROM payments.unmatched u
                WHERE u.state = 'Open' AND u.cause = 'Unreadable' AND u.entry_id IS NOT NULL
                  AND (EXISTS (SELECT 1 FROM payments.entries e WHERE e.municipality = u.municipality AND e.entry_id = u.entry_id)
                    OR EXISTS (SELECT 1 FROM payments.unmatched other WHERE other.municipality = u.municipality AND other.entry_id = u.entry_id AND other.cause <> 'Unreadable'))
                ORDER BY u.received_at {store.Limit("most")}
                """),
            new { most }, cancellationToken: cancellation));
        return [.. rows.Select(row => row.Read())];
    }

    public async Task<IReadOnlyList<UnmatchedEntry>> UnsentAsync(DateTimeOffset now, int most, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<UnmatchedRow>(new CommandDefinition(
            store.Sql($"SELECT {store.Top("most")} {Columns} FROM payments.unmatched u WHERE u.relay_due_at <= @now ORDER BY u.relay_due_at {store.Limit("most")}"),
            new { now = now.ToUnixTimeMilliseconds(), most }, cancellationToken: cancellation));
        return [.. rows.Select(row => row.Read())];
    }

    public async IAsyncEnumerable<IReadOnlyList<UnmatchedEntry>> OpenAsync(string municipality, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (since, id) = (long.MinValue, Guid.Empty);
        while (true)
        {
            await using var connection = await store.OpenAsync(cancellation);
            var page = (await connection.QueryAsync<UnmatchedRow>(new CommandDefinition(
                store.Sql($"""
                    SELECT {store.Top("most")} {Columns}
                    FROM payments.unmatched u
                    WHERE u.state = 'Open' AND u.municipality = @municipality AND (u.received_at > @since OR (u.received_at = @since AND u.message_id > @id))
                    ORDER BY u.received_at, u.message_id {store.Limit("most")}
                    """),
                new { municipality, since, id, most = PageSize }, cancellationToken: cancellation))).ToList();
            if (page.Count == 0)
                yield break;
            yield return page.ConvertAll(row => row.Read());
            (since, id) = (page[^1].ReceivedAt, page[^1].MessageId);
        }
    }

    public async Task<UnmatchedEntry?> FindAsync(Guid messageId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<UnmatchedRow>(new CommandDefinition(
            store.Sql($"SELECT {Columns} FROM payments.unmatched u WHERE u.message_id = @messageId"), new { messageId }, cancellationToken: cancellation));
        return row?.Read();
    }

    public async Task<IReadOnlyList<PlacedEntry>> PlacedAsync(string? municipality, int most, DateTimeOffset? before, Guid? beforeId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<UnmatchedRow, AccountRow, PlacedEntry>(new CommandDefinition(
            store.Sql($"""
                SELECT {store.Top("most")} {Columns},
                       a.claim_id AS AccountId, a.municipality AS Municipality, a.agency AS Agency, a.fee_id AS FeeId, a.version AS Version
                FROM payments.unmatched u
                INNER JOIN payments.accounts a ON a.claim_id = u.claim_id
                WHERE u.state = 'Placed' {(municipality is null ? "" : "AND u.municipality = @municipality")} {(before is null ? "" : $"AND (u.decided_at < @before{(beforeId is null ? "" : " OR (u.decided_at = @before AND u.message_id > @beforeId)")})")}
                ORDER BY u.decided_at DESC, u.message_id {store.Limit("most")}
                """),
            new { most, municipality, before = before?.ToUnixTimeMilliseconds(), beforeId }, cancellationToken: cancellation), (entry, account) => PlacedEntry.Of(entry.Read(), account.Read()), splitOn: "AccountId");
        return [.. rows];
    }

    public async Task<bool> IsReversedAsync(UnmatchedEntry entry, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var placed = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            store.Sql("""
                SELECT COUNT(*) FROM payments.unmatched
                WHERE municipality = @municipality AND reverses_entry_id = @entryId AND claim_id = @claimId AND state IN ('Placing', 'Placed')
                """),
            new { municipality = entry.Entry.Municipality, entryId = entry.Entry.EntryId, claimId = entry.ClaimId }, cancellationToken: cancellation));
        if (placed > 0)
            return true;
        var booked = await connection.QueryAsync<string>(new CommandDefinition(
            store.Sql("""
                SELECT entry_id FROM payments.entries
                WHERE municipality = @municipality AND reverses_entry_id IN (@entryId, @placementId) AND claim_id = @claimId AND entry_id IS NOT NULL
                """),
            new { municipality = entry.Entry.Municipality, entryId = entry.Entry.EntryId, placementId = entry.PlacementId, claimId = entry.ClaimId }, cancellationToken: cancellation));
        // Our own counter-entry to an earlier placement says nothing of this one.
        var reversals = booked.Where(reversal => reversal != EntryIds.TakenBack(entry.Entry.EntryId)).ToList();
        if (reversals.Count == 0)
            return false;
        var undone = (await connection.QueryAsync<string>(new CommandDefinition(
            store.Sql($"SELECT entry_id FROM payments.entries WHERE municipality = @municipality AND claim_id = @claimId AND {store.In("entry_id", "ids", ColumnType.Text)}"),
            new { municipality = entry.Entry.Municipality, claimId = entry.ClaimId, ids = store.List([.. reversals.Select(EntryIds.TakenBack)]) }, cancellationToken: cancellation))).ToHashSet();
        return reversals.Exists(reversal => !undone.Contains(EntryIds.TakenBack(reversal)));
    }

    public async Task<MatchedAccount?> AccountAsync(Guid claimId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<AccountRow>(new CommandDefinition(
            store.Sql("""
                SELECT claim_id AS AccountId, municipality AS Municipality, agency AS Agency, fee_id AS FeeId, version AS Version
                FROM payments.accounts
                WHERE claim_id = @claimId
                """),
            new { claimId }, cancellationToken: cancellation));
        return row?.Read();
    }

    public Task SaveAsync(IReadOnlyList<UnmatchedEntry> entries, CancellationToken cancellation)
    {
        var rows = entries.Select(Row).ToArray();
        return store.SaveDecidedAsync(
            "Somebody else has decided one of these entries.", transaction => store.SaveVersionedAsync(transaction, PaymentsSchema.Unmatched, "row_version", rows, cancellation), cancellation);
    }

    internal static object?[] Row(UnmatchedEntry entry) =>
    [
        entry.Entry.MessageId, entry.Entry.Municipality, entry.Cause.ToString(), entry.State.ToString(), entry.Entry.AmountOre, entry.Entry.DebtorReference, entry.Slip,
        entry.ReceivedAt.ToUnixTimeMilliseconds(), entry.RelayDueAt?.ToUnixTimeMilliseconds(), entry.ClaimId, entry.DecidedAt?.ToUnixTimeMilliseconds(), entry.Who, entry.Why,
        entry.RowVersion + 1, JsonSerializer.Serialize(entry.Entry, MessageJson.Default.DebtorEntryUnmatched),
        entry.Placed is null ? null : JsonSerializer.Serialize(entry.Placed, PaymentsJson.Default.RecordedEffect), entry.EntryId,
        entry.Entry.ReversesEntryId, (long)entry.Placements, entry.Decisions.Count == 0 ? null : JsonSerializer.Serialize([.. entry.Decisions], PaymentsJson.Default.WorklistStepArray),
    ];

    internal sealed record UnmatchedRow
    {
        public Guid MessageId { get; init; }
        public required string Cause { get; init; }
        public required string State { get; init; }
        public string? Slip { get; init; }
        public long ReceivedAt { get; init; }
        public long? RelayDueAt { get; init; }
        public Guid? ClaimId { get; init; }
        public long? DecidedAt { get; init; }
        public string? Who { get; init; }
        public string? Why { get; init; }
        public long RowVersion { get; init; }
        public required string Entry { get; init; }
        public string? Placed { get; init; }
        public long? Placements { get; init; }
        public string? Decisions { get; init; }

        public UnmatchedEntry Read() => new(
            JsonSerializer.Deserialize(Entry, MessageJson.Default.DebtorEntryUnmatched)!, Enum.Parse<UnmatchedCause>(Cause), Slip, DateTimeOffset.FromUnixTimeMilliseconds(ReceivedAt),
            Enum.Parse<UnmatchedState>(State), RowVersion)
        {
            RelayDueAt = Time(RelayDueAt), ClaimId = ClaimId, DecidedAt = Time(DecidedAt), Who = Who, Why = Why,
            Placed = Placed is null ? null : JsonSerializer.Deserialize(Placed, PaymentsJson.Default.RecordedEffect),
            // Placed before placements were counted.
            Placements = (int)(Placements ?? (State is "Placing" or "Placed" ? 1 : 0)),
            Decisions = Decisions is null ? [] : JsonSerializer.Deserialize(Decisions, PaymentsJson.Default.WorklistStepArray)!,
        };

        private static DateTimeOffset? Time(long? at) => at is { } known ? DateTimeOffset.FromUnixTimeMilliseconds(known) : null;
    }

    private sealed record AccountRow
    {
        public Guid AccountId { get; init; }
        public required string Municipality { get; init; }
        public required string Agency { get; init; }
        public long FeeId { get; init; }
        public long Version { get; init; }

        public MatchedAccount Read() => new(AccountId, Municipality, Agency, FeeId, (int)Version);
    }
}
