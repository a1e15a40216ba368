using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ClaimsTransfer.Architecture.Wire;

/// <summary>
/// JSON Schema draft 2020-12, as far as the wire's schemas go. A keyword that it does not know is an error, so that no rule in a schema can go unchecked.
/// </summary>
internal sealed class SchemaValidator(JsonObject root)
{
    private const NumberStyles Whole = NumberStyles.AllowLeadingSign;

    public static SchemaValidator Of(string schema) => new(JsonNode.Parse(schema)!.AsObject());

    /// <summary>What is wrong with the value, each as <c>path: reason</c>; empty when it is valid.</summary>
    public IReadOnlyList<string> Faults(JsonNode? value)
    {
        var faults = new List<string>();
        Check(root, value, "$", faults);
        return faults;
    }

    private void Check(JsonObject schema, JsonNode? value, string path, List<string> faults)
    {
        foreach (var (keyword, rule) in schema)
        {
            var fault = keyword switch
            {
                "$schema" or "$id" or "$defs" or "title" or "description" or "examples" or "contentEncoding" => null,
                "$ref" => Inner(Definition(rule!), value, path, faults),
                "type" => IsType(rule!, value) ? null : $"is not of type {rule!.ToJsonString()}",
                "enum" => rule!.AsArray().Any(allowed => JsonNode.DeepEquals(allowed, value)) ? null : $"is none of {rule.ToJsonString()}",
                "const" => JsonNode.DeepEquals(rule, value) ? null : $"is not {rule!.ToJsonString()}",
                "required" => value is JsonObject holder ? Missing(rule!, holder) : null,
                "properties" => value is JsonObject holder ? Properties(rule!, holder, path, faults) : null,
                "items" => value is JsonArray list ? Items(rule!, list, path, faults) : null,
                "minimum" => Number(value) is { } number && number < (decimal)rule! ? $"is below {rule}" : null,
                "maximum" => Number(value) is { } number && number > (decimal)rule! ? $"is above {rule}" : null,
                "minLength" => Text(value) is { } text && text.Length < (int)rule! ? $"is shorter than {rule}" : null,
                "maxLength" => Text(value) is { } text && text.Length > (int)rule! ? $"is longer than {rule}" : null,
                "maxItems" => value is JsonArray list && list.Count > (int)rule! ? $"has more than {rule} items" : null,
                "pattern" => Text(value) is { } text && !Matches(text, (string)rule!) ? $"does not match {rule}" : null,
                "format" => Text(value) is { } text && !HasFormat(text, (string)rule!) ? $"is no {rule}" : null,
                "anyOf" => Fitting(rule!, value, path) > 0 ? null : "fits none of the alternatives",
                "oneOf" => Fitting(rule!, value, path) == 1 ? null : "fits not exactly one of the alternatives",
                _ => throw new NotSupportedException($"The schema uses {keyword}, which this validator does not know: teach it, or the rule is not checked."),
            };
            if (fault is not null)
                faults.Add($"{path}: {fault}");
        }
    }

    private JsonNode Definition(JsonNode reference)
    {
        var name = (string)reference!;
        const string Definitions = "#/$defs/";
        return name.StartsWith(Definitions, StringComparison.Ordinal) && root["$defs"]?[name[Definitions.Length..]] is { } definition
            ? definition
            : throw new NotSupportedException($"{name} leads nowhere.");
    }

    private string? Inner(JsonNode schema, JsonNode? value, string path, List<string> faults)
    {
        Check(schema.AsObject(), value, path, faults);
        return null;
    }

    private string? Properties(JsonNode rules, JsonObject holder, string path, List<string> faults)
    {
        foreach (var (name, rule) in rules.AsObject())
        {
            if (holder.TryGetPropertyValue(name, out var value))
                Check(rule!.AsObject(), value, $"{path}.{name}", faults);
        }

        return null;
    }

    private string? Items(JsonNode rule, JsonArray list, string path, List<string> faults)
    {
        for (var i = 0; i < list.Count; i++)
            Check(rule.AsObject(), list[i], $"{path}[{i}]", faults);
        return null;
    }

    private int Fitting(JsonNode alternatives, JsonNode? value, string path) => alternatives.AsArray().Count(alternative =>
    {
        var faults = new List<string>();
        Check(alternative!.AsObject(), value, path, faults);
        return faults.Count == 0;
    });

    private static string? Missing(JsonNode required, JsonObject holder)
    {
        var missing = required.AsArray().Select(name => (string)name!).Where(name => !holder.ContainsKey(name)).ToList();
        return missing.Count == 0 ? null : $"lacks {string.Join(", ", missing)}";
    }

    private static bool IsType(JsonNode rule, JsonNode? value) => rule is JsonArray several
        ? several.Any(type => IsType(type!, value))
        : (string)rule! switch
        {
            "null" => value is null,
            "object" => value is JsonObject,
            "array" => value is JsonArray,
            "string" => Text(value) is not null,
            "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            "integer" => value?.GetValueKind() is JsonValueKind.Number && long.TryParse(value.ToJsonString(), Whole, CultureInfo.InvariantCulture, out _),
            var other => throw new NotSupportedException($"The schema uses the type {other}, which this validator does not know."),
        };

    private static bool HasFormat(string text, string format) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", out _),
        "date-time" => text.Contains('T', StringComparison.Ordinal) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
        _ => throw new NotSupportedException($"The schema uses the format {format}, which this validator does not know."),
    };

    private static bool Matches(string text, string pattern) => Regex.IsMatch(text, pattern, RegexOptions.ECMAScript, TimeSpan.FromSeconds(1));

    private static string? Text(JsonNode? value) => value?.GetValueKind() is JsonValueKind.String ? value.GetValue<string>() : null;

    private static decimal? Number(JsonNode? value) =>
        value?.GetValueKind() is JsonValueKind.Number ? decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) : null;
}
