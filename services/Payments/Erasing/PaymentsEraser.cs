using System.Data.Common;
using System.Text.Json;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.Reconciliation.Reporting;
using ClaimsTransfer.Payments.ToFbs;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Payments.Erasing;

/// <summary>
/// Erases the patron and the debtor system's names of accounts, what people wrote, and what FBS was told. The ledger stays: ids and amounts know a repeat,
/// and their sums are what they were.
/// </summary>
public sealed class PaymentsEraser(IStore store, Installation installation, TimeProvider time)
{
    /// <summary>What was booked since may not be published yet: the broker brings it again, and it is answered from what is kept. It names nobody.</summary>
    private static readonly TimeSpan InHand = TimeSpan.FromDays(1);

    private readonly string _accounts = store.Sql(
        $"SELECT row_version AS RowVersion, state AS State FROM payments.accounts WHERE {store.In("claim_id", "claims")}");

    private readonly string _orders = store.Sql(
        $"""
        SELECT DISTINCT o.claim_id FROM payments.orders o
        WHERE {store.In("o.claim_id", "claims")} AND (o.state = 'Pending' OR ({OrderStore.NeedsPerson}))
        """);

    // What waits on the worklist may name the claim by its own names, or by ours that could not be booked.
    private readonly string _waiting = store.Sql(
        $"""
        SELECT w.claim_id AS ClaimId, w.debtor_reference AS DebtorReference, w.payment_slip AS PaymentSlip, w.reference AS Reference
        FROM (
          SELECT municipality, claim_id, debtor_reference, payment_slip, {"{json entry reference}"} AS reference
          FROM payments.unmatched
          WHERE state = 'Open' OR relay_due_at IS NOT NULL
        ) w
        WHERE w.municipality = @municipality
          AND ({store.In("w.claim_id", "claims")} OR {store.In("w.debtor_reference", "references", ColumnType.Text)}
            OR {store.In("w.payment_slip", "slips", ColumnType.Text)} OR {store.In("w.reference", "names", ColumnType.Text)})
        """);

    private readonly string _placed = store.Sql(
        $"SELECT {UnmatchedStore.Columns} FROM payments.unmatched u WHERE u.claim_id IS NOT NULL AND {store.In("u.claim_id", "claims")}");

    private readonly string _closed = store.Sql(
        $"""
        SELECT {store.Top("limit")} {UnmatchedStore.Columns}
        FROM payments.unmatched u
        WHERE u.state = 'Closed' AND u.municipality = @municipality AND u.decided_at < @before AND u.claim_id IS NULL
          AND (u.decisions IS NOT NULL OR u.who IS NOT NULL OR u.debtor_reference IS NOT NULL OR u.payment_slip IS NOT NULL)
        ORDER BY u.decided_at, u.message_id {store.Limit("limit")}
        """);

    private readonly string[] _cleared =
    [
        store.Sql($"UPDATE payments.entries SET effects = NULL WHERE {store.In("claim_id", "claims")} AND effects IS NOT NULL AND recorded_at < @notInHand"),
        store.Sql($"UPDATE payments.entries SET trace_parent = NULL WHERE {store.In("claim_id", "claims")} AND trace_parent IS NOT NULL"),
        store.Sql(
            $"""
            UPDATE payments.orders SET who = NULL, why = NULL, last_fault = NULL
            WHERE {store.In("claim_id", "claims")} AND (who IS NOT NULL OR why IS NOT NULL OR last_fault IS NOT NULL)
            """),
        store.Sql($"UPDATE payments.reconciliation_differences SET reference = NULL WHERE {store.In("claim_id", "claims")} AND reference IS NOT NULL"),
    ];

    /// <summary><c>POST /payments/erase</c> <c>{municipality, claimIds, before?}</c>: <c>{kept: [{claimId, why}], others, isMore}</c>.</summary>
    public static async Task<Results<JsonHttpResult<Erased>, ProblemHttpResult>> HandleAsync(
        Erasure asked, PaymentsEraser eraser, CancellationToken cancellation) =>
        asked.Fault() is { } fault ? fault : TypedResults.Json(await eraser.EraseAsync(asked, cancellation), PaymentsJson.Default.Erased);

    public Task<Erased> EraseAsync(Erasure asked, CancellationToken cancellation)
    {
        if (asked.Before is { } before)
            ReportFiles.DeleteBefore(installation, asked.Municipality, DanishTime.DayOf(before));
        return store.InTransactionAsync(transaction => EraseAsync(transaction, asked, cancellation), cancellation);
    }

