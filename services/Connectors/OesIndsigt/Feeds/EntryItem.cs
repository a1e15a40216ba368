using System.Text.Json;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.OesIndsigt.Feeds;

/// <summary>A page of the entry feed. Each entry is read by itself: one that does not fit must not take its neighbours with it.</summary>
internal sealed record EntryPage(IReadOnlyList<JsonElement> Entries, string Next, bool More);

internal sealed record EntryItem(
    string Position, string EntryId, string Kind, DateOnly ValueDate, DateTimeOffset BookedAt, string? Reference = null, string? DebtorReference = null, string? PaymentSlip = null,
    string? Part = null, long? AmountOre = null, string? Channel = null, string? ReversesEntryId = null, string? Reason = null, string? Status = null)
{
    private const int ShortText = 100;
    private const int LongText = 1000;

    /// <summary>Null with a fault that names the field, never what stands in it.</summary>
    public static EntryItem? Read(JsonElement json, out FieldFault? fault)
    {
        try
        {
            var item = json.Deserialize(IndsigtJson.Default.EntryItem);
            fault = item is null ? new FieldFault("entry", EntryFault.Missing) : item.FindFault();
            return fault is null ? item : null;
        }
        catch (JsonException broken)
        {
            // A required field that is missing has the entry's own path.
            fault = broken.Path is null or "$" ? new FieldFault("entry", EntryFault.Missing) : new FieldFault(broken.Path, EntryFault.NotKnown);
            return null;
        }
    }

    /// <summary>Only of an entry without a fault.</summary>
    public DebtorEntry ToEntry()
    {
        var subject = new EntrySubject(Given(Reference), Given(DebtorReference), Given(PaymentSlip));
        var (bookedAt, amountOre) = (BookedAt.ToUniversalTime(), AmountOre ?? 0);
        return Kind switch
        {
            "coverage" => new DebtorEntry.Coverage(EntryId, subject, bookedAt, ValueDate, amountOre, Given(Channel), PartOf ?? AccountPart.Principal),
            "reversal" => new DebtorEntry.Reversal(EntryId, subject, bookedAt, ValueDate, amountOre, Given(ReversesEntryId), PartOf ?? AccountPart.Principal),
            "writeOff" when PartOf is { } part and not AccountPart.Principal => new DebtorEntry.ChargeWaiver(EntryId, subject, bookedAt, ValueDate, amountOre, part, Given(Reason)),
            "adjustment" when PartOf is { } part and not AccountPart.Principal => new DebtorEntry.ChargeWaiver(EntryId, subject, bookedAt, ValueDate, -amountOre, part, Given(Reason)),
            "writeOff" => new DebtorEntry.WriteOff(EntryId, subject, bookedAt, ValueDate, amountOre, Given(Reason)),
            "adjustment" => new DebtorEntry.Adjustment(EntryId, subject, bookedAt, ValueDate, amountOre, Given(Reason)),
            "charge" => new DebtorEntry.Charge(EntryId, subject, bookedAt, ValueDate, amountOre, PartOf!.Value),
            "account" => new DebtorEntry.Account(EntryId, subject, bookedAt, ValueDate, StatusOf!.Value),
            _ => throw new InvalidOperationException("an entry of this kind is not without a fault"),
        };
    }

    private FieldFault? FindFault()
    {
        if (string.IsNullOrWhiteSpace(EntryId))
            return new FieldFault("entryId", EntryFault.Missing);
        foreach (var (field, text, most) in new[]
        {
            ("entryId", EntryId, ShortText), ("reference", Reference, ShortText), ("debtorReference", DebtorReference, ShortText), ("paymentSlip", PaymentSlip, ShortText),
            ("channel", Channel, ShortText), ("reversesEntryId", ReversesEntryId, ShortText), ("reason", Reason, LongText),
        })
        {
            if (text?.Length > most)
                return new FieldFault(field, EntryFault.TooLong);
        }

        if (Kind is not ("coverage" or "reversal" or "writeOff" or "adjustment" or "charge" or "account"))
            return new FieldFault("kind", EntryFault.NotKnown);
        if (Kind == "account")
            return StatusOf is null ? new FieldFault("status", EntryFault.NotKnown) : AmountOre is not null ? new FieldFault("amountOre", EntryFault.NotWithTheKind) : null;

        if (Status is not null)
            return new FieldFault("status", EntryFault.NotWithTheKind);
        if (AmountOre is not { } ore)
            return new FieldFault("amountOre", EntryFault.Missing);
        if (ore <= 0 && Kind is not ("writeOff" or "adjustment"))
            return new FieldFault("amountOre", EntryFault.NotPositive);
        if (PartOf is not { } part)
            return Part is null && Kind != "charge" ? null : new FieldFault("part", EntryFault.NotKnown);
        return Kind == "charge" && part == AccountPart.Principal ? new FieldFault("part", EntryFault.NotWithTheKind) : null;
    }

    private AccountPart? PartOf => Part switch
    {
        "principal" => AccountPart.Principal,
        "reminderFee" => AccountPart.ReminderFee,
        "interest" => AccountPart.Interest,
        _ => null,
    };

    private DebtorAccountStatus? StatusOf => Status switch
    {
        "open" => DebtorAccountStatus.Open,
        "closed" => DebtorAccountStatus.Closed,
        "inCollection" => DebtorAccountStatus.InCollection,
        "recalled" => DebtorAccountStatus.Recalled,
        _ => null,
    };

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
