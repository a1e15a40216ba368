using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>What FBS was told, a message once however often it comes. The bodies hold no person: what goes to FBS is masked where it could.</summary>
public sealed class FbsRecord(IStore store, TimeProvider time)
{
    private static readonly IReadOnlyList<Migration> Migrations =
    [
        new(1, "Keep what FBS was told", [
            """
            CREATE TABLE sandbox_fbs.told (
              message_id {text} NOT NULL PRIMARY KEY, name {text} NOT NULL, municipality {text} NOT NULL, agency {text} NOT NULL, fee_id {integer} NOT NULL,
              version {integer} NOT NULL, told_at {integer} NOT NULL, body {longtext} NOT NULL)
            """,
            "CREATE INDEX told_by_claim ON sandbox_fbs.told (agency, fee_id)",
            "CREATE INDEX told_by_name ON sandbox_fbs.told (name)",
        ]),
        FeeTables.Migration,
    ];

    private static readonly Table Told = new("sandbox_fbs.told", ["message_id"],
    [
        new("message_id", ColumnType.Text), new("name", ColumnType.Text), new("municipality", ColumnType.Text), new("agency", ColumnType.Text),
        new("fee_id", ColumnType.Integer), new("version", ColumnType.Integer), new("told_at", ColumnType.Integer), new("body", ColumnType.LongText),
    ]);

    public Task OpenAsync(CancellationToken cancellation) => store.MigrateAsync(Migrations, cancellation);

    /// <returns>How many of them are new.</returns>
    public async Task<int> TakeAsync(IReadOnlyList<Delivery> batch, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var told = batch.Select(delivery => (Row: Row(delivery, now), OfFee: FeeBook.Read(delivery))).DistinctBy(message => message.Row[0]).ToList();
        return await store.InTransactionAsync(async transaction =>
        {
            var added = await store.InsertNewAsync(transaction, Told, [.. told.Select(message => message.Row)], cancellation);
            await FeeBook.ApplyAsync(store, transaction, [.. added.Select(index => told[index].OfFee).OfType<IClaimMessage>()], cancellation);
            return added.Count;
        }, cancellation);
    }

    /// <summary>How many messages of each name.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountsAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Counted>(store.Sql(
            "SELECT name AS Name, CAST(COUNT(*) AS bigint) AS Messages FROM sandbox_fbs.told GROUP BY name ORDER BY name"));
        return rows.ToDictionary(row => row.Name, row => row.Messages, StringComparer.Ordinal);
    }

    /// <summary>What FBS was told of one claim, in the order of the claim's versions.</summary>
    public async Task<IReadOnlyList<ToldMessage>> OfClaimAsync(string agency, long feeId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<ToldRow>(store.Sql(
            "SELECT name AS Name, body AS Body FROM sandbox_fbs.told WHERE agency = @agency AND fee_id = @feeId ORDER BY version, told_at, name"), new { agency, feeId });
        return [.. rows.Select(row => new ToldMessage(row.Name, JsonElement.Parse(row.Body)))];
    }

    private static object?[] Row(Delivery delivery, long now)
    {
        JsonElement body;
        try
        {
            body = JsonElement.Parse(delivery.Body.Span);
        }
        catch (JsonException notJson)
        {
            throw new PermanentException($"FBS cannot read a {delivery.Name}: it is no JSON.", notJson);
        }

        return
        [
            Text("messageId") ?? delivery.MessageId ?? throw new PermanentException($"FBS cannot tell a repeat of this {delivery.Name}: it has no messageId."),
            delivery.Name, Text("municipality") ?? "", Text("agency") ?? "", Number("feeId"), Number("version"), now, body.GetRawText(),
        ];

        string? Text(string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        long Number(string name) => body.TryGetProperty(name, out var value) && value.TryGetInt64(out var number) ? number : 0;
    }

    private sealed class Counted
    {
        public string Name { get; init; } = "";
        public long Messages { get; init; }
    }

    private sealed class ToldRow
    {
        public string Name { get; init; } = "";
        public string Body { get; init; } = "";
    }
}

public sealed record ToldMessage(string Name, JsonElement Body);
