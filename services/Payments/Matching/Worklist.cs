using System.Globalization;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.ToFbs;
using Dapper;

namespace ClaimsTransfer.Payments.Matching;

public enum WorklistKind { UnmatchedEntry, Account, FbsOrder }

/// <summary>Something that only a person can decide.</summary>
/// <param name="Id">For place and close: the unmatched entry's message, or the order's own; an account's line goes away by itself.</param>
/// <param name="AmountOre">Of an entry its amount; of an account its balance; of an order what the claim was for.</param>
/// <param name="Names">
/// What it names itself by: reference, debtorReference, paymentSlip, entryId, reversesEntryId, orderId, fbsAnswer; of a line that cannot be read also document, line, field, fault, said.
/// </param>
/// <param name="Action">What is suggested to do.</param>
public sealed record WorklistItem(
    Guid Id, WorklistKind Kind, string Municipality, string Cause, long AmountOre, DateTimeOffset Since, string? Agency, long? FeeId, string? EntryKind,
    IReadOnlyDictionary<string, string> Names, IReadOnlyList<Suggestion> Suggestions, string Action);

/// <param name="After">Give it as <c>after</c> for what follows; absent: that was all.</param>
public sealed record WorklistPage(IReadOnlyList<WorklistItem> Items, string? After);

/// <summary>Where a page ended: in which of the lists, and at what.</summary>
internal sealed record WorklistPlace(WorklistKind Kind, long Since, Guid Id)
{
    public static readonly WorklistPlace Start = new(WorklistKind.UnmatchedEntry, long.MinValue, Guid.Empty);

    public override string ToString() => $"{(int)Kind}.{Since}.{Id:N}";

    public static bool TryParse(string? text, out WorklistPlace place)
    {
        place = Start;
        if (string.IsNullOrEmpty(text))
            return true;
        if (text.Split('.') is not [var kind, var since, var id] || !int.TryParse(kind, NumberStyles.None, CultureInfo.InvariantCulture, out var list) || list > (int)WorklistKind.FbsOrder
            || !long.TryParse(since, CultureInfo.InvariantCulture, out var at) || !Guid.TryParseExact(id, "N", out var item))
            return false;
        place = new WorklistPlace((WorklistKind)list, at, item);
        return true;
    }
}

/// <summary>The worklist: entries without an account, then accounts whose balance cannot be right, then orders that FBS does not take; each the oldest first.</summary>
public sealed class Worklist(IStore store, Suggestions suggestions, TimeProvider time)
{
    /// <summary>A reversal may come before its coverage: longer than that, somebody has to look.</summary>
    private static readonly TimeSpan ReversedAfter = TimeSpan.FromMinutes(15);

    /// <summary>Which accounts <c>a</c> a person has to look at.</summary>
    internal const string AccountNeedsPerson =
        "a.mismatch IS NOT NULL AND (a.mismatch <> 'ReversedBeyondCovered' OR COALESCE(a.mismatch_since_at, a.changed_at) <= @reversedBefore)";

    internal static long ReversedBefore(TimeProvider time) => (time.GetUtcNow() - ReversedAfter).ToUnixTimeMilliseconds();

    internal async Task<WorklistPage> ReadAsync(string? municipality, int limit, WorklistPlace after, CancellationToken cancellation)
    {
        var items = new List<WorklistItem>(limit);
        for (var kind = after.Kind; kind <= WorklistKind.FbsOrder && items.Count < limit; kind++)
        {
            var from = kind == after.Kind ? after : new WorklistPlace(kind, long.MinValue, Guid.Empty);
            items.AddRange(kind switch
            {
                WorklistKind.UnmatchedEntry => await UnmatchedAsync(municipality, limit, from, cancellation),
                WorklistKind.Account => await AccountsAsync(municipality, limit - items.Count, from, cancellation),
                _ => await OrdersAsync(municipality, limit - items.Count, from, cancellation),
            });
        }

        return new WorklistPage(items, items.Count < limit ? null : new WorklistPlace(items[^1].Kind, items[^1].Since.ToUnixTimeMilliseconds(), items[^1].Id).ToString());
    }

