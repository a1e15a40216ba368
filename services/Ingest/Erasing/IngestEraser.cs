using System.Data.Common;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Ingest.Preview;
using Dapper;

namespace ClaimsTransfer.Ingest.Erasing;

/// <summary>
/// Erases what the answers hold: sealed parties, titles, what was kept of refused messages. The messages' own rows stay without their debtor and trace: a
/// message that comes again is known by its id and content, and the books balance.
/// </summary>
internal sealed class IngestEraser(IStore store)
{
    private readonly string _ofClaims = store.Sql(
        $"SELECT id, claim_id AS ClaimId, relay_at AS RelayAt FROM ingest.messages WHERE {store.In("claim_id", "claims")}");

    private readonly string _refused = store.Sql(
        $"""
        SELECT {store.Top("limit")} m.id
        FROM ingest.messages m
        JOIN ingest.answers a ON a.id = m.id
        WHERE m.outcome = 'refused' AND m.municipality = @municipality AND m.received_at < @before AND m.relay_at IS NULL
        ORDER BY m.received_at, m.id
        {store.Limit("limit")}
        """);

    private readonly string _answers = store.Sql($"DELETE FROM ingest.answers WHERE {store.In("id", "ids")}");

    private readonly string _messages = store.Sql(
        $"""
        UPDATE ingest.messages SET debtor = NULL, trace_parent = NULL
        WHERE {store.In("id", "ids")} AND (debtor IS NOT NULL OR trace_parent IS NOT NULL)
        """);

    // A claim of which a message was taken since its messages were read still has an answer, and its parties.
    private readonly string _parties = store.Sql(
        $"""
        DELETE FROM ingest.parties
        WHERE {store.In("claim_id", "claims")}
            AND NOT EXISTS (SELECT 1 FROM ingest.messages m JOIN ingest.answers a ON a.id = m.id WHERE m.claim_id = ingest.parties.claim_id)
        """);

    /// <summary>Refused messages of before that say no municipality belong to <c>""</c>.</summary>
    public Task<Erased> EraseAsync(Erasure asked, CancellationToken cancellation) => store.InTransactionAsync(
        async transaction =>
        {
            var found = (await transaction.Connection!.QueryAsync<Found>(_ofClaims, new { claims = store.List(asked.ClaimIds) }, transaction)).ToList();
            var kept = found.Where(message => message.RelayAt is not null).Select(message => message.ClaimId).Distinct()
                .ToDictionary(claim => claim, _ => IngestNotes.PublicationDue);
            var refused = asked.Before is { } before ? await RefusedAsync(transaction, asked.Municipality, before) : [];
            List<Guid> erased = [.. found.Where(message => !kept.ContainsKey(message.ClaimId)).Select(message => message.Id),
                .. refused.Take(Erased.MostOthers)];
            await RunAsync(transaction, _answers, new { ids = store.List(erased) });
            await RunAsync(transaction, _messages, new { ids = store.List(erased) });
            await RunAsync(transaction, _parties, new { claims = store.List(asked.ClaimIds.Where(claim => !kept.ContainsKey(claim)).ToList()) });
            return Erased.Of(kept, refused.Count);
        },
        cancellation);

    private async Task<List<Guid>> RefusedAsync(DbTransaction transaction, string municipality, DateTimeOffset before) =>
        (await transaction.Connection!.QueryAsync<Guid>(
            _refused, new { municipality, before = before.ToUnixTimeMilliseconds(), limit = Erased.MostOthers + 1 }, transaction)).ToList();

    private static Task RunAsync(DbTransaction transaction, string statement, object parameters) =>
        transaction.Connection!.ExecuteAsync(statement, parameters, transaction);

    private sealed record Found
    {
        public Guid Id { get; init; }
        public Guid ClaimId { get; init; }
        public long? RelayAt { get; init; }
    }
}
