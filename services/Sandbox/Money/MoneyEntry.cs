using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Sandbox.Money;

public enum MoneyKind { Coverage, Reversal, WriteOff, Adjustment, Charge, Account }

/// <summary>What a coverage, reversal or charge is for. Only the principal is the library's claim.</summary>
public enum MoneyPart { Principal, ReminderFee, Interest }

public enum AccountStatus { Open, Closed, InCollection, Recalled }

/// <summary>By what an entry names its claim to whoever is told.</summary>
public enum NamedBy { Reference, DebtorReference, PaymentSlip }

/// <summary>A line that the debtor system booked by itself, never changed.</summary>
/// <param name="Number">Rising by one for each entry of the whole ledger.</param>
/// <param name="EntryId">What whoever is told knows it by, unique within the municipality.</param>
/// <param name="AmountOre">Of an adjustment the change, with its sign; of a write-off below 0 when it is taken back; 0 with <see cref="MoneyKind.Account"/>.</param>
/// <param name="NamedAs">The name of the claim that is told, and no other.</param>
public sealed record MoneyEntry(
    long Number, string EntryId, string Municipality, Vendor Vendor, string Reference, MoneyKind Kind, MoneyPart Part, long AmountOre, string? Channel, NamedBy NamedBy,
    string NamedAs, DateOnly ValueDate, DateTimeOffset BookedAt, string? ReversesEntryId, string? Reason, AccountStatus? Status);

/// <summary>One telling of an entry; an entry that is sent twice has two.</summary>
/// <param name="Number">Twice the entry's number, and one more for its second telling.</param>
public sealed record Telling(long Number, MoneyEntry Entry);

/// <summary>The money of one claim, as sums of its entries. Reminder fees and interest are not part of it.</summary>
/// <param name="CoveredOre">All that came in.</param>
/// <param name="ReversedOre">All that was taken back.</param>
/// <param name="WrittenOffOre">What is claimed less by the debtor system's own doing: write-offs and its own adjustments, with their signs.</param>
/// <param name="ChangedAt">When it was last booked on; null: never.</param>
public sealed record ClaimMoney(long CoveredOre, long ReversedOre, long WrittenOffOre, AccountStatus Status, DateTimeOffset? ChangedAt)
{
    public static readonly ClaimMoney None = new(0, 0, 0, AccountStatus.Open, null);

    public ClaimMoney With(MoneyEntry entry)
    {
        var booked = this with { ChangedAt = entry.BookedAt };
        return (entry.Kind, entry.Part) switch
        {
            (MoneyKind.Coverage, MoneyPart.Principal) => booked with { CoveredOre = CoveredOre + entry.AmountOre },
            (MoneyKind.Reversal, MoneyPart.Principal) => booked with { ReversedOre = ReversedOre + entry.AmountOre },
            (MoneyKind.WriteOff, _) => booked with { WrittenOffOre = WrittenOffOre + entry.AmountOre },
            (MoneyKind.Adjustment, _) => booked with { WrittenOffOre = WrittenOffOre - entry.AmountOre },
            (MoneyKind.Account, _) => booked with { Status = entry.Status ?? Status },
            _ => booked,
        };
    }
}
