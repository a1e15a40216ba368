using System.Globalization;
using System.Xml.Linq;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.KmdOpus.Wire;

/// <summary>What we say to the debtor system.</summary>
public static class Requests
{
    /// <param name="calledAt">The call's TransaktionsTid; with it every call, a repeated one too, has its own RequestId.</param>
    public static XElement Context(DebtorSystem system, IReadOnlyList<Instruction> instructions, string operation, DateTimeOffset calledAt, Uri replyTo) =>
        Context(system, DeterministicId.Of(
            instructions[0].Id, $"{operation}/{instructions.Count}/{instructions[0].Attempt}/{calledAt.UtcTicks}"), calledAt, replyTo);

    /// <summary>Of a call for a page of the extract: nothing comes back later, so there is no address for it.</summary>
    public static XElement ExtractContext(DebtorSystem system, string? after, DateTimeOffset calledAt) =>
        Context(system, DeterministicId.Create(DeterministicId.ClaimsTransfer, $"opus-udtraek/{system.Municipality}/{after}/{calledAt.UtcTicks}"), calledAt, replyTo: null);

    public static XElement Extract(string? after, int count) =>
        Element("DebitorUdtraek", after is null ? null : Element("Efter", after), Element("Antal", count));

    private static XElement Context(DebtorSystem system, Guid requestId, DateTimeOffset calledAt, Uri? replyTo) =>
        new(Profile.Context + "Kaldskontekst",
            new XElement(Profile.Context + "RequestId", requestId),
            new XElement(Profile.Context + "TransaktionsTid", calledAt.UtcDateTime),
            new XElement(Profile.Context + "AuthorityContext", new XElement(Profile.Context + "MunicipalityCVR", system.MunicipalityCvr)),
            new XElement(Profile.Context + "Rute",
                new XElement(Profile.Context + "AfsenderOrganisation", system.MunicipalityCvr),
                new XElement(Profile.Context + "AfsenderItSystemInstans", "ClaimsTransfer"),
                new XElement(Profile.Context + "ModtagerOrganisation", system.MunicipalityCvr),
                new XElement(Profile.Context + "Miljoe", system.IsTest ? "TEST" : "PRODUKTION"),
                replyTo is null ? null : new XElement(Profile.Context + "Svaradresse", replyTo.AbsoluteUri)));

    public static XElement Registrations(IEnumerable<Instruction> instructions) =>
        new(Profile.Debtor + "DebitorRegistrering", instructions.Select(Registration));

    public static XElement Questions(IEnumerable<Instruction> instructions) =>
        new(Profile.Debtor + "DebitorForespoergsel", instructions.Select(instruction => Element("Forespoergsel",
            Element("TransaktionsId", instruction.ClaimId), Element("RegistreringId", instruction.Id), Element("EksternReference", instruction.Reference))));

    private static XElement Registration(Instruction instruction) => Element("Registrering",
        Element("TransaktionsId", instruction.ClaimId),
        Element("RegistreringId", instruction.Id),
        Element("Handling", instruction.Kind switch
        {
            InstructionKind.Register => "REGISTRER",
            InstructionKind.Adjust => "REGULER",
            InstructionKind.Cancel => "ANNULLER",
            InstructionKind.ChangeLiableParty => "SKIFT_HAEFTER",
            _ => throw new ArgumentException($"A debtor system is not told to {instruction.Kind}."),
        }),
        Element("Fordring",
            Element("EksternReference", instruction.Reference),
            Element("FordringId", instruction.ClaimId),
            Element("Version", instruction.Version),
            Element("Biblioteksenhed", instruction.Agency),
            Element("Gebyrnummer", instruction.FeeId),
            Element("Art", instruction.Type switch { ClaimType.Fee => "GEBYR", ClaimType.Compensation => "ERSTATNING", _ => "ANDET" }),
            Element("Beloeb", Kroner(instruction.AmountOre)),
            Element("Oprettelsesdato", Date(instruction.CreatedOn)),
            instruction.DueOn is { } dueOn ? Element("Forfaldsdato", Date(dueOn)) : null,
            Text("Aarsag", instruction.Reason),
            instruction.Materials.Take(500).Select(material => Element("Materiale",
                Text("Eksemplar", material.ItemNumber), Text("Faust", material.Faust), Text("Gruppe", material.Group), Text("Titel", material.Title)))),
        Element("Haeftelse",
            Element("Rolle", instruction.DebtorKind switch
            {
                DebtorKind.Borrower => "LAANER",
                DebtorKind.Guardian => "VAERGE",
                _ => "ORGANISATION",
            }),
            Element("JuridiskAnsvarlig",
                Element(instruction.Debtor.Kind == IdentityKind.Person ? "CPR" : "CVR", instruction.Debtor.Number),
                Text("Navn", instruction.Debtor.Name))));

    private static XElement Element(string name, params object?[] content) => new(Profile.Debtor + name, content);

    private static XElement? Text(string name, string? text) => ProfileXml.FreeText(text) is { } kept ? Element(name, kept) : null;

    private static string Kroner(long ore) => (ore / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    private static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
