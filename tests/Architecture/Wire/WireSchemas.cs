using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Architecture.Wire;

/// <summary>Makes a message's JSON Schema from its record, the record's docs and <see cref="WireRules"/>.</summary>
internal static class WireSchemas
{
    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The rules some schema took up: one that none takes up names a field that does not exist.</summary>
    public static IReadOnlySet<string> UsedRules { get; } = new HashSet<string>(StringComparer.Ordinal);

    public static string Of(WireMessage message)
    {
        var definitions = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = $"urn:claims-transfer:wire:v1:{message.Name}",
            ["title"] = message.Name,
        };
        foreach (var (keyword, value) in RecordSchema(message.Json, definitions).ToList())
            schema[keyword] = value?.DeepClone();
        if (definitions.Count > 0)
            schema["$defs"] = new JsonObject(definitions.Select(definition => KeyValuePair.Create(definition.Key, (JsonNode?)definition.Value)));
        return schema.ToJsonString(Written) + "\n";
    }

    private static JsonObject RecordSchema(JsonTypeInfo record, SortedDictionary<string, JsonObject> definitions)
    {
        var exported = JsonSchemaExporter.GetJsonSchemaAsNode(record, new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, schema) => Nested(context, schema, record, definitions),
        });
        var properties = new JsonObject();
        foreach (var property in record.Properties)
            properties[property.Name] = FieldSchema(record, property, exported["properties"]![property.Name]!);

        var schema = new JsonObject { ["description"] = RecordDocs.Of(record.Type), ["type"] = "object", ["properties"] = properties };
        var required = record.Properties.Where(property => !AllowsNull(property)).Select(property => (JsonNode)property.Name).ToArray();
        if (required.Length > 0)
            schema["required"] = new JsonArray(required);
        Merge(schema, WireRules.Records, record.Type.Name);
        return schema;
    }

    /// <summary>A record within a record stands once, among the definitions.</summary>
    private static JsonNode Nested(JsonSchemaExporterContext context, JsonNode schema, JsonTypeInfo root, SortedDictionary<string, JsonObject> definitions)
    {
        if (context.TypeInfo.Kind != JsonTypeInfoKind.Object || context.TypeInfo.Type == root.Type)
            return schema;
        var name = JsonNamingPolicy.CamelCase.ConvertName(context.TypeInfo.Type.Name);
        if (!definitions.ContainsKey(name))
            definitions[name] = RecordSchema(context.TypeInfo, definitions);
        return new JsonObject { ["$ref"] = $"#/$defs/{name}" };
    }

    private static JsonObject FieldSchema(JsonTypeInfo record, JsonPropertyInfo property, JsonNode exported)
    {
        var field = new JsonObject();
        var member = record.Type.GetProperties().Single(candidate => JsonNamingPolicy.CamelCase.ConvertName(candidate.Name) == property.Name);
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var description = string.Join(" ", new[] { RecordDocs.OfField(record.Type, member.Name), type.IsEnum ? RecordDocs.OfValues(type) : null }.OfType<string>());
        if (description.Length > 0)
            field["description"] = description;

        if (type.IsEnum)
            field["type"] = AllowsNull(property) ? new JsonArray("string", "null") : "string";
        if (exported["$ref"] is { } reference && AllowsNull(property))
            field["anyOf"] = new JsonArray(new JsonObject { ["$ref"] = reference.DeepClone() }, new JsonObject { ["type"] = "null" });
        else
            foreach (var (keyword, value) in exported.AsObject().Where(rule => rule.Key != "default").ToList())
                field[keyword] = value?.DeepClone();

        Merge(field, WireRules.Fields, property.Name);
        Merge(field, WireRules.Fields, $"{record.Type.Name}.{property.Name}");
        if (field["const"] is not null)
        {
            field.Remove("minimum");
            field.Remove("maximum");
        }

        return field;
    }

    private static bool AllowsNull(JsonPropertyInfo property) => property.PropertyType.IsValueType
        ? Nullable.GetUnderlyingType(property.PropertyType) is not null
        : property.IsGetNullable;

    private static void Merge(JsonObject schema, IReadOnlyDictionary<string, string> rules, string key)
    {
        if (!rules.TryGetValue(key, out var rule))
            return;
        ((HashSet<string>)UsedRules).Add(key);
        foreach (var (keyword, value) in JsonNode.Parse(rule)!.AsObject().ToList())
            schema[keyword] = value?.DeepClone();
    }
}
