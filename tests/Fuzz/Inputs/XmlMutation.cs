using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace ClaimsTransfer.Fuzz.Inputs;

/// <summary>Writes an XML document again with some elements gone, twice, moved, renamed, nested, in another namespace, or with another value.</summary>
internal sealed class XmlMutation(Seeded seeded)
{
    private static readonly XmlWriterSettings Writing = new() { CheckCharacters = false, OmitXmlDeclaration = true, Encoding = new UTF8Encoding(false) };

    private static readonly string[] Heads =
    [
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>", "<?xml version=\"1.0\" encoding=\"utf-16\"?>", "<?xml version=\"1.1\"?>", "<?xml version=\"1.0\" encoding=\"nothing\"?>",
        "<?xml version=\"1.0\" standalone=\"no\"?>", "<!-- first -->", "<!DOCTYPE e>", "<!DOCTYPE e [<!ENTITY a \"b\">]>", " \n", "x",
    ];

    public byte[] Of(byte[] document)
    {
        XDocument read;
        try
        {
            read = XDocument.Load(new MemoryStream(document), LoadOptions.PreserveWhitespace);
        }
        catch (XmlException)
        {
            return document;
        }

        // Written anew as they are needed: a changed name would stand against them.
        read.Descendants().Attributes().Where(attribute => attribute.IsNamespaceDeclaration).Remove();
        for (var times = seeded.Of([1, 1, 2, 3]); times > 0; times--)
        {
            var all = read.Descendants().ToList();
            Change(all, seeded.Of(all));
        }

        using var written = new MemoryStream();
        if (seeded.OneIn(8))
            written.Write(Encoding.UTF8.GetBytes(seeded.Of(Heads)));
        try
        {
            using var writer = XmlWriter.Create(written, Writing);
            read.Root!.WriteTo(writer);
        }
        catch (Exception unwritable) when (unwritable is ArgumentException or XmlException)
        {
            // Half a surrogate, or a name that is none, cannot be written: what stands there so far is cut off, which is an input too.
        }

        return written.ToArray();
    }

    private void Change(List<XElement> all, XElement one)
    {
        switch (seeded.Below(one.HasElements ? 10 : 14))
        {
            case 0 when one.Parent is not null:
                one.Remove();
                break;
            case 1 when one.Parent is not null:
                one.AddAfterSelf(Enumerable.Repeat(one, seeded.Of([1, 1, 2, 20])).Select(element => new XElement(element)));
                break;
            case 2 when one.Parent is not null && seeded.Of(all) is { Parent: not null } other && !other.Ancestors().Contains(one) && !one.Ancestors().Contains(other):
                other.AddBeforeSelf(new XElement(one));
                break;
            case 3:
                one.Name = seeded.Of(all).Name;
                break;
            case 4:
                one.Name = XName.Get(one.Name.LocalName, seeded.Of(["", "urn:other", seeded.Of(all).Name.NamespaceName]));
                break;
            case 5:
                var inner = new XElement(one);
                for (var depth = seeded.Of([1, 3, 30]); depth > 0; depth--)
                    inner = new XElement(one.Name, inner);
                one.ReplaceAll(inner);
                break;
            case 6:
                one.SetAttributeValue(XName.Get(seeded.Of(["nil", "type", "a"]), seeded.Of(["", "http://www.w3.org/2001/XMLSchema-instance"])), seeded.Of(["true", "a:b", "string", ""]));
                break;
            case 7:
                one.AddFirst(seeded.Of<XNode>([new XComment("a"), new XProcessingInstruction("a", "b"), new XText("text"), new XCData("<b>")]));
                break;
            case 8:
                one.ReplaceNodes(one.Nodes().Reverse().ToList());
                break;
            case 9:
                one.RemoveNodes();
                break;
            default:
                one.Value = seeded.OneIn(3) ? seeded.Number() : seeded.OneIn(4) ? seeded.Of(all).Value : seeded.Text();
                break;
        }
    }
}
