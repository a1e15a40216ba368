using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Prisme.Format;

/// <summary>One entry of a payment file, in the port's words. A fault names the field, never what stands in it.</summary>
internal static class PaymentLine
{
    public const int Amount = 7;

    private const string Line = "B10";
    private const int ShortText = 100;
    private const int LongText = 1000;

    public static FieldFault? FaultOf(TaggedRecord line)
    {
        if (line.Type != Line)
            return new FieldFault("type", EntryFault.NotKnown);
        foreach (var number in (int[])[1, 3, 4, 5, 8, 11])
        {
            if (line[number].Length > ShortText)
                return Fault(number, EntryFault.TooLong);
        }

        if (line[12].Length > LongText)
            return Fault(12, EntryFault.TooLong);
        if (string.IsNullOrWhiteSpace(line[1]))
            return Fault(1, EntryFault.Missing);
        if (line[2] is not ("DAK" or "TIL" or "AFS" or "REG" or "RYK" or "REN" or "KTO"))
            return Fault(2, EntryFault.NotKnown);
        if (line[6] is not ("" or "H" or "R" or "T"))
            return Fault(6, EntryFault.NotKnown);
        if (line.DateOf(9) is null)
            return Fault(9, EntryFault.NotADate);
        if (line.MomentOf(10) is null)
            return Fault(10, EntryFault.NotAMoment);
        return line[2] == "KTO" ? StatusFault(line) : AmountFault(line);
    }

    /// <summary>A line with a fault, for a person: what of it can be read, and what it says.</summary>
    /// <param name="number">Of the line in the file, from 1.</param>
    public static DebtorEntry.Unreadable Unreadable(string documentId, string document, int number, TaggedRecord line, FieldFault fault)
    {
        var bookedAt = line.MomentOf(10) ?? DateTimeOffset.UnixEpoch;
        var said = string.Join(' ', line.Fields.Select(field => $"{field.Key:D2}={field.Value}"));
        return new DebtorEntry.Unreadable(
            new EntrySubject(line.TextOf(3), line.TextOf(4), line.TextOf(5)), bookedAt, line.DateOf(9) ?? DateOnly.FromDateTime(bookedAt.UtcDateTime), line.OreOf(Amount) ?? 0,
            new UnreadableEntry(document, number, fault.Field, fault.Fault, line.TextOf(1), $"{line.Type} {said}"), documentId);
    }

    /// <summary>Only of a line without a fault.</summary>
    public static DebtorEntry Read(TaggedRecord line)
    {
        var id = line[1];
        var subject = new EntrySubject(line.TextOf(3), line.TextOf(4), line.TextOf(5));
        var (valueDate, bookedAt, amountOre) = (line.DateOf(9)!.Value, line.MomentOf(10)!.Value, line.OreOf(Amount) ?? 0);
        return line[2] switch
        {
            "DAK" => new DebtorEntry.Coverage(id, subject, bookedAt, valueDate, amountOre, line.TextOf(8), PartOf(line)),
            "TIL" => new DebtorEntry.Reversal(id, subject, bookedAt, valueDate, amountOre, line.TextOf(11), PartOf(line)),
            "AFS" when PartOf(line) is not AccountPart.Principal and var part => new DebtorEntry.ChargeWaiver(id, subject, bookedAt, valueDate, amountOre, part, line.TextOf(12)),
            "REG" when PartOf(line) is not AccountPart.Principal and var part => new DebtorEntry.ChargeWaiver(id, subject, bookedAt, valueDate, -amountOre, part, line.TextOf(12)),
            "AFS" => new DebtorEntry.WriteOff(id, subject, bookedAt, valueDate, amountOre, line.TextOf(12)),
            "REG" => new DebtorEntry.Adjustment(id, subject, bookedAt, valueDate, amountOre, line.TextOf(12)),
            "RYK" => new DebtorEntry.Charge(id, subject, bookedAt, valueDate, amountOre, AccountPart.ReminderFee),
            "REN" => new DebtorEntry.Charge(id, subject, bookedAt, valueDate, amountOre, AccountPart.Interest),
            _ => new DebtorEntry.Account(id, subject, bookedAt, valueDate, StatusOf(line)!.Value),
        };
    }

    private static FieldFault? StatusFault(TaggedRecord line) =>
        StatusOf(line) is null ? Fault(13, EntryFault.NotKnown)
        : line[Amount].Length > 0 ? Fault(Amount, EntryFault.NotWithTheKind) : null;

    private static FieldFault? AmountFault(TaggedRecord line)
    {
        if (line.OreOf(Amount) is not { } ore)
            return Fault(Amount, EntryFault.NotAnAmount);
        if (ore <= 0 && line[2] is not ("AFS" or "REG"))
            return Fault(Amount, EntryFault.NotPositive);
        return line[13].Length > 0 ? Fault(13, EntryFault.NotWithTheKind) : null;
    }

    private static FieldFault Fault(int field, EntryFault fault) => new($"{field:D2}", fault);

    private static AccountPart PartOf(TaggedRecord line) => line[6] switch { "R" => AccountPart.ReminderFee, "T" => AccountPart.Interest, _ => AccountPart.Principal };

    private static DebtorAccountStatus? StatusOf(TaggedRecord line) => line[13] switch
    {
        "A" => DebtorAccountStatus.Open,
        "L" => DebtorAccountStatus.Closed,
        "I" => DebtorAccountStatus.InCollection,
        "T" => DebtorAccountStatus.Recalled,
        _ => null,
    };
}
