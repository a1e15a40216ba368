using System.Text;
using System.Text.Json;

namespace ClaimsTransfer.Fuzz.Inputs;

/// <summary>
/// Writes a JSON document again with some of its values and fields changed: gone, twice, in another order, of another type, extreme, nested. By hand and as text, because what
/// is wanted is also what no writer writes: the same name twice, half a surrogate, numbers that are none.
/// </summary>
internal sealed class JsonMutation(Seeded seeded)
{
    private static readonly string[] Spaces = ["", " ", "\n", "\r\n", "\t", "\u00a0", "/* */"];
    private readonly StringBuilder text = new();
    private List<string> parts = [];
    private int rarity;

    public byte[] Of(byte[] document)
    {
        JsonDocument read;
        try
        {
            read = JsonDocument.Parse(document);
        }
        catch (JsonException)
        {
            return document;
        }

        using (read)
        {
            parts = [.. Parts(read.RootElement)];
            rarity = Math.Max(2, parts.Count / seeded.Of([1, 1, 2, 4]));
            text.Clear();
            try
            {
                Value(read.RootElement);
            }
            catch (InvalidOperationException)
            {
                // Of a document that was changed before: half a surrogate cannot be read back. As far as it was written, it is an input too.
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static IEnumerable<string> Parts(JsonElement value)
    {
        yield return value.GetRawText();
        var children = value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().Select(field => field.Value),
            JsonValueKind.Array => value.EnumerateArray(),
            _ => [],
        };
        foreach (var part in children.SelectMany(Parts))
            yield return part;
    }

    private void Value(JsonElement value)
    {
        if (seeded.OneIn(rarity))
            Other(value);
        else if (value.ValueKind == JsonValueKind.Object)
            List('{', '}', Changed(value.EnumerateObject().ToList()), Field);
        else if (value.ValueKind == JsonValueKind.Array)
            List('[', ']', Changed(value.EnumerateArray().ToList()), Value);
        else
            text.Append(value.GetRawText());
    }

    private void List<T>(char open, char close, List<T> items, Action<T> write)
    {
        text.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            if (seeded.OneIn(rarity * 4))
                text.Append(seeded.Of(Spaces));
            write(items[i]);
        }

        text.Append(close);
    }

    private List<T> Changed<T>(List<T> items)
    {
        if (items.Count == 0 || !seeded.OneIn(rarity))
            return items;
        var one = seeded.Below(items.Count);
        switch (seeded.Below(4))
        {
            case 0:
                items.RemoveAt(one);
                break;
            case 1:
                items.Insert(seeded.Below(items.Count), items[one]);
                break;
            case 2:
                items.Reverse();
                break;
            default:
                items.AddRange(Enumerable.Repeat(items[one], seeded.Of([1, 2, 50])));
                break;
        }

        return items;
    }

    private void Field(JsonProperty field)
    {
        if (seeded.OneIn(rarity * 2))
        {
            Text(seeded.Of([field.Name.ToUpperInvariant(), $"{field.Name} ", "", "\ud83d", "kind", "$type", seeded.Text()]));
            text.Append(':');
            Text(seeded.Text());
            text.Append(',');
        }

        Text(seeded.OneIn(rarity * 2) ? seeded.Of([field.Name.ToUpperInvariant(), $"{field.Name}\0", seeded.Text()]) : field.Name, isEscaped: seeded.OneIn(rarity * 2));
        text.Append(':');
        Value(field.Value);
    }

    private void Other(JsonElement value)
    {
        switch (seeded.Below(12))
        {
            case 0:
                text.Append(seeded.Of(["null", "true", "false", "[]", "{}", "\"\"", "[null]", "{\"\":0}", "", "nul", "'a'"]));
                break;
            case 1 or 2:
                text.Append(seeded.Number());
                break;
            case 3 when value.ValueKind == JsonValueKind.Number:
                Text(value.GetRawText());
                break;
            case 3 when value.ValueKind == JsonValueKind.String:
                Text(value.GetString()!, isEscaped: true);
                break;
            case 4:
                text.Append(seeded.Of(parts));
                break;
            case 5:
                var deep = seeded.Of([1, 2, 5, 20, 40]);
                text.Append('[', deep).Append(seeded.Of(parts)).Append(']', deep);
                break;
            case 6:
                var deeper = seeded.Of([1, 2, 5, 20, 40]);
                text.Insert(text.Length, "{\"a\":", deeper).Append(seeded.Of(parts)).Append('}', deeper);
                break;
            case 7 when value.ValueKind == JsonValueKind.String:
                Text($"{value.GetString()}{seeded.Text()}");
                break;
            default:
                Text(seeded.Text(), isEscaped: seeded.OneIn(3));
                break;
        }
    }

    private void Text(string value, bool isEscaped = false)
    {
        text.Append('"');
        foreach (var c in value)
        {
            if (isEscaped || char.IsSurrogate(c) || (c < ' ' && !seeded.OneIn(8)))
                text.Append($"\\u{(int)c:x4}");
            else if (c is '"' or '\\')
                text.Append('\\').Append(c);
            else
                text.Append(c);
        }

        text.Append('"');
    }
}
