using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.KmdOpus.Wire;

/// <summary>What the debtor system has booked by itself, in the port's words. Only documents that fit the schemas come here.</summary>
public static class Postings
{
    /// <summary>All of a DaekningAfskrivning; null, with line and element but never a value, where one of its postings makes no sense: then none of them counts.</summary>
    public static IReadOnlyList<DebtorEntry>? Read(XElement body, out XmlFault? error)
    {
        error = null;
        var entries = new List<DebtorEntry>();
        foreach (var posting in body.Elements())
        {
            error = Misfit(posting);
            if (error is not null)
                return null;
            entries.Add(Entry(posting));
        }

        return entries;
    }

    /// <summary>What the schema cannot say: which of a posting's elements go together.</summary>
    private static XmlFault? Misfit(XElement posting)
    {
        var art = Value(posting, "Art");
        if (string.IsNullOrWhiteSpace(Value(posting, "PosteringId")))
            return At(posting, "PosteringId", "is blank");
        if (!DateTimeOffset.TryParse(Value(posting, "Bogfoert"), CultureInfo.InvariantCulture, out _))
            return At(posting, "Bogfoert", "is no moment that can be kept");
        if (art == "KONTOSTATUS")
        {
            return Value(posting, "Kontostatus") is null ? At(posting, "Kontostatus", "is missing")
                : Value(posting, "Beloeb") is not null ? At(posting, "Beloeb", "does not go with the Art") : null;
        }

        if (Value(posting, "Kontostatus") is not null)
            return At(posting, "Kontostatus", "does not go with the Art");
        if (Value(posting, "Beloeb") is not { } amount)
            return At(posting, "Beloeb", "is missing");
        return Ore(amount) <= 0 && art is not ("AFSKRIVNING" or "REGULERING") ? At(posting, "Beloeb", "must be above 0 with the Art") : null;
    }

    private static DebtorEntry Entry(XElement posting)
    {
        var id = Value(posting, "PosteringId")!;
        var subject = new EntrySubject(Value(posting, "EksternReference"), Value(posting, "DebitorReference"), Value(posting, "Betalingsid"));
        var bookedAt = DateTimeOffset.Parse(Value(posting, "Bogfoert")!, CultureInfo.InvariantCulture).ToUniversalTime();
        var valueDate = DateOnly.ParseExact(Value(posting, "Valoerdato")!.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var amountOre = Value(posting, "Beloeb") is { } amount ? Ore(amount) : 0;
        return Value(posting, "Art") switch
        {
            "DAEKNING" => new DebtorEntry.Coverage(id, subject, bookedAt, valueDate, amountOre, Value(posting, "Kanal"), PartOf(posting)),
            "TILBAGEFOERSEL" => new DebtorEntry.Reversal(id, subject, bookedAt, valueDate, amountOre, Value(posting, "TilbagefoererPosteringId"), PartOf(posting)),
            "AFSKRIVNING" when PartOf(posting) is not AccountPart.Principal and var part =>
                new DebtorEntry.ChargeWaiver(id, subject, bookedAt, valueDate, amountOre, part, Value(posting, "Aarsag")),
            "REGULERING" when PartOf(posting) is not AccountPart.Principal and var part =>
                new DebtorEntry.ChargeWaiver(id, subject, bookedAt, valueDate, -amountOre, part, Value(posting, "Aarsag")),
            "AFSKRIVNING" => new DebtorEntry.WriteOff(id, subject, bookedAt, valueDate, amountOre, Value(posting, "Aarsag")),
            "REGULERING" => new DebtorEntry.Adjustment(id, subject, bookedAt, valueDate, amountOre, Value(posting, "Aarsag")),
            "RYKKERGEBYR" => new DebtorEntry.Charge(id, subject, bookedAt, valueDate, amountOre, AccountPart.ReminderFee),
            "RENTE" => new DebtorEntry.Charge(id, subject, bookedAt, valueDate, amountOre, AccountPart.Interest),
            "KONTOSTATUS" => new DebtorEntry.Account(id, subject, bookedAt, valueDate, StatusOf(posting)),
            _ => throw new InvalidOperationException("The schema admits an Art that is not read."),
        };
    }

    private static AccountPart PartOf(XElement posting) => Value(posting, "Delfordring") switch
    {
        "RYKKERGEBYR" => AccountPart.ReminderFee,
        "RENTE" => AccountPart.Interest,
        _ => AccountPart.Principal,
    };

    private static DebtorAccountStatus StatusOf(XElement posting) => Value(posting, "Kontostatus") switch
    {
        "AABEN" => DebtorAccountStatus.Open,
        "LUKKET" => DebtorAccountStatus.Closed,
        "INDDRIVELSE" => DebtorAccountStatus.InCollection,
        "TILBAGEKALDT" => DebtorAccountStatus.Recalled,
        _ => throw new InvalidOperationException("The schema admits a Kontostatus that is not read."),
    };

    /// <summary>Exact: the schema admits two decimals at most.</summary>
    internal static long Ore(string kroner) => (long)(XmlConvert.ToDecimal(kroner) * 100m);

    private static XmlFault At(XElement posting, string element, string fault)
    {
        var line = (IXmlLineInfo?)posting.Element(Profile.Debtor + element) ?? posting;
        return new XmlFault(line.LineNumber, line.LinePosition, element, fault);
    }

    private static string? Value(XElement posting, string name) => posting.Element(Profile.Debtor + name)?.Value;
}