    private async Task<Erased> EraseAsync(DbTransaction transaction, Erasure asked, CancellationToken cancellation)
    {
        var accounts = (await QueryAsync<PaymentsStore.AccountRow>(transaction, _accounts, new { claims = store.List(asked.ClaimIds) }))
            .ConvertAll(row => row.Stored());
        var kept = await KeptAsync(transaction, asked, accounts);
        List<Guid> erased = [.. asked.ClaimIds.Where(claim => !kept.ContainsKey(claim))];
        var placed = await EntriesAsync(transaction, _placed, new { claims = store.List(erased) });
        var closed = asked.Before is { } before
            ? await EntriesAsync(
                transaction, _closed, new { municipality = asked.Municipality, before = before.ToUnixTimeMilliseconds(), limit = Erased.MostOthers + 1 })
            : [];
        await store.SaveVersionedAsync(
            transaction, PaymentsSchema.Accounts, "row_version",
            [.. accounts.Where(stored => !kept.ContainsKey(stored.Account.ClaimId) && !stored.Account.IsErased)
                .Select(stored => PaymentsStore.Row(stored with { Account = stored.Account.Erased() }))],
            cancellation);
        await store.SaveVersionedAsync(
            transaction, PaymentsSchema.Unmatched, "row_version",
            [.. placed.Where(entry => !entry.IsErased).Concat(closed.Take(Erased.MostOthers)).Select(entry => UnmatchedStore.Row(entry.Erased()))],
            cancellation);
        var notInHand = (time.GetUtcNow() - InHand).ToUnixTimeMilliseconds();
        foreach (var statement in _cleared)
            await transaction.Connection!.ExecuteAsync(statement, new { claims = store.List(erased), notInHand }, transaction);
        return Erased.Of(kept, closed.Count);
    }

    /// <summary>What somebody or something still has to do with a claim, and may need its names for.</summary>
    private async Task<Dictionary<Guid, Note>> KeptAsync(DbTransaction transaction, Erasure asked, List<StoredAccount> accounts)
    {
        var kept = new Dictionary<Guid, Note>();
        foreach (var account in accounts.Select(stored => stored.Account))
        {
            if (account.Mismatch is not null)
                kept[account.ClaimId] = PaymentNotes.KeptMismatch;
            else if (account.Status == AccountStatus.Open)
                kept[account.ClaimId] = PaymentNotes.KeptOwed(account.OwedOre);
        }

        foreach (var claim in await QueryAsync<Guid>(transaction, _orders, new { claims = store.List(asked.ClaimIds) }))
            kept.TryAdd(claim, PaymentNotes.KeptOrder);
        var named = accounts.Select(stored => stored.Account)
            .Select(account => (account.ClaimId, account.DebtorReference, account.PaymentSlip, Reference: $"{account.Agency}-{account.FeeId}")).ToList();
        var waiting = await QueryAsync<Waiting>(transaction, _waiting, new
        {
            municipality = asked.Municipality, claims = store.List(asked.ClaimIds), names = store.List(named.ConvertAll(claim => claim.Reference)),
            references = store.List(named.Select(claim => claim.DebtorReference).OfType<string>().ToList()),
            slips = store.List(named.Select(claim => claim.PaymentSlip).OfType<string>().ToList()),
        });
        var names = waiting.SelectMany(entry => entry.Names).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var theirs = named.Where(claim => ((string?[])[claim.DebtorReference, claim.PaymentSlip, claim.Reference])
            .Any(name => name is not null && names.Contains(name)));
        foreach (var claim in waiting.Select(entry => entry.ClaimId).OfType<Guid>().Where(asked.ClaimIds.Contains)
            .Concat(theirs.Select(claim => claim.ClaimId)))
            kept.TryAdd(claim, PaymentNotes.KeptWorklist);
        return kept;
    }

    private static async Task<List<UnmatchedEntry>> EntriesAsync(DbTransaction transaction, string statement, object parameters) =>
        (await QueryAsync<UnmatchedStore.UnmatchedRow>(transaction, statement, parameters)).ConvertAll(row => row.Read());

    private static async Task<List<T>> QueryAsync<T>(DbTransaction transaction, string statement, object parameters) =>
        (await transaction.Connection!.QueryAsync<T>(statement, parameters, transaction)).AsList();

    private sealed record Waiting
    {
        public Guid? ClaimId { get; init; }
        public string? DebtorReference { get; init; }
        public string? PaymentSlip { get; init; }
        public string? Reference { get; init; }

        public IEnumerable<string?> Names => [DebtorReference, PaymentSlip, Reference];
    }
}
