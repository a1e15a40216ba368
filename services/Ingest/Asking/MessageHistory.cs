using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Ingest.Recording;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.Ingest.Asking;

/// <summary>What came in, for whoever asks: of one claim, or what was refused. No body, no identity.</summary>
internal sealed class MessageHistory(IStore store)
{
    private const int MostOfOneClaim = 1000;

    private const string Columns =
        """
        m.id, m.message_id AS MessageId, m.claim_id AS ClaimId, m.municipality, m.kind, m.version, m.outcome, m.amount_ore AS AmountOre, m.times,
        m.received_at AS ReceivedAt, m.trace_parent AS TraceParent, m.sender AS Sender, a.name AS AnswerName, a.body AS Answer, a.kept, a.why AS Why
        """;

    private readonly string _ofClaim = store.Sql(
        $"""
        SELECT {store.Top("limit")} {Columns}
        FROM ingest.messages m
        LEFT JOIN ingest.answers a ON a.id = m.id
        WHERE m.claim_id = @claimId
        ORDER BY m.received_at, m.version, m.id
        {store.Limit("limit")}
        """);

    public async Task<IReadOnlyList<MessageCameIn>> OfClaimAsync(string agency, long feeId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Found>(new CommandDefinition(
            _ofClaim, new { claimId = DeterministicId.OfClaim(agency, feeId), limit = MostOfOneClaim }, cancellationToken: cancellation));
        return [.. rows.Select(Told)];
    }

    /// <param name="after">Where the last page ended; null: from the beginning.</param>
    public async Task<RefusedPage> RefusedAsync(RefusedFilter filter, int limit, string? after, CancellationToken cancellation)
    {
        var (at, id) = Position(after);
        var (where, parameters) = filter.Condition(store);
        parameters.AddDynamicParams(new { at, id, limit });
        // Rows of one moment stand in the order of their ids, so that a page ends and the next begins at a place of its own.
        var statement = store.Sql(
            $"""
            SELECT {store.Top("limit")} {Columns}
            FROM ingest.messages m
            JOIN ingest.answers a ON a.id = m.id
            WHERE {where} AND m.received_at >= @at AND (m.received_at > @at OR m.id > @id)
            ORDER BY m.received_at, m.id
            {store.Limit("limit")}
            """);
        await using var connection = await store.OpenAsync(cancellation);
        var rows = (await connection.QueryAsync<Found>(new CommandDefinition(statement, parameters, cancellationToken: cancellation))).ToList();
        return new RefusedPage([.. rows.Select(Told)], rows.Count == limit ? $"{rows[^1].ReceivedAt}.{rows[^1].Id}" : null);
    }

    private static (long At, Guid Id) Position(string? after) =>
        after?.Split('.') is [var at, var id] && long.TryParse(at, out var moment) && Guid.TryParse(id, out var row) ? (moment, row) : (-1, Guid.Empty);

    private static MessageCameIn Told(Found row)
    {
        var faults = row.AnswerName == MessageNames.ClaimRefused
            ? ToldFault.Of(JsonSerializer.Deserialize(row.Answer!, MessageJson.Default.ClaimRefused)!.Faults, Note.Read(row.Why))
            : null;
        return new MessageCameIn(
            row.Id, row.MessageId, row.ClaimId, row.Municipality.Length == 0 ? null : row.Municipality, row.Kind, row.Version, row.Outcome, row.AmountOre, row.Times,
            DateTimeOffset.FromUnixTimeMilliseconds(row.ReceivedAt), row.TraceParent, faults, row.Kept, row.Sender);
    }

    private sealed class Found
    {
        public Guid Id { get; init; }
        public Guid? MessageId { get; init; }
        public Guid? ClaimId { get; init; }
        public string Municipality { get; init; } = "";
        public string Kind { get; init; } = "";
        public long? Version { get; init; }
        public string Outcome { get; init; } = Recording.Outcome.Refused;
        public long? AmountOre { get; init; }
        public long Times { get; init; }
        public long ReceivedAt { get; init; }
        public string? TraceParent { get; init; }
        public string? Sender { get; init; }
        public string? AnswerName { get; init; }
        public string? Answer { get; init; }
        public string? Kept { get; init; }
        public string? Why { get; init; }
    }
}

/// <param name="Id">The row; for a valid message its message id.</param>
/// <param name="Times">How often exactly this message has come.</param>
/// <param name="ReceivedAt">When it came first.</param>
/// <param name="Sender">Who sent it first; null: nobody was vouched for.</param>
/// <param name="Kept">Of a refused message: its body, personal values masked.</param>
public sealed record MessageCameIn(
    Guid Id, Guid? MessageId, Guid? ClaimId, string? Municipality, string Kind, long? Version, string Outcome, long? AmountOre, long Times,
    DateTimeOffset ReceivedAt, string? TraceParent, IReadOnlyList<ToldFault>? Faults, string? Kept, string? Sender);

/// <param name="Next">What to ask with as <c>after</c> for the next page; null: this is the last.</param>
public sealed record RefusedPage(IReadOnlyList<MessageCameIn> Messages, string? Next);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<MessageCameIn>))]
[JsonSerializable(typeof(RefusedPage))]
[JsonSerializable(typeof(RefusedGroups))]
[JsonSerializable(typeof(RecordedList))]
[JsonSerializable(typeof(Forecasts))]
internal sealed partial class AskingJson : JsonSerializerContext;
