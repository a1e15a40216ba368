using System.Globalization;
using System.Text.Json;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.ToFbs;
using Dapper;

namespace ClaimsTransfer.Payments.Booking;

/// <summary>Accounts and entries in SQL: a few statements a batch, whatever its size.</summary>
public sealed class PaymentsStore(IStore store) : IPaymentsStore
{
    public async Task<IReadOnlyList<SeenMessage>> SeenAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<SeenRow>(new CommandDefinition(
            store.Sql($"""
                SELECT message_id AS MessageId, effects AS Effects, trace_parent AS TraceParent
                FROM payments.entries
                WHERE part = 0 AND {store.In("message_id", "ids")}
                """),
            new { ids = store.List(messageIds) }, cancellationToken: cancellation));
        return [.. rows.Select(row => row.Seen())];
    }

    public async Task<IReadOnlyList<StoredAccount>> LoadAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<AccountRow>(new CommandDefinition(
            store.Sql($"SELECT row_version AS RowVersion, state AS State FROM payments.accounts WHERE {store.In("claim_id", "ids")}"),
            new { ids = store.List(claimIds) }, cancellationToken: cancellation));
        return [.. rows.Select(row => row.Stored())];
    }

    public async Task<IReadOnlyDictionary<EntryKey, Guid>> BookedOnAsync(IReadOnlyCollection<EntryKey> entries, CancellationToken cancellation)
    {
        if (entries.Count == 0)
            return new Dictionary<EntryKey, Guid>();
        await using var connection = await store.OpenAsync(cancellation);
        // Two lists give more pairs than were asked for; what is not asked for finds nobody.
        var rows = await connection.QueryAsync<EntryRow>(new CommandDefinition(
            store.Sql($"""
                SELECT municipality AS Municipality, entry_id AS EntryId, claim_id AS ClaimId
                FROM payments.entries
                WHERE entry_id IS NOT NULL AND {store.In("municipality", "municipalities", ColumnType.Text)} AND {store.In("entry_id", "ids", ColumnType.Text)}
                """),
            Lists(entries), cancellationToken: cancellation));
        return rows.ToDictionary(row => new EntryKey(row.Municipality, row.EntryId), row => row.ClaimId);
    }

    public async Task<IReadOnlyList<UnmatchedEntry>> UnmatchedAboutAsync(IReadOnlyCollection<EntryKey> entries, CancellationToken cancellation)
    {
        if (entries.Count == 0)
            return [];
        await using var connection = await store.OpenAsync(cancellation);
        // As above: what is of another pair is looked at by nobody.
        var rows = await connection.QueryAsync<UnmatchedStore.UnmatchedRow>(new CommandDefinition(
            store.Sql(string.Join(
                " UNION ALL ",
                ((string[])["entry_id", "reverses_entry_id"]).Select(column => $"""
                    SELECT {UnmatchedStore.Columns}
                    FROM payments.unmatched u
                    WHERE u.{column} IS NOT NULL AND {store.In("u.municipality", "municipalities", ColumnType.Text)} AND {store.In($"u.{column}", "ids", ColumnType.Text)}
                    """))),
            Lists(entries), cancellationToken: cancellation));
        return [.. rows.DistinctBy(row => row.MessageId).Select(row => row.Read())];
    }

    public async Task SaveAsync(Booking booking, CancellationToken cancellation)
    {
        var entryRows = booking.Events.SelectMany(Rows).ToArray();
        var accountRows = booking.Accounts.Select(Row).ToArray();
        await store.SaveDecidedAsync(
            "Another instance has booked one of these messages or entries, or changed one of these accounts or placements.",
            async transaction =>
            {
                await store.InsertAsync(transaction, PaymentsSchema.Entries, entryRows, cancellation);
                await store.SaveVersionedAsync(transaction, PaymentsSchema.Accounts, "row_version", accountRows, cancellation);
                await store.InsertNewAsync(transaction, PaymentsSchema.Unmatched, [.. booking.Unmatched.Select(UnmatchedStore.Row)], cancellation);
                await store.SaveVersionedAsync(transaction, PaymentsSchema.Unmatched, "row_version", [.. booking.Held.Select(UnmatchedStore.Row)], cancellation);
                await OrderStore.ChangeAsync(store, transaction, booking.Orders, cancellation);
            },
            cancellation);
    }

    private object Lists(IReadOnlyCollection<EntryKey> entries) => new
    {
        municipalities = store.List([.. entries.Select(entry => entry.Municipality).Distinct()]), ids = store.List([.. entries.Select(entry => entry.EntryId).Distinct()]),
    };

    internal static object?[] Row(StoredAccount stored)
    {
        var account = stored.Account;
        return
        [
            account.ClaimId, account.Municipality, account.Agency, account.FeeId, account.Status.ToString(), (long)account.Version, account.AmountOre, account.CoveredOre,
            account.ReversedOre, account.WrittenOffOre, account.BalanceOre, account.Mismatch?.ToString(), account.MismatchSince?.ToUnixTimeMilliseconds(),
            account.DebtorReference, account.PaymentSlip, account.PatronId, account.ChangedAt.ToUnixTimeMilliseconds(), stored.RowVersion + 1,
            JsonSerializer.Serialize(account, PaymentsJson.Default.Account),
        ];
    }

    private static IEnumerable<object?[]> Rows(BookedEvent booked) => booked.Entries.Select((entry, part) => new object?[]
    {
        booked.MessageId, (long)part, booked.ClaimId, booked.Municipality, (long)booked.Position, entry.Kind.ToString(), entry.AmountOre, entry.EntryId,
        entry.Outcome?.ToString(), entry.Channel, entry.ValueDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), (long)booked.Version,
        booked.OccurredAt.ToUnixTimeMilliseconds(), booked.RecordedAt.ToUnixTimeMilliseconds(),
        part > 0 || booked.Effects.Count == 0 ? null : JsonSerializer.Serialize([.. booked.Effects], PaymentsJson.Default.RecordedEffectArray), booked.TraceParent,
        entry.ReversesEntryId,
    });

    internal sealed record AccountRow
    {
        public long RowVersion { get; init; }
        public required string State { get; init; }

        public StoredAccount Stored() => new(JsonSerializer.Deserialize(State, PaymentsJson.Default.Account)!, RowVersion);
    }

    private sealed record EntryRow
    {
        public required string Municipality { get; init; }
        public required string EntryId { get; init; }
        public Guid ClaimId { get; init; }
    }

    private sealed record SeenRow
    {
        public Guid MessageId { get; init; }
        public string? Effects { get; init; }
        public string? TraceParent { get; init; }

        public SeenMessage Seen() => new(
            MessageId, Effects is null ? [] : JsonSerializer.Deserialize(Effects, PaymentsJson.Default.RecordedEffectArray)!, TraceParent);
    }
}
