using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Identifiers;

namespace ClaimsTransfer.OperationsConsole.Editing;

/// <summary>One value that was changed, added or taken out.</summary>
/// <param name="Path">Where it stands: <c>borrower.cpr</c>, <c>materials[0].title</c>.</param>
/// <param name="Before">As JSON; null: it was not there.</param>
/// <param name="After">As JSON; null: it is not there any more.</param>
public sealed record JsonChange(string Path, string? Before, string? After);

/// <summary>Compares two bodies value by value.</summary>
public static class JsonChanges
{
    public static IReadOnlyList<JsonChange> Between(JsonNode? before, JsonNode? after)
    {
        var changes = new List<JsonChange>();
        Compare("", before, after, changes);
        return changes;
    }

    private static void Compare(string path, JsonNode? before, JsonNode? after, List<JsonChange> changes)
    {
        switch (before, after)
        {
            case (JsonObject old, JsonObject now):
                foreach (var name in old.Select(property => property.Key).Union(now.Select(property => property.Key)))
                {
                    var (has, had) = (now.ContainsKey(name), old.ContainsKey(name));
                    var at = path.Length == 0 ? name : $"{path}.{name}";
                    if (has && had)
                        Compare(at, old[name], now[name], changes);
                    else
                        changes.Add(new JsonChange(at, had ? Text(old[name]) : null, has ? Text(now[name]) : null));
                }

                break;
            case (JsonArray old, JsonArray now):
                for (var i = 0; i < Math.Max(old.Count, now.Count); i++)
                {
                    var at = $"{path}[{i}]";
                    if (i < old.Count && i < now.Count)
                        Compare(at, old[i], now[i], changes);
                    else
                        changes.Add(new JsonChange(at, i < old.Count ? Text(old[i]) : null, i < now.Count ? Text(now[i]) : null));
                }

                break;
            default:
                if (!JsonNode.DeepEquals(before, after))
                    changes.Add(new JsonChange(path, Text(before), Text(after)));
                break;
        }
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}

/// <summary>A body as it may be shown: who it is about is not in it.</summary>
public static partial class MaskedJson
{
    /// <summary>Stands where a personal value stands; left as it is in an edit, the value stays what it was.</summary>
    public const string Mask = "••••••";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly HashSet<string> Personal = new(StringComparer.OrdinalIgnoreCase) { "cpr", "name", "sealed", "number", "email", "address", "mobilePhoneNumber" };

    public static JsonNode? Of(JsonNode? node) => Walk(node, (name, value) => IsPersonal(name, value) ? JsonValue.Create(Mask) : value.DeepClone());

    /// <summary>Puts back what the mask stands for.</summary>
    /// <returns>False: a mask stands where the original has nothing.</returns>
    public static bool TryRestore(JsonNode? edited, JsonNode? original, out JsonNode? restored)
    {
        var whole = true;
        restored = Restore(edited, original, ref whole);
        return whole;
    }

    public static string Masked(string path, string? json)
    {
        if (json is null)
            return "";
        // cpr[0] is one too; and a whole object that came or went has its own names inside.
        return Personal.Contains(path[(path.LastIndexOf('.') + 1)..].Split('[')[0]) ? Mask : Of(JsonNode.Parse(json))?.ToJsonString(Readable) ?? "null";
    }

    private static JsonNode? Restore(JsonNode? edited, JsonNode? original, ref bool whole)
    {
        switch (edited)
        {
            case JsonObject now:
                var fields = new JsonObject();
                foreach (var (name, value) in now)
                    fields[name] = Restore(value, (original as JsonObject)?[name], ref whole);
                return fields;
            case JsonArray now:
                var items = new JsonArray();
                // Which of them was taken out is not known: the value of one person could end with another.
                whole &= original is not JsonArray before || before.Count == now.Count || !HasMask(now);
                for (var i = 0; i < now.Count; i++)
                    items.Add(Restore(now[i], original is JsonArray old && i < old.Count ? old[i] : null, ref whole));
                return items;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() == Mask:
                whole &= original is JsonValue;
                return original?.DeepClone();
            default:
                return edited?.DeepClone();
        }
    }

    private static bool HasMask(JsonNode? node) => node switch
    {
        JsonObject fields => fields.Any(field => HasMask(field.Value)),
        JsonArray items => items.Any(HasMask),
        JsonValue value => value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() == Mask,
        _ => false,
    };

    private static JsonNode? Walk(JsonNode? node, Func<string, JsonValue, JsonNode?> value, string name = "") => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, Walk(field.Value, value, field.Key)))),
        JsonArray items => new JsonArray([.. items.Select(item => Walk(item, value, name))]),
        JsonValue one => value(name, one),
        _ => null,
    };

    private static bool IsPersonal(string name, JsonValue value) =>
        Personal.Contains(name) || (value.GetValueKind() == JsonValueKind.String && CprNumbers.AreIn(value.GetValue<string>()))
        || (value.GetValueKind() == JsonValueKind.Number && CprNumbers.AreIn(value.ToJsonString()));
}

/// <summary>JSON that can be shown and compared: no property twice, and every text is one.</summary>
internal static class ReadableJson
{
    public static bool TryParse(ReadOnlySpan<byte> body, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out JsonNode? json)
    {
        try
        {
            json = JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
            Read(json);
            return json is not null;
        }
        catch (Exception unread) when (unread is JsonException or InvalidOperationException)
        {
            // Whoever asks decides what that means.
            json = null;
            return false;
        }
    }

    /// <summary>Half a surrogate pair, or bytes that are no UTF-8, show only when a text is read.</summary>
    private static void Read(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (_, value) in fields)
                    Read(value);
                break;
            case JsonArray items:
                foreach (var item in items)
                    Read(item);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                _ = value.GetValue<string>();
                break;
        }
    }
}
