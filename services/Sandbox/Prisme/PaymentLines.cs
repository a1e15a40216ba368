using System.Globalization;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Sandbox.Money;

namespace ClaimsTransfer.Sandbox.Prisme;

/// <summary>From the ledger's money to the records of Prisme's files.</summary>
internal static class PaymentLines
{
    /// <param name="wrong">The trailer says something else than the file holds.</param>
    public static IEnumerable<PrismeLine> Payments(string municipality, string fileId, IReadOnlyList<MoneyEntry> entries, bool wrong) =>
    [
        PrismeLine.Of("B00", (1, "PRISME-BETALING"), (2, "1"), (3, municipality), (4, fileId)),
        .. entries.Select(Payment),
        PrismeLine.Of("B99", (1, $"{entries.Count}"), (2, Amount(entries.Sum(entry => entry.AmountOre) + (wrong ? 100 : 0)))),
    ];

    public static PrismeLine ExtractHeader(string municipality, string questionId) =>
        PrismeLine.Of("X00", (1, "PRISME-SALDO"), (2, "1"), (3, municipality), (4, questionId));

    public static PrismeLine Extract(ExtractLine line) => PrismeLine.Of(
        "X10", (1, line.Claim.Reference), (2, Amount(line.Claim.AmountOre)), (3, Amount(line.Claim.Money.CoveredOre - line.Claim.Money.ReversedOre)),
        (4, Amount(line.Claim.Money.WrittenOffOre)), (5, line.Claim.State == ClaimState.InForce ? "A" : "N"), (6, $"{line.Claim.Bookings}"), (7, Moment(line.ChangedAt)));

    public static PrismeLine ExtractTrailer(long count, long sumOre) => PrismeLine.Of("X99", (1, $"{count}"), (2, Amount(sumOre)));

    private static PrismeLine Payment(MoneyEntry entry) => PrismeLine.Of(
        "B10", (1, entry.EntryId), (2, KindOf(entry)), (3, Named(entry, NamedBy.Reference)), (4, Named(entry, NamedBy.DebtorReference)), (5, Named(entry, NamedBy.PaymentSlip)),
        (6, entry.Part switch { MoneyPart.ReminderFee => "R", MoneyPart.Interest => "T", _ => null }),
        (7, entry.Kind == MoneyKind.Account ? null : Amount(entry.AmountOre)), (8, entry.Channel), (9, entry.ValueDate.ToString("yyyyMMdd", CultureInfo.InvariantCulture)), (10, Moment(entry.BookedAt)),
        (11, entry.ReversesEntryId), (12, entry.Reason),
        (13, entry.Status switch { AccountStatus.Open => "A", AccountStatus.Closed => "L", AccountStatus.InCollection => "I", AccountStatus.Recalled => "T", _ => null }));

    private static string KindOf(MoneyEntry entry) => (entry.Kind, entry.Part) switch
    {
        (MoneyKind.Coverage, _) => "DAK",
        (MoneyKind.Reversal, _) => "TIL",
        (MoneyKind.WriteOff, _) => "AFS",
        (MoneyKind.Adjustment, _) => "REG",
        (MoneyKind.Charge, MoneyPart.ReminderFee) => "RYK",
        (MoneyKind.Charge, _) => "REN",
        _ => "KTO",
    };

    private static string? Named(MoneyEntry entry, NamedBy by) => entry.NamedBy == by ? entry.NamedAs : null;

    private static string Amount(long ore) => string.Create(CultureInfo.InvariantCulture, $"{(ore < 0 ? '-' : '+')}{Math.Abs(ore):D14}");

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
}
