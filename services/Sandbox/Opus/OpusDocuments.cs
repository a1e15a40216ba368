using System.Globalization;
using System.Xml.Linq;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Ledger;

namespace ClaimsTransfer.Sandbox.Opus;

/// <summary>From the profile's documents to arrivals, and from decisions to its receipts.</summary>
internal static class OpusDocuments
{
    private static readonly XNamespace Ns = OpusXml.Debtor;

    public static IReadOnlyList<Arrival> Arrivals(string municipality, XElement envelope)
    {
        var (replyTo, isTest) = Route(envelope);
        return [.. Content(envelope).Elements(Ns + "Registrering").Select(registration =>
        {
            var claim = registration.Element(Ns + "Fordring")!;
            var liable = registration.Element(Ns + "Haeftelse")!.Element(Ns + "JuridiskAnsvarlig")!;
            return new Arrival(
                municipality, Vendor.KmdOpus, claim.Element(Ns + "EksternReference")!.Value, Guid.Parse(registration.Element(Ns + "RegistreringId")!.Value),
                registration.Element(Ns + "Handling")!.Value switch
                {
                    "REGISTRER" => InstructionKind.Register,
                    "REGULER" => InstructionKind.Adjust,
                    "ANNULLER" => InstructionKind.Cancel,
                    _ => InstructionKind.ChangeLiableParty,
                },
                (int)claim.Element(Ns + "Version")!,
                (long)(decimal.Parse(claim.Element(Ns + "Beloeb")!.Value, CultureInfo.InvariantCulture) * 100),
                liable.Elements().First().Value, Guid.Parse(claim.Element(Ns + "FordringId")!.Value),
                claim.Element(Ns + "Biblioteksenhed")!.Value, (long)claim.Element(Ns + "Gebyrnummer")!, isTest, replyTo);
        })];
    }

    public static IReadOnlyList<Guid> Questions(XElement envelope) =>
        [.. Content(envelope).Elements(Ns + "Forespoergsel").Select(question => Guid.Parse(question.Element(Ns + "RegistreringId")!.Value))];

    /// <summary>The body's one element.</summary>
    public static XElement Content(XElement envelope) => envelope.Element(OpusXml.Soap + "Body")!.Elements().First();

    /// <summary>Where the caller takes receipts, and whether it means the test system. Without a call context the caller gets no receipts pushed.</summary>
    public static (string? ReplyTo, bool IsTest) Route(XElement envelope)
    {
        var route = envelope.Element(OpusXml.Soap + "Header")?.Element(OpusXml.Context + "Kaldskontekst")?.Element(OpusXml.Context + "Rute");
        return (route?.Element(OpusXml.Context + "Svaradresse")?.Value, route?.Element(OpusXml.Context + "Miljoe")?.Value == "TEST");
    }

    public static XElement TransportReceipt(Decision decision) => new(Ns + "Svar",
        new XElement(Ns + "RegistreringId", decision.InstructionId),
        new XElement(Ns + "Transportkvittering",
            new XElement(OpusXml.Receipts + "KvitteringId", DeterministicId.Of(decision.InstructionId, "transport")),
            new XElement(OpusXml.Receipts + "Status", "OK")));

    public static XElement Answer(Guid instructionId, Decision? decision, DateTimeOffset now) => new(Ns + "Svar",
        new XElement(Ns + "RegistreringId", instructionId),
        decision is null ? new XElement(Ns + "Ukendt") : BusinessReceipt(decision, decision.IsInProgress(now)));

    public static XElement BusinessReceipt(Decision decision, bool inProgress = false)
    {
        var refusal = inProgress ? null : decision.Refusal;
        var technical = refusal?.FixBy == FixBy.Vendor;
        return new XElement(Ns + "Forretningskvittering",
            Element("KvitteringId", decision.ReceiptId),
            Element("RegistreringId", decision.InstructionId),
            Element("Status", inProgress ? "MODTAGET" : refusal is null ? "ACCEPTERET" : technical ? "FEJLET" : "AFVIST"),
            Element("Type", technical ? "TEKNISK" : "FORRETNING"),
            inProgress || decision.DebtorReference is null ? null : Element("DebitorReference", decision.DebtorReference),
            inProgress || decision.PaymentSlip is null ? null : Element("Betalingsid", decision.PaymentSlip),
            refusal is null ? null : Element("FejlListe", Element("Fejl", Element("FejlKode", refusal.Code), Element("FejlTekst", refusal.Text))));
    }

    /// <summary>An answer about one registration that fits no schema.</summary>
    public static XElement Nonsense(Guid instructionId, bool isWild) => new(Ns + "Svar",
        new XElement(Ns + "RegistreringId", instructionId),
        isWild ? new XElement(Ns + "Vroevl", "¤%&") : new XElement(Ns + "Transportkvittering", Element("KvitteringId", "#"), Element("Status", "¤%&")));

    /// <summary>A business receipt with a status that does not exist, or without one.</summary>
    public static XElement NonsenseReceipt(Decision decision, bool isWild) => new(Ns + "Forretningskvittering",
        Element("KvitteringId", decision.ReceiptId),
        Element("RegistreringId", decision.InstructionId),
        isWild ? null : Element("Status", "¤%&"),
        Element("Type", "FORRETNING"));

    private static XElement Element(string name, params object?[] content) => new(OpusXml.Receipts + name, content);
}
