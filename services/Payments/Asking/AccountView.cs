using System.Globalization;
using System.Text.Json;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.ToFbs;
using Dapper;

namespace ClaimsTransfer.Payments.Asking;

/// <summary>A line of the ledger, as it was booked.</summary>
public sealed record EntryLine(
    int Position, DateTimeOffset RecordedAt, EntryKind Kind, long AmountOre, string? EntryId, MatchingOutcome? Outcome, string? Channel, DateOnly? ValueDate, int Version);

/// <summary>What FBS was told by payment-reconciled.</summary>
public sealed record ToldLine(int Sequence, DateTimeOffset At, string OrderId, BalanceChange? Change, long AmountOre, long BalanceOre, bool Settled);

/// <summary>An order to FBS's payment interface.</summary>
public sealed record OrderLine(string OrderId, OrderState State, int Calls, string? ConfirmationId, Note? LastFault, DateTimeOffset ChangedAt);

/// <summary>One claim's account with all its entries, and what FBS was told of it. No person.</summary>
public sealed record AccountView(
    Guid ClaimId, string Municipality, string Agency, long FeeId, AccountStatus Status, int Version, long AmountOre, long CoveredOre, long ReversedOre, long WrittenOffOre,
    long BalanceOre, AccountMismatch? Mismatch, DateTimeOffset? MismatchSince, string? DebtorReference, string? PaymentSlip, string OrderId,
    IReadOnlyList<EntryLine> Entries, IReadOnlyList<ToldLine> ToldFbs, IReadOnlyList<OrderLine> Orders, DebtorAccountStatus? AtDebtor = null);

public sealed class AccountViews(IStore store)
{
    public async Task<AccountView?> FindAsync(string agency, long feeId, CancellationToken cancellation)
    {
        var claimId = DeterministicId.OfClaim(agency, feeId);
        if ((await new PaymentsStore(store).LoadAsync([claimId], cancellation)).SingleOrDefault()?.Account is not { } account)
            return null;
        await using var connection = await store.OpenAsync(cancellation);
        var entries = (await connection.QueryAsync<EntryRow>(new CommandDefinition(
            store.Sql("""
                SELECT position AS Position, recorded_at AS RecordedAt, kind AS Kind, amount_ore AS AmountOre, entry_id AS EntryId, outcome AS Outcome, channel AS Channel,
                       value_date AS ValueDate, version AS Version, effects AS Effects
                FROM payments.entries
                WHERE claim_id = @claimId
                ORDER BY position, part
                """),
            new { claimId }, cancellationToken: cancellation))).ToList();
        var orders = await connection.QueryAsync<OrderRow>(new CommandDefinition(
            store.Sql("""
                SELECT order_id AS OrderId, state AS State, calls AS Calls, confirmation_id AS ConfirmationId, last_fault AS LastFault, changed_at AS ChangedAt
                FROM payments.orders
                WHERE claim_id = @claimId
                ORDER BY created_at, order_id
                """),
            new { claimId }, cancellationToken: cancellation));
        return new AccountView(
            account.ClaimId, account.Municipality, account.Agency, account.FeeId, account.Status, account.Version, account.AmountOre, account.CoveredOre, account.ReversedOre,
            account.WrittenOffOre, account.BalanceOre, account.Mismatch, account.MismatchSince, account.DebtorReference, account.PaymentSlip, account.OrderId,
            entries.ConvertAll(row => row.Line()), [.. entries.SelectMany(row => row.Told())], [.. orders.Select(row => row.Line())], account.AtDebtor?.Status);
    }

    private sealed record EntryRow
    {
        public long Position { get; init; }
        public long RecordedAt { get; init; }
        public required string Kind { get; init; }
        public long AmountOre { get; init; }
        public string? EntryId { get; init; }
        public string? Outcome { get; init; }
        public string? Channel { get; init; }
        public string? ValueDate { get; init; }
        public long Version { get; init; }
        public string? Effects { get; init; }

        public EntryLine Line() => new(
            (int)Position, DateTimeOffset.FromUnixTimeMilliseconds(RecordedAt), Enum.Parse<EntryKind>(Kind), AmountOre, EntryId,
            Outcome is null ? null : Enum.Parse<MatchingOutcome>(Outcome), Channel, ValueDate is null ? null : DateOnly.ParseExact(ValueDate, "yyyy-MM-dd", CultureInfo.InvariantCulture), (int)Version);

        public IEnumerable<ToldLine> Told() =>
            from effect in Effects is null ? [] : JsonSerializer.Deserialize(Effects, PaymentsJson.Default.RecordedEffectArray)!
            let told = JsonSerializer.Deserialize(effect.Body, MessageJson.Default.PaymentReconciled)!
            select new ToldLine(told.Sequence ?? 0, told.OccurredAt, told.OrderId, told.Change, told.AmountOre, told.BalanceOre, told.Settled);
    }

    private sealed record OrderRow
    {
        public required string OrderId { get; init; }
        public required string State { get; init; }
        public long Calls { get; init; }
        public string? ConfirmationId { get; init; }
        public string? LastFault { get; init; }
        public long ChangedAt { get; init; }

        public OrderLine Line() => new(OrderId, Enum.Parse<OrderState>(State), (int)Calls, ConfirmationId, Note.Read(LastFault).FirstOrDefault(), DateTimeOffset.FromUnixTimeMilliseconds(ChangedAt));
    }
}
