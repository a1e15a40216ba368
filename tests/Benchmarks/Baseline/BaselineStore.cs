using System.Text.Json;
using Dapper;
using Npgsql;

namespace ClaimsTransfer.Benchmarks.Baseline;

/// <summary>The baseline's tables, and its one habit: the state and the journal row with the message to be sent, in one transaction.</summary>
public sealed class BaselineStore(NpgsqlDataSource source)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

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

    /// <param name="messageId">Of the message handled: the journal takes it once.</param>
    public async Task SaveAsync<T>(string statement, object state, Guid messageId, Guid claimId, string name, T outgoing, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(statement, state, transaction, cancellationToken: cancellation));
        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO journal (message_id, claim_id, event, recorded_at, outgoing) VALUES (@messageId, @claimId, @name, now(), @outgoing)",
            new { messageId, claimId, name, outgoing = JsonSerializer.Serialize(outgoing, Json) }, transaction, cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
    }

    public static string BodyOf<T>(T message) => JsonSerializer.Serialize(message, Json);
}