    private async Task<IReadOnlyList<WorklistItem>> UnmatchedAsync(string? municipality, int limit, WorklistPlace from, CancellationToken cancellation)
    {
        var items = new List<WorklistItem>();
        foreach (var row in await QueryAsync<EntryRow>(
            "SELECT @top u.message_id AS Id, u.entry AS Entry, u.cause AS Cause, u.received_at AS Since FROM payments.unmatched u WHERE u.state = 'Open'",
            "u.municipality", "u.received_at", "u.message_id", municipality, limit, from, cancellation))
        {
            var entry = System.Text.Json.JsonSerializer.Deserialize(row.Entry, Messages.MessageJson.Default.DebtorEntryUnmatched)!;
            var cause = Enum.Parse<UnmatchedCause>(row.Cause);
            var similar = cause == UnmatchedCause.NoMatch ? await suggestions.ForAsync(entry, cancellation) : [];
            items.Add(new WorklistItem(
                row.Id, WorklistKind.UnmatchedEntry, entry.Municipality, row.Cause, entry.AmountOre, At(row.Since), null, null, entry.Kind.ToString(),
                Named(("entryId", entry.Unreadable is { } line ? line.EntryId : entry.EntryId), ("document", entry.Unreadable?.Document),
                    ("line", entry.Unreadable?.Line.ToString(CultureInfo.InvariantCulture)), ("field", entry.Unreadable?.Field), ("fault", entry.Unreadable?.Fault.ToString()),
                    ("said", entry.Unreadable?.Said), ("reference", entry.Reference), ("debtorReference", entry.DebtorReference), ("paymentSlip", entry.PaymentSlip ?? entry.PaymentSlipAsWritten),
                    ("reversesEntryId", entry.ReversesEntryId)),
                similar,
                (cause, similar.Count) switch
                {
                    (UnmatchedCause.Duplicate, _) => "The entry's id is booked already for something else: ask the debtor system which of the two is right, have it book the other anew, then close this.",
                    (UnmatchedCause.Unreadable, _) => "The line cannot be read and is not booked; the others of its document are. Have the debtor system bring it again as it must be: then this goes away by itself. Else close this.",
                    (_, 0) => "Find the claim in the debtor system and place the entry on it; if it is none of the library's, have it moved there and close this.",
                    _ => "Compare with the suggestions and place the entry on the claim it belongs to.",
                }));
        }

        return items;
    }

    private async Task<IEnumerable<WorklistItem>> AccountsAsync(string? municipality, int limit, WorklistPlace from, CancellationToken cancellation) =>
        (await QueryAsync<AccountRow>(
            $"""
            SELECT @top a.claim_id AS Id, a.municipality AS Municipality, a.agency AS Agency, a.fee_id AS FeeId, a.mismatch AS Cause, a.balance_ore AS BalanceOre,
                   a.debtor_reference AS DebtorReference, a.payment_slip AS PaymentSlip, COALESCE(a.mismatch_since_at, a.changed_at) AS Since
            FROM payments.accounts a
            WHERE {AccountNeedsPerson}
            """,
            "a.municipality", "COALESCE(a.mismatch_since_at, a.changed_at)", "a.claim_id", municipality, limit, from, cancellation))
        .Select(row => new WorklistItem(
            row.Id, WorklistKind.Account, row.Municipality, row.Cause, row.BalanceOre, At(row.Since), row.Agency, row.FeeId, null,
            Named(("reference", $"{row.Agency}-{row.FeeId}"), ("debtorReference", row.DebtorReference), ("paymentSlip", row.PaymentSlip)), [],
            Enum.Parse<AccountMismatch>(row.Cause) switch
            {
                AccountMismatch.NoMatch => "The debtor system has booked on a claim it has not acknowledged: look where the claim stands in Routing, and ask the debtor system.",
                AccountMismatch.ClosedWithDebt => "The debtor system has closed the account, and this much is owed on it: ask it whether the rest is given up (then a write-off is missing) or the account is to be opened again.",
                AccountMismatch.ReversedBeyondCovered => "More was taken back than came in: find the coverage that the reversal belongs to, and have the debtor system move one of the two to where the other is.",
                AccountMismatch.Excess => "More came in than was owed: have the debtor system pay the difference back, or move it to what it was meant for.",
                _ => "Money came in when nothing was owed: have the debtor system pay it back, or move it to what it was meant for.",
            }));

