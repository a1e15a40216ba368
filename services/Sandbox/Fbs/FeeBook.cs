using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>FBS's fees: built from what FBS is told, asked by whoever reconciles, and paid through FBS's payment interface.</summary>
public sealed class FeeBook(IStore store)
{
    private const int PageSize = 1_000;

    /// <summary>What a message says of a fee; null for one that changes none.</summary>
    internal static IClaimMessage? Read(Delivery delivery)
    {
        IClaimMessage? message;
        try
        {
            message = delivery.Name switch
            {
                MessageNames.ClaimTransferred => JsonSerializer.Deserialize(delivery.Body.Span, MessageJson.Default.ClaimTransferred),
                MessageNames.ClaimCancelled => JsonSerializer.Deserialize(delivery.Body.Span, MessageJson.Default.ClaimCancelled),
                MessageNames.PaymentReconciled => JsonSerializer.Deserialize(delivery.Body.Span, MessageJson.Default.PaymentReconciled),
                _ => null,
            };
        }
        catch (JsonException unreadable)
        {
            throw new PermanentException($"FBS cannot read a {delivery.Name}: a field is missing or of the wrong form.", unreadable);
        }

        return message is null or { Agency: not null, Municipality: not null } ? message : throw new PermanentException($"FBS cannot tell whose fee a {delivery.Name} is about.");
    }

    /// <summary>Applies messages that are new, in the transaction that recorded them.</summary>
    internal static async Task ApplyAsync(IStore store, DbTransaction transaction, IReadOnlyCollection<IClaimMessage> told, CancellationToken cancellation)
    {
        if (told.Count == 0)
            return;
        var known = await LoadAsync(store, transaction, [.. told.Select(message => message.FeeId).Distinct()]);
        var changed = told.GroupBy(message => (message.Agency, message.FeeId)).Select(messages =>
        {
            var before = known.GetValueOrDefault(messages.Key, new FbsFee(messages.Key.Agency, messages.Key.FeeId, messages.First().Municipality));
            return (Before: before, After: messages.Aggregate(before, Apply));
        });
        await store.SaveVersionedAsync(
            transaction, FeeTables.Fees, "row_version", [.. changed.Where(fee => fee.After != fee.Before).Select(fee => FeeTables.Next(fee.After))], cancellation);
    }

