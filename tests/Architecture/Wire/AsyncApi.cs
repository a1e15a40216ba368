using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ClaimsTransfer.Architecture.Wire;

/// <summary>What an operation says: who does what with which message, and for receivers on which queue.</summary>
internal sealed record WireOperation(string Id, string Action, string Channel, string Application, string? Queue);

/// <summary><c>contracts/wire/asyncapi.yaml</c>, read as JSON.</summary>
internal static class AsyncApi
{
    private const string Folder = "contracts/wire";

    public static JsonObject Document { get; } = Load();

    public static IReadOnlyList<WireOperation> Operations { get; } = Document["operations"]!.AsObject()
        .Select(operation => new WireOperation(
            operation.Key,
            (string)operation.Value!["action"]!,
            ((string)operation.Value["channel"]!["$ref"]!)["#/channels/".Length..],
            (string)operation.Value["tags"]![0]!["name"]!,
            (string?)operation.Value["x-queue"]))
        .ToList();

    public static IEnumerable<string> References() => References(Document);

    /// <summary>What a reference leads to, in the document or in a file beside it; null when nowhere.</summary>
    public static JsonNode? Resolve(string reference)
    {
        if (!reference.StartsWith('#'))
        {
            var file = Path.Combine(Folder, reference);
            return File.Exists(Repository.PathOf(file)) ? JsonNode.Parse(Repository.Read(file)) : null;
        }

        return reference.Split('/').Skip(1).Aggregate((JsonNode?)Document, (node, part) => (node as JsonObject)?[part]);
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry => entry.Key == "$ref" ? [(string)entry.Value!] : References(entry.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };

    private static JsonObject Load()
    {
        var yaml = new YamlStream();
        using var reader = new StringReader(Repository.Read($"{Folder}/asyncapi.yaml"));
        yaml.Load(reader);
        return Convert(yaml.Documents.Single().RootNode).AsObject();
    }

    private static JsonNode Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, (JsonNode?)Convert(child.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => JsonValue.Create(flag.Value == "true"),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value ?? ""),
        _ => throw new NotSupportedException($"{node.NodeType} in YAML."),
    };
}
