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

    public static string? FaultOf(TaggedRecord line)
    {
        if (line.Type != Line)
            return "the record is no entry";
        foreach (var number in (int[])[1, 3, 4, 5, 8, 11])
        {
            if (line[number].Length > ShortText)
                return $"field {number:D2} is longer than {ShortText} characters";
        }

        if (line[12].Length > LongText)
            return $"field 12 is longer than {LongText} characters";
        if (line[1].Length == 0)
            return "field 01 is missing";
        if (line[2] is not ("DAK" or "TIL" or "AFS" or "REG" or "RYK" or "REN" or "KTO"))
            return "field 02 is no kind that the format has";
        if (line[6] is not ("" or "H" or "R" or "T"))
            return "field 06 is no part that the format has";
        if (line.DateOf(9) is null)
            return "field 09 is no date";
        if (line.MomentOf(10) is null)
            return "field 10 is no moment";
        return line[2] == "KTO" ? StatusFault(line) : AmountFault(line);
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
            "AFS" => new DebtorEntry.WriteOff(id, subject, bookedAt, valueDate, amountOre, line.TextOf(12)),
            "REG" => new DebtorEntry.Adjustment(id, subject, bookedAt, valueDate, amountOre, line.TextOf(12)),
            "RYK" => new DebtorEntry.Charge(id, subject, bookedAt, valueDate, amountOre, AccountPart.ReminderFee),
            "REN" => new DebtorEntry.Charge(id, subject, bookedAt, valueDate, amountOre, AccountPart.Interest),
            _ => new DebtorEntry.Account(id, subject, bookedAt, valueDate, StatusOf(line)!.Value),
        };
    }

    private static string? StatusFault(TaggedRecord line) =>
        StatusOf(line) is null ? "field 13 is no status that the format has"
        : line[Amount].Length > 0 ? "field 07 does not go with the kind" : null;

    private static string? AmountFault(TaggedRecord line)
    {
        var isCorrection = line[2] is "AFS" or "REG";
        if (line.OreOf(Amount) is not { } ore)
            return "field 07 is no amount";
        if (ore <= 0 && !isCorrection)
            return "field 07 must be above 0 with the kind";
        if (line[13].Length > 0)
            return "field 13 does not go with the kind";
        // A reminder fee that is written off or corrected is no part of the library's claim, and the port has no word for it: rather asked about than guessed.
        return isCorrection && PartOf(line) != AccountPart.Principal ? "field 06 does not go with the kind" : null;
    }

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
