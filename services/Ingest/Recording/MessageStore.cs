using System.Data.Common;
using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.Ingest.Recording;

/// <summary>Reads and writes what is on record: a statement or two a batch, whatever its size.</summary>
internal sealed class MessageStore(IStore store)
{
    private readonly string _find = store.Sql(
        $"""
        SELECT id, message_id AS MessageId, claim_id AS ClaimId, kind, version, outcome, amount_ore AS AmountOre, content, trace_parent AS TraceParent, debtor
        FROM ingest.messages
        WHERE {store.In("id", "ids")}
        UNION
        SELECT id, message_id AS MessageId, claim_id AS ClaimId, kind, version, outcome, amount_ore AS AmountOre, content, trace_parent AS TraceParent, debtor
        FROM ingest.messages
        WHERE {store.In("claim_id", "claims")} AND taken_version IS NOT NULL
        """);

    private readonly string _answers = store.Sql(
        $"""
        SELECT a.name, a.answer_id AS AnswerId, a.body, m.trace_parent AS TraceParent
        FROM ingest.answers a
        JOIN ingest.messages m ON m.id = a.id
        WHERE {store.In("a.id", "ids")}
        ORDER BY m.received_at
        """);

    private readonly string _again = store.Sql($"UPDATE ingest.messages SET times = times + @times WHERE {store.In("id", "ids")}");

    private readonly string _relayed = store.Sql($"UPDATE ingest.messages SET relay_at = NULL WHERE {store.In("id", "ids")}");

    private readonly string _due = store.Sql(
        $"SELECT {store.Top("limit")} id FROM ingest.messages WHERE relay_at IS NOT NULL AND relay_at <= @now ORDER BY relay_at {store.Limit("limit")}");

    private readonly string _lease = store.Sql($"UPDATE ingest.messages SET relay_at = @until WHERE {store.In("id", "ids")} AND relay_at <= @now");

    private readonly string _position = store.Sql("SELECT position FROM ingest.intake WHERE source = @source");

    private readonly string _count = store.Sql("UPDATE ingest.intake SET lines = lines + @lines, position = @to WHERE source = @source AND position = @from");

    private readonly string _countAnyhow = store.Sql("UPDATE ingest.intake SET lines = lines + @lines WHERE source = @source");

    public Task<IEnumerable<Row>> FindAsync(DbTransaction transaction, IReadOnlyCollection<Guid> ids, IReadOnlyCollection<Guid> claims) =>
        transaction.Connection!.QueryAsync<Row>(_find, new { ids = store.List(ids), claims = store.List(claims) }, transaction);

    /// <summary>As it is now, for whoever only looks.</summary>
    public async Task<IEnumerable<Row>> FindAsync(IReadOnlyCollection<Guid> ids, IReadOnlyCollection<Guid> claims, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return await connection.QueryAsync<Row>(new CommandDefinition(_find, new { ids = store.List(ids), claims = store.List(claims) }, cancellationToken: cancellation));
    }

    public async Task AddAsync(DbTransaction transaction, IReadOnlyList<Row> rows, DateTimeOffset receivedAt, DateTimeOffset? relayAt, CancellationToken cancellation)
    {
        var at = receivedAt.ToUnixTimeMilliseconds();
        var relay = relayAt?.ToUnixTimeMilliseconds();
        await store.InsertAsync(
            transaction, Schema.Messages,
            [.. rows.Select(row => new object?[]
            {
                row.Id, row.MessageId, row.ClaimId, row.Municipality, row.Kind, row.Version, row.IsTaken ? row.Version : null, row.Outcome, row.AmountOre,
                row.Content, row.Times, at, row.TraceParent, row.IsTold ? relay : null, row.Debtor, row.Sender,
            })],
            cancellation);
        await store.InsertAsync(
            transaction, Schema.Answers,
            [.. rows.Where(row => row.Answer is not null).Select(row => new object?[]
            {
                row.Id, row.Answer!.Name, row.Answer.MessageId, Encoding.UTF8.GetString(row.Answer.Body.Span), row.Kept, row.Why,
            })],
            cancellation);
        await store.InsertNewAsync(
            transaction, Schema.Parties,
            [.. rows.SelectMany(row => row.Parties, (row, party) => new object?[] { party, row.ClaimId, row.Municipality })], cancellation);
    }

