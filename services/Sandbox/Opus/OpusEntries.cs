using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Sandbox.Money;

namespace ClaimsTransfer.Sandbox.Opus;

/// <summary>From the ledger's money to the profile's documents: what is pushed, and what an extract shows.</summary>
internal static class OpusEntries
{
    private static readonly XNamespace Ns = OpusXml.Debtor;

    /// <summary>Danish standard time: a moment is told with its offset.</summary>
    private static readonly TimeSpan Offset = TimeSpan.FromHours(1);

    public static XElement Document(IEnumerable<Telling> tellings) => new(Ns + "DaekningAfskrivning", tellings.Select(telling => Line(telling.Entry)));

    public static XElement Extract(IReadOnlyList<ExtractLine> lines, bool more) => new(Ns + "DebitorUdtraekSvar",
        lines.Select(line => new XElement(Ns + "Konto",
            new XElement(Ns + "EksternReference", line.Claim.Reference),
            new XElement(Ns + "Beloeb", Kroner(line.Claim.AmountOre)),
            new XElement(Ns + "Daekket", Kroner(line.Claim.Money.CoveredOre - line.Claim.Money.ReversedOre)),
            new XElement(Ns + "Afskrevet", Kroner(line.Claim.Money.WrittenOffOre)),
            new XElement(Ns + "Status", line.Claim.State == ClaimState.InForce ? "AKTIV" : "ANNULLERET"),
            new XElement(Ns + "Bogfoeringer", line.Claim.Bookings),
            new XElement(Ns + "Aendret", Moment(line.ChangedAt)))),
        new XElement(Ns + "Flere", more));

    private static XElement Line(MoneyEntry entry) => new(Ns + "Postering",
        new XElement(Ns + "PosteringId", entry.EntryId),
        new XElement(Ns + "Art", (entry.Kind, entry.Part) switch
        {
            (MoneyKind.Coverage, _) => "DAEKNING",
            (MoneyKind.Reversal, _) => "TILBAGEFOERSEL",
            (MoneyKind.WriteOff, _) => "AFSKRIVNING",
            (MoneyKind.Adjustment, _) => "REGULERING",
            (MoneyKind.Charge, MoneyPart.ReminderFee) => "RYKKERGEBYR",
            (MoneyKind.Charge, _) => "RENTE",
            _ => "KONTOSTATUS",
        }),
        Named(entry, NamedBy.Reference, "EksternReference"),
        Named(entry, NamedBy.DebtorReference, "DebitorReference"),
        Named(entry, NamedBy.PaymentSlip, "Betalingsid"),
        entry is { Kind: MoneyKind.Coverage or MoneyKind.Reversal, Part: not MoneyPart.Principal }
            ? new XElement(Ns + "Delfordring", entry.Part == MoneyPart.ReminderFee ? "RYKKERGEBYR" : "RENTE") : null,
        entry.Kind == MoneyKind.Account ? null : new XElement(Ns + "Beloeb", Kroner(entry.AmountOre)),
        entry.Channel is null ? null : new XElement(Ns + "Kanal", entry.Channel),
        new XElement(Ns + "Valoerdato", entry.ValueDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        new XElement(Ns + "Bogfoert", Moment(entry.BookedAt)),
        entry.ReversesEntryId is null ? null : new XElement(Ns + "TilbagefoererPosteringId", entry.ReversesEntryId),
        entry.Reason is null ? null : new XElement(Ns + "Aarsag", entry.Reason),
        entry.Status is not { } status ? null : new XElement(Ns + "Kontostatus", status switch
        {
            AccountStatus.Open => "AABEN",
            AccountStatus.Closed => "LUKKET",
            AccountStatus.InCollection => "INDDRIVELSE",
            _ => "TILBAGEKALDT",
        }));

    private static XElement? Named(MoneyEntry entry, NamedBy by, string element) => entry.NamedBy == by ? new XElement(Ns + element, entry.NamedAs) : null;

    private static string Kroner(long ore) => (ore / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    private static string Moment(DateTimeOffset at) => XmlConvert.ToString(at.ToOffset(Offset));
}
