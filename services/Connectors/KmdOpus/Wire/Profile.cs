using System.Xml.Linq;

namespace ClaimsTransfer.KmdOpus.Wire;

/// <summary>Names of our own ØiR-shaped profile. The namespaces say whose it is: nobody shall mistake it for KOMBIT's.</summary>
public static class Profile
{
    public static readonly XNamespace Soap = "http://schemas.xmlsoap.org/soap/envelope/";
    public static readonly XNamespace Context = "urn:claimstransfer:oir-profile:kontekst:1";
    public static readonly XNamespace Receipts = "urn:claimstransfer:oir-profile:kvittering:1";
    public static readonly XNamespace Debtor = "urn:claimstransfer:oir-profile:debitor:1";

    public const string RegisterAction = "urn:claimstransfer:oir-profile:DebitorRegistrering";
    public const string FindAction = "urn:claimstransfer:oir-profile:DebitorForespoergsel";
    public const string ExtractAction = "urn:claimstransfer:oir-profile:DebitorUdtraek";

    public const string ContentType = "text/xml";

    public static XElement Envelope(XElement? header, XElement body) => new(Soap + "Envelope",
        new XAttribute(XNamespace.Xmlns + "soap", Soap.NamespaceName),
        header is null ? null : new XElement(Soap + "Header", header),
        new XElement(Soap + "Body", body));

    public static XElement Fault(string code, string text) => Envelope(null, new XElement(Soap + "Fault",
        new XElement("faultcode", $"soap:{code}"), new XElement("faultstring", text)));
}
