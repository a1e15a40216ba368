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
    public static EntryItem? Read(JsonElement json, out string fault)
    {
        try
        {
            var item = json.Deserialize(IndsigtJson.Default.EntryItem);
            fault = item is null ? "there is nothing" : item.FindFault() ?? "";
            return fault.Length == 0 ? item : null;
        }
        catch (JsonException broken)
        {
            fault = $"a field is missing or cannot be read, at {broken.Path}";
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
            "writeOff" => new DebtorEntry.WriteOff(EntryId, subject, bookedAt, ValueDate, amountOre, Given(Reason)),
            "adjustment" => new DebtorEntry.Adjustment(EntryId, subject, bookedAt, ValueDate, amountOre, Given(Reason)),
            "charge" => new DebtorEntry.Charge(EntryId, subject, bookedAt, ValueDate, amountOre, PartOf!.Value),
            "account" => new DebtorEntry.Account(EntryId, subject, bookedAt, ValueDate, StatusOf!.Value),
            _ => throw new InvalidOperationException("an entry of this kind is not without a fault"),
        };
    }

    private string? FindFault()
    {
        if (EntryId.Length is 0 or > ShortText)
            return $"entryId is empty or longer than {ShortText} characters";
        if (new[] { Reference, DebtorReference, PaymentSlip, Channel, ReversesEntryId }.Any(text => text?.Length > ShortText))
            return $"a reference or the channel is longer than {ShortText} characters";
        if (Reason?.Length > LongText)
            return $"reason is longer than {LongText} characters";
        if (Kind is not ("coverage" or "reversal" or "writeOff" or "adjustment" or "charge" or "account"))
            return "kind is none that the profile has";
        if (Kind == "account")
            return StatusOf is null ? "status is none that the profile has" : AmountOre is not null ? "amountOre does not go with the kind" : null;

        if (Status is not null)
            return "status does not go with the kind";
        if (AmountOre is not { } ore)
            return "amountOre is missing";
        var isCorrection = Kind is "writeOff" or "adjustment";
        if (ore <= 0 && !isCorrection)
            return "amountOre must be above 0 with the kind";
        if (PartOf is not { } part)
            return Part is null && Kind != "charge" ? null : "part is none that the profile has";
        // A reminder fee that is written off or corrected is no part of the library's claim, and the port has no word for it: rather asked about than guessed.
        return isCorrection == (part == AccountPart.Principal) || Kind is "coverage" or "reversal" ? null : "part does not go with the kind";
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
