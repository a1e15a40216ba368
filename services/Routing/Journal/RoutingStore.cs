using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Routing.Asking;
using ClaimsTransfer.Routing.Saga;
using Dapper;

namespace ClaimsTransfer.Routing.Journal;

/// <summary>States and journal in SQL: a few statements a batch, whatever its size.</summary>
public sealed class RoutingStore(IStore store) : IRoutingStore
{
    private const int SearchedLength = 200;

    public async Task<IReadOnlyList<SeenMessage>> SeenAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<JournalRow>(new CommandDefinition(
            store.Sql($"""
                SELECT message_id AS MessageId, claim_id AS ClaimId, effects AS Effects, trace_parent AS TraceParent
                FROM routing.journal
                WHERE {store.In("message_id", "ids")}
                """),
            new { ids = store.List(messageIds) }, cancellationToken: cancellation));
        return [.. rows.Select(row => row.Seen())];
    }

    public async Task<IReadOnlyList<StoredClaim>> LoadAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<ClaimRow>(new CommandDefinition(
            store.Sql($"SELECT row_version AS RowVersion, state AS State FROM routing.claims WHERE {store.In("claim_id", "ids")}"),
            new { ids = store.List(claimIds) }, cancellationToken: cancellation));
        return [.. rows.Select(row => row.Stored())];
    }

    public async Task SaveAsync(IReadOnlyList<StoredClaim> claims, IReadOnlyList<JournalEntry> entries, CancellationToken cancellation)
    {
        var claimRows = claims.Select(Row).ToArray();
        var journalRows = entries.Select(Row).ToArray();
        await store.SaveDecidedAsync(
            "Another instance has journalled one of these messages or changed one of these claims.",
            async transaction =>
            {
                await store.InsertAsync(transaction, RoutingSchema.Journal, journalRows, cancellation);
                await store.SaveVersionedAsync(transaction, RoutingSchema.Claims, "row_version", claimRows, cancellation);
            },
            cancellation);
    }

    public async Task<IReadOnlyList<Guid>> DueAsync(DateTimeOffset now, int most, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Guid>(new CommandDefinition(
            store.Sql($"SELECT {store.Top("most")} claim_id FROM routing.claims WHERE due_at <= @now ORDER BY due_at {store.Limit("most")}"),
            new { now = now.ToUnixTimeMilliseconds(), most }, cancellationToken: cancellation));
        return [.. rows];
    }

    public async Task<IReadOnlyList<SeenMessage>> TakeUnrelayedAsync(DateTimeOffset now, DateTimeOffset leaseUntil, int most, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var due = (await connection.QueryAsync<JournalRow>(new CommandDefinition(
            store.Sql($"""
                SELECT {store.Top("most")} message_id AS MessageId, effects AS Effects, trace_parent AS TraceParent
                FROM routing.journal
                WHERE relay_due_at <= @now
                ORDER BY relay_due_at {store.Limit("most")}
                """),
            new { now = now.ToUnixTimeMilliseconds(), most }, cancellationToken: cancellation))).ToList();
        if (due.Count == 0)
            return [];
        // The lease only spares work: two janitors that send the same effects send them under the same ids.
        await connection.ExecuteAsync(new CommandDefinition(
            store.Sql($"UPDATE routing.journal SET relay_due_at = @leaseUntil WHERE relay_due_at <= @now AND {store.In("message_id", "ids")}"),
            new { now = now.ToUnixTimeMilliseconds(), leaseUntil = leaseUntil.ToUnixTimeMilliseconds(), ids = store.List(due.ConvertAll(row => row.MessageId)) },
            cancellationToken: cancellation));
        return [.. due.Select(row => row.Seen())];
    }

    public async Task MarkRelayedAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation)
    {
        if (messageIds.Count == 0)
            return;
        await store.InTransactionAsync(
            transaction => transaction.Connection!.ExecuteAsync(new CommandDefinition(
                store.Sql($"UPDATE routing.journal SET relay_due_at = NULL WHERE {store.In("message_id", "ids")}"),
                new { ids = store.List(messageIds) }, transaction, cancellationToken: cancellation)),
            cancellation);
    }

    public Task WakeHeldAsync(IReadOnlyCollection<string> municipalities, IReadOnlyCollection<string> rules, DateTimeOffset dueAt, CancellationToken cancellation) =>
        store.InTransactionAsync(
            transaction => transaction.Connection!.ExecuteAsync(new CommandDefinition(
                store.Sql($"""
                    UPDATE routing.claims
                    SET due_at = @dueAt,
                        row_version = row_version + 1
                    WHERE status = @held AND {store.In("hold_rule", "rules", ColumnType.Text)} AND {store.In("municipality", "municipalities", ColumnType.Text)}
                    """),
                new { dueAt = dueAt.ToUnixTimeMilliseconds(), held = nameof(ClaimStatus.Held), rules = store.List(rules), municipalities = store.List(municipalities) },
                transaction, cancellationToken: cancellation)),
            cancellation);

    internal static object?[] Row(StoredClaim claim)
    {
        var state = claim.State;
        return
        [
            state.ClaimId, state.Municipality, state.Agency, state.FeeId, state.Status.ToString(), state.Category.ToString(), (long)state.Version, state.AmountOre,
            state.Open is not null, state.Hold?.Rule, state.DueAt?.ToUnixTimeMilliseconds(), state.ReceivedAt?.ToUnixTimeMilliseconds(),
            claim.RowVersion + 1, JsonSerializer.Serialize(state, RoutingJson.Default.ClaimState),
            state.ReceivedAt?.ToUnixTimeMilliseconds() ?? 0L, Cut(state.Searched?.ToLowerInvariant()), Cut(state.Rejection?.Code), Cut(state.Rejection?.Text),
            state.Rejection?.FixBy.ToString(), state.Rejection?.Instruction.ToString(), state.Rejection?.At?.ToUnixTimeMilliseconds(), state.Open?.HeardAt?.ToUnixTimeMilliseconds(),
            state.WaitingSince?.ToUnixTimeMilliseconds(), state.Registered?.PaymentSlip, Cut(ClaimText.Packed(state.Registered?.DebtorReference)), state.Facts?.PatronId,
            state.EndedAt?.ToUnixTimeMilliseconds(),
        ];
    }

    /// <summary>What is searched or grouped by; the whole stands in the state.</summary>
    private static string? Cut(string? text) => text is null ? null : PersonalData.Cut(text, SearchedLength);

    private static object?[] Row(JournalEntry entry) =>
    [
        entry.MessageId, entry.ClaimId, (long)entry.Position, entry.At.ToUnixTimeMilliseconds(), entry.Event, (long)entry.Version, entry.Verdict.ToString(),
        entry.From.ToString(), entry.To.ToString(), Note.Write(entry.Notes),
        entry.Effects.Count == 0 ? null : JsonSerializer.Serialize([.. entry.Effects], RoutingJson.Default.RecordedEffectArray),
        entry.TraceParent, entry.RelayDueAt?.ToUnixTimeMilliseconds(),
    ];

    internal sealed record ClaimRow
    {
        public long RowVersion { get; init; }
        public required string State { get; init; }

        public StoredClaim Stored() => new(JsonSerializer.Deserialize(State, RoutingJson.Default.ClaimState)!, RowVersion);
    }

    private sealed record JournalRow
    {
        public Guid MessageId { get; init; }
        public Guid ClaimId { get; init; }
        public string? Effects { get; init; }
        public string? TraceParent { get; init; }

        public SeenMessage Seen() => new(
            MessageId, ClaimId, Effects is null ? [] : JsonSerializer.Deserialize(Effects, RoutingJson.Default.RecordedEffectArray)!, TraceParent);
    }
}
