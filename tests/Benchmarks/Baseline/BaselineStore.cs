using System.Text.Json;
using Dapper;
using Npgsql;

namespace ClaimsTransfer.Benchmarks.Baseline;

/// <summary>The baselines' tables, and their one habit: the state and the journal row with the message to be sent, in one transaction.</summary>
public sealed class BaselineStore(NpgsqlDataSource source)
{
    /// <summary>As the messages stand on the wire.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public async Task CreateAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            """
            CREATE TABLE messages     (message_id uuid PRIMARY KEY, claim_id uuid NOT NULL, municipality text NOT NULL, body text NOT NULL, received_at timestamptz NOT NULL);
            CREATE TABLE claims       (claim_id uuid PRIMARY KEY, municipality text NOT NULL, agency text NOT NULL, fee_id bigint NOT NULL, version int NOT NULL,
                                       amount_ore bigint NOT NULL, status text NOT NULL, debtor_reference text NULL);
            CREATE TABLE instructions (message_id uuid PRIMARY KEY, claim_id uuid NOT NULL, municipality text NOT NULL, debtor_reference text NOT NULL);
            CREATE TABLE journal      (message_id uuid PRIMARY KEY, claim_id uuid NOT NULL, event text NOT NULL, recorded_at timestamptz NOT NULL, outgoing text NOT NULL);
            """);
    }

    public Task SaveAsync<TIn, TOut>(Step<TIn, TOut> step, TIn message, TOut next, CancellationToken cancellation)
        where TIn : class
        where TOut : class =>
        SaveAsync(
            step.Statement, step.State(message, next),
            "INSERT INTO journal (message_id, claim_id, event, recorded_at, outgoing) VALUES (@messageId, @claimId, @name, now(), @outgoing)",
            new { messageId = step.IdOf(message), claimId = step.ClaimOf(next), name = typeof(TIn).Name, outgoing = BodyOf(next) }, cancellation);

    public Task SaveAsync<TIn, TOut>(Step<TIn, TOut> step, IReadOnlyList<TIn> messages, IReadOnlyList<TOut> next, CancellationToken cancellation)
        where TIn : class
        where TOut : class =>
        SaveAsync(
            step.SetStatement, step.States(messages, next),
            """
            INSERT INTO journal (message_id, claim_id, event, recorded_at, outgoing)
            SELECT message_id, claim_id, @name, now(), outgoing FROM unnest(@messageIds, @claimIds, @outgoing) AS done (message_id, claim_id, outgoing)
            """,
            new
            {
                messageIds = messages.Select(step.IdOf).ToArray(), claimIds = next.Select(step.ClaimOf).ToArray(), name = typeof(TIn).Name,
                outgoing = next.Select(BodyOf).ToArray(),
            },
            cancellation);

    public static string BodyOf<T>(T message) => JsonSerializer.Serialize(message, Json);

    private async Task SaveAsync(string statement, object state, string journal, object entry, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(statement, state, transaction, cancellationToken: cancellation));
        await connection.ExecuteAsync(new CommandDefinition(journal, entry, transaction, cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
    }
}
