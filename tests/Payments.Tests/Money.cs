using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Ledger;

namespace ClaimsTransfer.Payments.Tests;

/// <summary>One claim of 70 kr. and what may happen to its money.</summary>
internal static class Money
{
    public const string Agency = "DK-710100";
    public const long FeeId = 434536;
    public const string Slip = "000043453600017";

    public static readonly DateTimeOffset Start = new(2026, 12, 1, 6, 0, 0, TimeSpan.Zero);
    public static readonly Guid ClaimId = DeterministicId.OfClaim(Agency, FeeId);

    public static readonly Municipality Copenhagen = new(
        "0101", "København", "64942212", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.GuardianPays);

    public static Guid Message(string name) => DeterministicId.Of(ClaimId, name);

    public static ClaimTransferred Transferred(int version = 1, long amountOre = 7000, int minute = 0) => new(
        Message($"transferred/{version}/{minute}"), Start.AddMinutes(version + minute), ClaimId, "0101", Agency, FeeId, version, amountOre, "OPUS-1", Slip, 271828);

    public static ClaimCancelled Cancelled(int version = 2) => new(
        Message($"cancelled/{version}"), Start.AddMinutes(version), ClaimId, "0101", Agency, FeeId, version, "waived");

    public static CoverageRegistered Coverage(string entryId, long amountOre, int day = 1) => new(
        Message($"entry/{entryId}"), Start.AddDays(day), ClaimId, "0101", Agency, FeeId, 1, entryId, amountOre, "mobilePay", new DateOnly(2026, 12, day));

    public static CoverageReversed Reversal(string entryId, long amountOre, int day = 2) => new(
        Message($"entry/{entryId}"), Start.AddDays(day), ClaimId, "0101", Agency, FeeId, 1, entryId, null, amountOre, new DateOnly(2026, 12, day));

    public static DebtorAccountChanged AccountIs(DebtorAccountStatus status, int day = 5, string? entryId = null) => new(
        Message($"account/{status}/{day}/{entryId}"), Start.AddDays(day), ClaimId, "0101", Agency, FeeId, 1, entryId ?? $"A-{status}-{day}", status);

    public static WriteOffRegistered WriteOff(string entryId, long amountOre, int day = 3, WriteOffKind? kind = null) => new(
        Message($"entry/{entryId}"), Start.AddDays(day), ClaimId, "0101", Agency, FeeId, 1, entryId, amountOre, "given up", new DateOnly(2026, 12, day), kind);
}

/// <summary>A claim's account as events come, each at a time of its own, and everything that was booked and told.</summary>
internal sealed class Book
{
    /// <summary>By our clock: what is told of has been done before.</summary>
    public static readonly DateTimeOffset Began = Money.Start.AddDays(30);

    public Account Account { get; private set; } = ClaimLedger.Begin(Money.Transferred());

    public List<Entry> Entries { get; } = [];

    public List<PaymentReconciled> Told { get; } = [];

    public Decision Last { get; private set; } = null!;

    public Book On(params ReadOnlySpan<IClaimMessage> messages)
    {
        foreach (var message in messages)
        {
            Last = ClaimLedger.Decide(Account, new LedgerEvent(Began.AddHours(Account.Position), message));
            Account = Last.Account;
            Entries.AddRange(Last.Entries);
            Told.AddRange(Last.Effects);
        }

        return this;
    }
}
