using System.Data.Common;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using Dapper;

namespace ClaimsTransfer.Payments.ToFbs;

public sealed class OrderStore(IStore store) : IOrderStore, IFbsOrders
{
    /// <summary>Which orders <c>o</c> are lines of the worklist. Of a cancelled claim the account's own line says what is to be done.</summary>
    internal const string NeedsPerson = """
        o.closed_at IS NULL AND o.state IN ('PaidElsewhere', 'NotAllowed', 'Refused')
        AND NOT EXISTS (SELECT 1 FROM payments.accounts c WHERE c.claim_id = o.claim_id AND c.status = 'Cancelled')
        """;

    private const int FaultLength = 200;

    /// <summary>
    /// In the transaction that books what settled or reopened the claim. An order that was sent once is not withdrawn: FBS may have it, and only its answer to the same order
    /// again tells. That the claim is open again FBS learns by message.
    /// </summary>
    public static async Task ChangeAsync(IStore store, DbTransaction transaction, IReadOnlyList<OrderChange> changes, CancellationToken cancellation)
    {
        var dropped = changes.Where(change => !change.IsWanted).ToList();
        if (dropped.Count > 0)
        {
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                store.Sql($"""
                    UPDATE payments.orders
                    SET state = @withdrawn,
                        due_at = NULL,
                        changed_at = @at
                    WHERE state IN (@pending, @noPatron) AND calls = 0 AND {store.In("order_id", "ids", ColumnType.Text)}
                    """),
                new
                {
                    withdrawn = nameof(OrderState.Withdrawn), pending = nameof(OrderState.Pending), noPatron = nameof(OrderState.NoPatron),
                    at = dropped[0].At.ToUnixTimeMilliseconds(), ids = store.List(dropped.ConvertAll(change => change.OrderId)),
                }, transaction, cancellationToken: cancellation));
        }

        var wanted = changes.Where(change => change.IsWanted).ToList();
        foreach (var (hasPatron, group) in wanted.GroupBy(change => change.HasPatron).Select(group => (group.Key, group.ToList())))
        {
            var added = await store.InsertNewAsync(transaction, PaymentsSchema.Orders, group.ConvertAll(Row), cancellation);
            if (added.Count == group.Count)
                continue;
            // Withdrawn before and wanted again, or waiting for a patron who is known now; one that FBS has is left as it is.
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                store.Sql($"""
                    UPDATE payments.orders
                    SET state = @state,
                        due_at = @dueAt,
                        changed_at = @at
                    WHERE state IN (@withdrawn, @noPatron) AND closed_at IS NULL AND {store.In("order_id", "ids", ColumnType.Text)}
                    """),
                new
                {
                    state = StateOf(hasPatron).ToString(), dueAt = hasPatron ? group[0].At.ToUnixTimeMilliseconds() : (long?)null, at = group[0].At.ToUnixTimeMilliseconds(),
                    withdrawn = nameof(OrderState.Withdrawn), noPatron = nameof(OrderState.NoPatron), ids = store.List(group.ConvertAll(change => change.OrderId)),
                }, transaction, cancellationToken: cancellation));
        }
    }

    public async Task<IReadOnlyList<DueOrder>> TakeDueAsync(DateTimeOffset now, DateTimeOffset leaseUntil, int most, CancellationToken cancellation)
    {
        List<string> due;
        await using (var connection = await store.OpenAsync(cancellation))
        {
            due = (await connection.QueryAsync<string>(new CommandDefinition(
                store.Sql($"SELECT {store.Top("most")} order_id FROM payments.orders WHERE due_at <= @now ORDER BY due_at {store.Limit("most")}"),
                new { now = now.ToUnixTimeMilliseconds(), most }, cancellationToken: cancellation))).ToList();
        }

        // Most looks find nothing, and need not wait for a turn to write.
        return due.Count == 0 ? [] : await store.InTransactionAsync(transaction => TakeAsync(transaction, due, now, leaseUntil, cancellation), cancellation);
    }

    /// <summary>
    /// Each call has its number, which is the lease's too: what FBS answered counts only while nobody has called again. That the call is counted before it is
    /// made is what a
    /// withdrawal relies on; sent by whoever slept past the lease as well, the same order is one order to FBS.
    /// </summary>
    private async Task<IReadOnlyList<DueOrder>> TakeAsync(
        DbTransaction transaction, List<string> due, DateTimeOffset now, DateTimeOffset leaseUntil, CancellationToken cancellation)
    {
        var connection = transaction.Connection!;
        var still = (await connection.QueryAsync<Due>(new CommandDefinition(
            store.Sql($"""
                SELECT o.order_id AS OrderId, o.claim_id AS ClaimId, o.municipality AS Municipality, o.agency AS Agency, o.fee_id AS FeeId,
                       a.patron_id AS PatronId, o.calls + 1 AS Calls, o.state AS State
                FROM payments.orders o
                INNER JOIN payments.accounts a ON a.claim_id = o.claim_id
                WHERE o.due_at <= @now AND {store.In("o.order_id", "ids", ColumnType.Text)}
                """),
            new { now = now.ToUnixTimeMilliseconds(), ids = store.List(due) }, transaction, cancellationToken: cancellation))).ToList();
        var taken = await connection.ExecuteAsync(new CommandDefinition(
            store.Sql($"""
                UPDATE payments.orders
                SET due_at = @leaseUntil, calls = calls + 1
                WHERE due_at <= @now AND {store.In("order_id", "ids", ColumnType.Text)}
                """),
            new
            {
                now = now.ToUnixTimeMilliseconds(), leaseUntil = leaseUntil.ToUnixTimeMilliseconds(), ids = store.List(still.ConvertAll(row => row.OrderId)),
            }, transaction, cancellationToken: cancellation));
        if (taken != still.Count)
            throw new LostRaceException("Another instance has taken some of these orders.");
        return [.. still.Where(row => row is { State: nameof(OrderState.Pending), PatronId: not null })
            .Select(row => new DueOrder(row.OrderId, row.ClaimId, row.Municipality, row.Agency, row.FeeId, row.PatronId!.Value, (int)row.Calls))];
    }

    public async Task KeepAsync(DueOrder order, OrderAnswer answer, DateTimeOffset now, DateTimeOffset againAt, CancellationToken cancellation) =>
        await store.InTransactionAsync(
            async transaction =>
            {
                var ours = answer is OrderAnswer.RegisteredByAnother ? await OthersOfClaimAsync(transaction, order, cancellation) : [];
                var (state, dueAt, confirmation, fault) = answer switch
                {
                    OrderAnswer.Registered registered => (OrderState.Confirmed, (long?)null, registered.ConfirmationId, (Note?)null),
                    OrderAnswer.RegisteredByAnother when ours.Contains(nameof(OrderState.Confirmed)) => (OrderState.Confirmed, null, null, PaymentNotes.PaidUnderEarlier),
                    OrderAnswer.RegisteredByAnother when ours.Contains(nameof(OrderState.Pending)) =>
                        (OrderState.Pending, againAt.ToUnixTimeMilliseconds(), null, PaymentNotes.EarlierUnanswered),
                    OrderAnswer.RegisteredByAnother other => (OrderState.PaidElsewhere, null, null, PaymentNotes.PaidUnderAnother(other.OrderId)),
                    OrderAnswer.NotAllowed => (OrderState.NotAllowed, null, null, PaymentNotes.NotAllowed),
                    OrderAnswer.Refused refused => (OrderState.Refused, null, null, PaymentNotes.FbsRefused(refused.Answer)),
                    OrderAnswer.Unclear unclear => (OrderState.Pending, againAt.ToUnixTimeMilliseconds(), null, unclear.Why),
                    _ => throw new ArgumentOutOfRangeException(nameof(answer), answer.GetType().Name, "Not an answer."),
                };
                return await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                    store.Sql("""
                        UPDATE payments.orders
                        SET state = @state,
                            due_at = @dueAt,
                            confirmation_id = @confirmation,
                            last_fault = @fault,
                            changed_at = @at
                        WHERE order_id = @orderId AND state = @pending AND calls = @calls
                        """),
                    new
                    {
                        state = state.ToString(), dueAt, confirmation = Cut(confirmation),
                        fault = fault is null ? null : Note.Write([fault.With(value => Cut(value)!)]), at = now.ToUnixTimeMilliseconds(),
                        orderId = order.OrderId, calls = (long)order.Calls,
                        pending = nameof(OrderState.Pending),
                    }, transaction, cancellationToken: cancellation));
            },
            cancellation);

    public async Task<bool> CloseAsync(Guid itemId, string who, string why, DateTimeOffset now, CancellationToken cancellation) =>
        await store.InTransactionAsync(
            transaction => transaction.Connection!.ExecuteAsync(new CommandDefinition(
                store.Sql("""
                    UPDATE payments.orders
                    SET closed_at = @now,
                        who = @who,
                        why = @why
                    WHERE item_id = @itemId AND closed_at IS NULL AND state IN (@elsewhere, @notAllowed, @refused)
                    """),
                new
                {
                    now = now.ToUnixTimeMilliseconds(), who, why, itemId, elsewhere = nameof(OrderState.PaidElsewhere), notAllowed = nameof(OrderState.NotAllowed),
                    refused = nameof(OrderState.Refused),
                }, transaction, cancellationToken: cancellation)),
            cancellation) > 0;

    public async Task<IReadOnlySet<Guid>> UnconfirmedAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Guid>(new CommandDefinition(
            store.Sql($"SELECT claim_id FROM payments.orders WHERE state = 'Pending' AND {store.In("claim_id", "ids")}"),
            new { ids = store.List(claimIds) }, cancellationToken: cancellation));
        return rows.ToHashSet();
    }

    /// <summary>A claim that was reopened and settled again has another order, while FBS may have kept the fee as paid under the first: that is nobody's mistake.</summary>
    private async Task<IReadOnlyList<string>> OthersOfClaimAsync(DbTransaction transaction, DueOrder order, CancellationToken cancellation) =>
        [.. await transaction.Connection!.QueryAsync<string>(new CommandDefinition(
            store.Sql("SELECT state FROM payments.orders WHERE claim_id = @claimId AND order_id <> @orderId AND calls > 0"),
            new { claimId = order.ClaimId, orderId = order.OrderId }, transaction, cancellationToken: cancellation))];

    private static OrderState StateOf(bool hasPatron) => hasPatron ? OrderState.Pending : OrderState.NoPatron;

    private static string? Cut(string? text) => text is { Length: > FaultLength } ? text[..FaultLength] : text;

    private static object?[] Row(OrderChange change) =>
    [
        change.OrderId, change.ItemId, change.ClaimId, change.Municipality, change.Agency, change.FeeId, StateOf(change.HasPatron).ToString(), 0L,
        change.HasPatron ? change.At.ToUnixTimeMilliseconds() : null, null, null, change.At.ToUnixTimeMilliseconds(), change.At.ToUnixTimeMilliseconds(), null, null, null,
    ];

    private sealed record Due
    {
        public required string OrderId { get; init; }
        public Guid ClaimId { get; init; }
        public required string Municipality { get; init; }
        public required string Agency { get; init; }
        public long FeeId { get; init; }
        public long? PatronId { get; init; }
        public long Calls { get; init; }
        public required string State { get; init; }
    }
}