    public async Task CountAgainAsync(DbTransaction transaction, IEnumerable<Row> rows)
    {
        foreach (var group in rows.GroupBy(row => row.Times))
        {
            Guid[] ids = [.. group.Select(row => row.Id).Order()];
            await transaction.Connection!.ExecuteAsync(_again, new { times = group.Key, ids = store.List(ids) }, transaction);
        }
    }

    public async Task<IReadOnlyList<OutgoingMessage>> LoadAnswersAsync(DbTransaction transaction, IReadOnlyCollection<Guid> ids)
    {
        if (ids.Count == 0)
            return [];
        var stored = await transaction.Connection!.QueryAsync<StoredAnswer>(_answers, new { ids = store.List(ids) }, transaction);
        return [.. stored.Select(answer => new OutgoingMessage(answer.Name, answer.AnswerId, Encoding.UTF8.GetBytes(answer.Body), TraceParent: answer.TraceParent))];
    }

    public Task<IReadOnlyList<OutgoingMessage>> AnswersAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellation) =>
        store.InTransactionAsync(transaction => LoadAnswersAsync(transaction, ids), cancellation);

    public async Task<long> PositionAsync(string source, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<long?>(_position, new { source }) ?? 0;
    }

    public Task<long?> PositionAsync(DbTransaction transaction, string source) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<long?>(_position, new { source }, transaction);

    /// <summary>Counts the lines; of an import, it also moves on, and only from where it stood: the same lines are never counted twice.</summary>
    public async Task CountLinesAsync(DbTransaction transaction, Intake intake, long lines, CancellationToken cancellation)
    {
        var counted = intake.To is null
            ? await transaction.Connection!.ExecuteAsync(_countAnyhow, new { lines, source = intake.Source }, transaction)
            : await transaction.Connection!.ExecuteAsync(_count, new { lines, source = intake.Source, from = intake.From, to = intake.To }, transaction);
        if (counted == 0 && (await store.InsertNewAsync(transaction, Schema.Intake, [[intake.Source, lines, intake.To ?? 0]], cancellation)).Count == 0)
            throw new LostRaceException($"{intake.Source} was moved on by somebody else");
    }

    public async Task MarkPublishedAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellation) => await store.InTransactionAsync(
        transaction => transaction.Connection!.ExecuteAsync(_relayed, new { ids = store.List(ids) }, transaction), cancellation);

    /// <summary>Takes what was recorded and not published, so that no other instance takes it until <paramref name="until"/>.</summary>
    public async Task<(IReadOnlyList<Guid> Ids, IReadOnlyList<OutgoingMessage> Answers)> TakeDueAsync(
        int limit, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellation) => await store.InTransactionAsync(
        async transaction =>
        {
            var at = now.ToUnixTimeMilliseconds();
            var due = (await transaction.Connection!.QueryAsync<Guid>(_due, new { limit, now = at }, transaction)).Order().ToArray();
            if (due.Length == 0)
                return ((IReadOnlyList<Guid>)[], (IReadOnlyList<OutgoingMessage>)[]);
            var leased = await transaction.Connection!.ExecuteAsync(_lease, new { until = until.ToUnixTimeMilliseconds(), now = at, ids = store.List(due) }, transaction);
            if (leased != due.Length)
                throw new LostRaceException("Another instance relays some of these");
            return (due, await LoadAnswersAsync(transaction, due));
        },
        cancellation);

    private sealed record StoredAnswer(string Name, Guid AnswerId, string Body, string? TraceParent);
}
