using System.Xml;
using System.Xml.Linq;

namespace ClaimsTransfer.Defaults.Reading;

/// <summary>
/// The one reader of XML from outside: no DTD, no entity, no external resource; bounded in size, levels and attributes. Beyond a bound is the same fault as XML that is none:
/// an <see cref="XmlException"/> that names the place and the limit.
/// </summary>
public static class BoundedXml
{
    /// <param name="document">From its beginning, whatever its position.</param>
    /// <param name="settings">What a schema adds; its bounds are set here.</param>
    public static XElement Load(MemoryStream document, long mostBytes, XmlReaderSettings? settings = null)
    {
        if (document.Length > mostBytes)
            throw new XmlException($"It is {BeyondBoundException.Of(mostBytes).Message}.");
        // Before anything is built of it: a tree too deep cannot even be taken apart again.
        Measure(document);
        document.Position = 0;
        using var reader = XmlReader.Create(document, Safe(settings ?? new XmlReaderSettings()));
        return XElement.Load(reader, LoadOptions.SetLineInfo);
    }

    private static void Measure(MemoryStream document)
    {
        document.Position = 0;
        using var reader = XmlReader.Create(document, Safe(new XmlReaderSettings()));
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            var place = (IXmlLineInfo)reader;
            if (reader.Depth >= Bound.XmlLevels)
                throw new XmlException($"It is nested deeper than {Bound.XmlLevels} levels.", null, place.LineNumber, place.LinePosition);
            if (reader.AttributeCount > Bound.XmlAttributes)
                throw new XmlException($"An element has more than {Bound.XmlAttributes} attributes.", null, place.LineNumber, place.LinePosition);
        }
    }

    private static XmlReaderSettings Safe(XmlReaderSettings settings)
    {
        settings.DtdProcessing = DtdProcessing.Prohibit;
        settings.XmlResolver = null;
        settings.CloseInput = false;
        return settings;
    }
}
