using System.Reflection;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using ClaimsTransfer.Defaults.Reading;

namespace ClaimsTransfer.KmdOpus.Wire;

/// <summary>What is wrong with a document, and where; never what stands there.</summary>
/// <param name="Element">Null: it is no XML.</param>
public sealed record XmlFault(int Line, int Position, string? Element, string What)
{
    public override string ToString() => $"Line {Line}, position {Position}: {(Element is null ? "" : $"the element {Element} ")}{What}.";
}

/// <summary>
/// Reads and writes XML that fits the profile, or says where it does not. What is said never repeats a value, which may be somebody's CPR number: the schema
/// processor's own messages would.
/// </summary>
public static class ProfileXml
{
    private static readonly XmlWriterSettings Writing = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), OmitXmlDeclaration = false };

    private static readonly Lazy<XmlSchemaSet> Schemas = new(Compile);

    /// <summary>The document, or what is wrong with it. No DTD, no entity, no external resource is ever looked at.</summary>
    public static (XElement? Envelope, XmlFault? Error) Read(MemoryStream utf8)
    {
        XmlFault? error = null;
        var settings = new XmlReaderSettings
        {
            ValidationType = ValidationType.Schema,
            ValidationFlags = XmlSchemaValidationFlags.ReportValidationWarnings,
            Schemas = Schemas.Value,
        };
        settings.ValidationEventHandler += (sender, wrong) =>
            error ??= new XmlFault(wrong.Exception.LineNumber, wrong.Exception.LinePosition, (sender as XmlReader)?.LocalName ?? "", "does not fit the profile's schema");
        try
        {
            var envelope = BoundedXml.Load(utf8, Bound.AnswerBytes, settings);
            return error is null ? (envelope, null) : (null, error);
        }
        catch (XmlException broken)
        {
            return (null, new XmlFault(broken.LineNumber, broken.LinePosition, null, "not well-formed XML, with a DTD, which is not taken, or larger or deeper than is taken"));
        }
    }

    public static byte[] Write(XElement envelope)
    {
        using var buffer = new MemoryStream();
        using (var writer = XmlWriter.Create(buffer, Writing))
            envelope.Save(writer);
        return buffer.ToArray();
    }

    /// <summary>What is wrong with a document of our own; null when it fits.</summary>
    public static XmlFault? Check(byte[] document) => Read(new MemoryStream(document)).Error;

    /// <summary>Free text as the profile takes it: without characters XML cannot carry, and cut to its length.</summary>
    public static string? FreeText(string? text, int most = 1_000)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var kept = new StringBuilder(Math.Min(text.Length, most));
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > most)
                break;
            if (rune.Value >= 0x20 ? rune.Value is not (0xFFFE or 0xFFFF) : rune.Value is '\t' or '\n' or '\r')
                kept.Append(rune.ToString());
        }

        return kept.Length == 0 ? null : kept.ToString();
    }

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