    public async Task<IReadOnlyList<FbsSummary>> SummaryAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<SummaryRow>(store.Sql(
            $"""
            SELECT municipality AS Municipality, CAST(SUM(CASE WHEN is_settled = 1 AND is_cancelled = 0 THEN 1 ELSE 0 END) AS bigint) AS Reconciled,
              CAST(SUM(CASE WHEN {Open} THEN 1 ELSE 0 END) AS bigint) AS OpenClaims, CAST(SUM(CASE WHEN {Open} THEN {Remaining} ELSE 0 END) AS bigint) AS OpenOre
            FROM sandbox_fbs.fees GROUP BY municipality ORDER BY municipality
            """));
        return [.. rows.Select(row => new FbsSummary(row.Municipality, row.Reconciled, row.OpenClaims, row.OpenOre))];
    }

    /// <summary>The fees that are handed over and open, in pages: any number in bounded memory.</summary>
    public async IAsyncEnumerable<OpenClaim> OpenClaimsAsync(string municipality, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (agency, feeId) = ("", 0L);
        while (true)
        {
            await using var connection = await store.OpenAsync(cancellation);
            var rows = (await connection.QueryAsync<OpenRow>(store.Sql(
                $"""
                SELECT {store.Top("most")} agency AS Agency, fee_id AS FeeId, {Remaining} AS AmountOre FROM sandbox_fbs.fees
                WHERE municipality = @municipality AND (agency > @agency OR (agency = @agency AND fee_id > @feeId)) AND {Open}
                ORDER BY agency, fee_id {store.Limit("most")}
                """), new { municipality, agency, feeId, most = PageSize })).AsList();
            foreach (var row in rows)
                yield return new OpenClaim(row.Agency, row.FeeId, row.AmountOre);
            if (rows.Count < PageSize)
                yield break;
            (agency, feeId) = (rows[^1].Agency, rows[^1].FeeId);
        }
    }

    public async Task<IReadOnlyList<FbsFee>> OfPatronAsync(string agency, long patronId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<FeeTables.FeeRow>(store.Sql(
            $"SELECT {FeeTables.Columns} FROM sandbox_fbs.fees WHERE patron_id = @patronId AND agency = @agency ORDER BY fee_id"), new { patronId, agency });
        return [.. rows.Select(row => row.ToFee())];
    }

    /// <summary>Registers one payment of whole fees; the same order again is the same answer.</summary>
    public Task<IReadOnlyList<RegisteredPayment>> RegisterAsync(
        string agency, long patronId, string orderId, IReadOnlyList<long> feeIds, CancellationToken cancellation) => store.InTransactionAsync(async transaction =>
    {
        var known = await LoadAsync(store, transaction, feeIds);
        var answers = new List<RegisteredPayment>(feeIds.Count);
        var paid = new List<FbsFee>();
        foreach (var feeId in feeIds.Distinct())
        {
            if (!known.TryGetValue((agency, feeId), out var fee) || fee.TransferredVersion == 0 || fee.PatronId != patronId || fee.IsCancelled)
            {
                answers.Add(new RegisteredPayment(feeId, orderId, null, PaymentStatus.PaymentNotAllowedByClient));
                continue;
            }

            if (fee.RegisteredOrder != orderId && fee.IsOrderStanding)
            {
                answers.Add(new RegisteredPayment(feeId, orderId, null, PaymentStatus.PaymentRegisteredByDifferentOrderId));
                continue;
            }

            if (fee.RegisteredOrder != orderId)
                paid.Add(fee.Registered(orderId));
            answers.Add(new RegisteredPayment(feeId, orderId, ConfirmationOf(agency, feeId, orderId), PaymentStatus.PaymentRegistered));
        }

        await store.SaveVersionedAsync(transaction, FeeTables.Fees, "row_version", [.. paid.Select(FeeTables.Next)], cancellation);
        return (IReadOnlyList<RegisteredPayment>)answers;
    }, cancellation);

    private const string Open = "transferred_version > 0 AND is_settled = 0 AND is_cancelled = 0";

    private const string Remaining = "CASE WHEN sequence_number >= 0 THEN balance_ore ELSE amount_ore END";

    private static FbsFee Apply(FbsFee fee, IClaimMessage message) => message switch
    {
        ClaimTransferred transferred => fee.With(transferred),
        ClaimCancelled cancelled => fee.With(cancelled),
        PaymentReconciled reconciled => fee.With(reconciled),
        _ => throw new ArgumentException($"{message.GetType().Name} changes no fee."),
    };

    private static async Task<Dictionary<(string Agency, long FeeId), FbsFee>> LoadAsync(IStore store, DbTransaction transaction, IReadOnlyCollection<long> feeIds) =>
        (await transaction.Connection!.QueryAsync<FeeTables.FeeRow>(
            store.Sql($"SELECT {FeeTables.Columns} FROM sandbox_fbs.fees WHERE {store.In("fee_id", "ids", ColumnType.Integer)}"),
            new { ids = store.List(feeIds) }, transaction)).Select(row => row.ToFee()).ToDictionary(fee => (fee.Agency, fee.FeeId));

    private static string ConfirmationOf(string agency, long feeId, string orderId) =>
        DeterministicId.Create(DeterministicId.OfClaim(agency, feeId), $"sandbox/confirmation/{orderId}").ToString();

    private sealed class SummaryRow
    {
        public string Municipality { get; init; } = "";
        public long Reconciled { get; init; }
        public long OpenClaims { get; init; }
        public long OpenOre { get; init; }
    }

    private sealed class OpenRow
    {
        public string Agency { get; init; } = "";
        public long FeeId { get; init; }
        public long AmountOre { get; init; }
    }
}
