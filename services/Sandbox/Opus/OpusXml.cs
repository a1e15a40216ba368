using System.Reflection;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;

namespace ClaimsTransfer.Sandbox.Opus;

/// <summary>
/// The debtor system's own reading and writing of the profile, with its own copy of the schemas: it believes nothing the connector says of itself.
/// </summary>
internal static class OpusXml
{
    public static readonly XNamespace Soap = "http://schemas.xmlsoap.org/soap/envelope/";
    public static readonly XNamespace Context = "urn:claimstransfer:oir-profile:kontekst:1";
    public static readonly XNamespace Receipts = "urn:claimstransfer:oir-profile:kvittering:1";
    public static readonly XNamespace Debtor = "urn:claimstransfer:oir-profile:debitor:1";

    private const long MostCharacters = 20_000_000;

    private static readonly XmlWriterSettings Writing = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), OmitXmlDeclaration = false };

    private static readonly Lazy<XmlSchemaSet> Schemas = new(Compile);

    /// <summary>The document, or what is wrong with it. No DTD, no entity, no external resource is ever looked at.</summary>
    public static (XElement? Envelope, string? Error) Read(Stream utf8)
    {
        string? error = null;
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MostCharacters,
            ValidationType = ValidationType.Schema,
            ValidationFlags = XmlSchemaValidationFlags.ReportValidationWarnings,
            Schemas = Schemas.Value,
        };
        settings.ValidationEventHandler += (sender, wrong) =>
            error ??= $"Line {wrong.Exception.LineNumber}, position {wrong.Exception.LinePosition}: the element {(sender as XmlReader)?.LocalName} does not fit the profile's schema.";
        try
        {
            using var reader = XmlReader.Create(utf8, settings);
            var envelope = XElement.Load(reader);
            return error is null ? (envelope, null) : (null, error);
        }
        catch (XmlException broken)
        {
            return (null, $"Line {broken.LineNumber}, position {broken.LinePosition}: not well-formed XML, or with a DTD, which is not taken.");
        }
    }

    public static byte[] Write(XElement envelope)
    {
        using var buffer = new MemoryStream();
        using (var writer = XmlWriter.Create(buffer, Writing))
            envelope.Save(writer);
        return buffer.ToArray();
    }

    public static XElement Envelope(params object?[] body) => new(Soap + "Envelope", new XAttribute(XNamespace.Xmlns + "soap", Soap.NamespaceName), new XElement(Soap + "Body", body));

    public static XElement Fault(string code, string text) => Envelope(new XElement(Soap + "Fault",
        new XElement("faultcode", $"soap:{code}"), new XElement("faultstring", text)));

    private static XmlSchemaSet Compile()
    {
        var schemas = new XmlSchemaSet { XmlResolver = null };
        foreach (var name in (string[])["Soap.xsd", "Kaldskontekst.xsd", "Kvittering.xsd", "Debitor.xsd"])
        {
            using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
                ?? throw new InvalidOperationException($"The schema {name} is missing from the assembly.");
            using var reader = XmlReader.Create(resource, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            schemas.Add(null, reader);
        }

        schemas.Compile();
        return schemas;
    }
}