    private async Task<IEnumerable<WorklistItem>> OrdersAsync(string? municipality, int limit, WorklistPlace from, CancellationToken cancellation) =>
        (await QueryAsync<OrderRow>(
            $"""
            SELECT @top o.item_id AS Id, o.municipality AS Municipality, o.agency AS Agency, o.fee_id AS FeeId, o.state AS State, o.order_id AS OrderId, o.last_fault AS LastFault,
                   a.amount_ore AS AmountOre, o.changed_at AS Since
            FROM payments.orders o
            INNER JOIN payments.accounts a ON a.claim_id = o.claim_id
            WHERE {OrderStore.NeedsPerson}
            """,
            "o.municipality", "o.changed_at", "o.item_id", municipality, limit, from, cancellation))
        .Select(row => new WorklistItem(
            row.Id, WorklistKind.FbsOrder, row.Municipality, row.State == "PaidElsewhere" ? nameof(AccountMismatch.AlreadyPaid) : row.State, row.AmountOre, At(row.Since), row.Agency,
            row.FeeId, null, Named(("reference", $"{row.Agency}-{row.FeeId}"), ("orderId", row.OrderId), ("fbsAnswer", row.State == "Refused" ? AnswerIn(row.LastFault) : null)), [],
            row.State switch
            {
                "PaidElsewhere" => "FBS has the fee paid under another order: find out who was paid twice, have one paid back, then close this.",
                "Refused" => "FBS did not register the payment, and says why: look at the fee and its patron there, register it by hand where it is still owed, then close this.",
                _ => "FBS does not let us register payments of this fee: register it in FBS by hand, then close this.",
            }));

    /// <summary>FBS's own word for why it did not register a payment; an older version kept it alone.</summary>
    private static string? AnswerIn(string? fault) => Note.Read(fault) is [{ Fields: { } fields }] ? fields.GetValueOrDefault("answer") ?? fields.GetValueOrDefault("text") : null;

    private async Task<IEnumerable<T>> QueryAsync<T>(
        string select, string ofMunicipality, string since, string id, string? municipality, int limit, WorklistPlace from, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return await connection.QueryAsync<T>(new CommandDefinition(
            store.Sql($"""
                {select.Replace("@top", store.Top("limit"), StringComparison.Ordinal)}
                  {(municipality is null ? "" : $"AND {ofMunicipality} = @municipality")}
                  AND ({since} > @since OR ({since} = @since AND {id} > @id))
                ORDER BY {since}, {id} {store.Limit("limit")}
                """),
            new { municipality, limit, since = from.Since, id = from.Id, reversedBefore = ReversedBefore(time) }, cancellationToken: cancellation));
    }

    private static DateTimeOffset At(long since) => DateTimeOffset.FromUnixTimeMilliseconds(since);

    private static Dictionary<string, string> Named(params ReadOnlySpan<(string Name, string? Value)> names)
    {
        var given = new Dictionary<string, string>();
        foreach (var (name, value) in names)
        {
            if (!string.IsNullOrEmpty(value))
                given[name] = value;
        }

        return given;
    }

    private sealed record EntryRow
    {
        public Guid Id { get; init; }
        public required string Entry { get; init; }
        public required string Cause { get; init; }
        public long Since { get; init; }
    }

    private sealed record AccountRow
    {
        public Guid Id { get; init; }
        public required string Municipality { get; init; }
        public required string Agency { get; init; }
        public long FeeId { get; init; }
        public required string Cause { get; init; }
        public long BalanceOre { get; init; }
        public string? DebtorReference { get; init; }
        public string? PaymentSlip { get; init; }
        public long Since { get; init; }
    }

    private sealed record OrderRow
    {
        public Guid Id { get; init; }
        public required string Municipality { get; init; }
        public required string Agency { get; init; }
        public long FeeId { get; init; }
        public required string State { get; init; }
        public required string OrderId { get; init; }
        public string? LastFault { get; init; }
        public long AmountOre { get; init; }
        public long Since { get; init; }
    }
}
