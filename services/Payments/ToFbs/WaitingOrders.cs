using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Matching;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Payments.ToFbs;

/// <summary>An order that FBS is still to confirm.</summary>
/// <param name="Kind">As the worklist calls it.</param>
/// <param name="Attempts">Calls made so far.</param>
/// <param name="DueAt">When the next is made; while one is under way: when it is considered lost.</param>
/// <param name="Why">What came of the last call.</param>
public sealed record WaitingOrder(
    string Id, Guid ClaimId, string Municipality, string Agency, long FeeId, WorklistKind Kind, int Attempts, DateTimeOffset DueAt, Note? Why);

public sealed record WaitingPage(IReadOnlyList<WaitingOrder> Waiting, string? Next);

/// <summary>What waits for another try at FBS, the soonest first. An order that a call moves meanwhile may be on two pages or on none.</summary>
public sealed class WaitingOrders(IStore store)
{
    public static async Task<Results<JsonHttpResult<WaitingPage>, ProblemHttpResult>> HandleAsync(
        WaitingOrders orders, CancellationToken cancellation, string[]? municipality = null, int limit = 100, string? after = null)
    {
        if (Lists.FaultOfLimit(limit) is { } fault)
            return fault;
        return Place.TryParse(after, out var place)
            ? TypedResults.Json(await orders.ReadAsync(municipality ?? [], limit, place, cancellation), PaymentsJson.Default.WaitingPage)
            : Lists.NoPlace();
    }

    public async Task<WaitingPage> ReadAsync(IReadOnlyCollection<string> municipalities, int limit, Place? after, CancellationToken cancellation)
    {
        var among = municipalities.Count == 0 ? "" : $" AND {store.In("municipality", "municipalities", ColumnType.Text)}";
        var behind = after is null ? "" : " AND due_at >= @at AND (due_at > @at OR item_id > @id)";
        await using var connection = await store.OpenAsync(cancellation);
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"""
                SELECT {store.Top("limit")} order_id AS OrderId, item_id AS ItemId, claim_id AS ClaimId, municipality AS Municipality, agency AS Agency, fee_id AS FeeId,
                       calls AS Calls, due_at AS DueAt, last_fault AS LastFault
                FROM payments.orders
                WHERE due_at IS NOT NULL AND state = 'Pending'{among}{behind}
                ORDER BY due_at, item_id {store.Limit("limit")}
                """),
            new { limit, municipalities = store.List(municipalities), at = after?.At ?? 0, id = after?.Id ?? Guid.Empty }, cancellationToken: cancellation))).ToList();
        return new WaitingPage(rows.ConvertAll(row => row.Order()), rows.Count == limit ? new Place(rows[^1].DueAt, rows[^1].ItemId).ToString() : null);
    }

    private sealed record Row
    {
        public required string OrderId { get; init; }
        public Guid ItemId { get; init; }
        public Guid ClaimId { get; init; }
        public required string Municipality { get; init; }
        public required string Agency { get; init; }
        public long FeeId { get; init; }
        public long Calls { get; init; }
        public long DueAt { get; init; }
        public string? LastFault { get; init; }

        public WaitingOrder Order() => new(
            OrderId, ClaimId, Municipality, Agency, FeeId, WorklistKind.FbsOrder, (int)Calls, DateTimeOffset.FromUnixTimeMilliseconds(DueAt), Note.Read(LastFault).FirstOrDefault());
    }
}
