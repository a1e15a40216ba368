using System.Text.RegularExpressions;
using System.Xml.Linq;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Architecture.Wire;

/// <summary>What the records say of themselves, as text for a reader who does not know C#: member names become field names.</summary>
internal static partial class RecordDocs
{
    private static readonly Dictionary<string, XElement> Members = Load();

    public static string Of(Type record) => Text(Member($"T:{record.FullName}")?.Element("summary"))
        ?? throw new InvalidOperationException($"{record.Name} is on the wire and has no summary.");

    /// <summary>The field's own doc, or the one of the interface that all messages share; null where the name says it all.</summary>
    public static string? OfField(Type record, string property) =>
        Text(Member($"T:{record.FullName}")?.Elements("param").FirstOrDefault(param => (string?)param.Attribute("name") == property))
        ?? Text(Member($"P:{typeof(IMessage).FullName}.{property}")?.Element("summary"))
        ?? Text(Member($"P:{typeof(IClaimMessage).FullName}.{property}")?.Element("summary"));

    /// <summary>The docs of an enum's values, as one text.</summary>
    public static string? OfValues(Type type)
    {
        var texts = Enum.GetNames(type)
            .Select(value => (value, text: Text(Member($"F:{type.FullName}.{value}")?.Element("summary"))))
            .Where(value => value.text is not null)
            .Select(value => $"{CamelCase(value.value)}: {value.text}")
            .ToList();
        return texts.Count == 0 ? null : string.Join(" ", texts);
    }

    private static XElement? Member(string id) => Members.GetValueOrDefault(id);

    private static Dictionary<string, XElement> Load()
    {
        var file = Path.ChangeExtension(typeof(IMessage).Assembly.Location, ".xml");
        return XDocument.Load(file).Descendants("member").ToDictionary(member => (string)member.Attribute("name")!);
    }

    private static string? Text(XElement? doc)
    {
        if (doc is null)
            return null;
        var text = string.Concat(doc.Nodes().Select(node => node switch
        {
            XText plain => plain.Value,
            XElement { Name.LocalName: "see" } see => CrefAsField((string)see.Attribute("cref")!),
            XElement { Name.LocalName: "paramref" } parameter => CamelCase((string)parameter.Attribute("name")!),
            XElement element => element.Value,
            _ => "",
        }));
        return Whitespace().Replace(text, " ").Trim();
    }

    /// <summary>A type keeps its name; a value or a field is written as on the wire.</summary>
    private static string CrefAsField(string cref)
    {
        var member = cref.Split('(')[0];
        var name = member[(member.LastIndexOf('.') + 1)..];
        return cref.StartsWith("F:", StringComparison.Ordinal) || cref.StartsWith("P:", StringComparison.Ordinal) ? CamelCase(name) : name;
    }

    private static string CamelCase(string name) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name);

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Whitespace();
}
