using System.Text.Json;
using System.Text.Unicode;
using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>Opens an untrusted body as a JSON object, or says why it is none. Nothing in here throws for what somebody sent.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Limits.Depth, AllowDuplicateProperties = false };
    private static readonly JsonDocumentOptions WithRepeats = new() { MaxDepth = Limits.Depth };

    /// <summary>The document, to be disposed; null when the body is no JSON object, with the reason among the faults.</summary>
    public static JsonDocument? Open(ReadOnlyMemory<byte> body, FaultList faults)
    {
        // A byte order mark is what some editors put before the first line of a file; it says nothing and is passed over.
        if (body.Span.StartsWith("\uFEFF"u8))
            body = body[3..];
        if (body.IsEmpty)
            return Refuse(faults, FaultNotes.Empty);
        if (body.Span.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
            return Refuse(faults, FaultNotes.Compressed);
        if (body.Span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || body.Span.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) || body.Span[..Math.Min(4, body.Length)].Contains((byte)0))
            return Refuse(faults, FaultNotes.Utf16);
        if (!Utf8.IsValid(body.Span))
            return Refuse(faults, FaultNotes.NotUtf8);
        if (!HasWholeCharacters(body.Span))
            return Refuse(faults, FaultNotes.HalfCharacter);

        try
        {
            var document = JsonDocument.Parse(body, Strict);
            return OrRefuse(document, faults);
        }
        catch (JsonException fault)
        {
            return OpenWithRepeats(body, fault, faults);
        }
    }

    /// <summary>It did not parse strictly. Where only repeated names are to blame, each is reported by its path; the rest is still read for its faults.</summary>
    private static JsonDocument? OpenWithRepeats(ReadOnlyMemory<byte> body, JsonException fault, FaultList faults)
    {
        try
        {
            var document = JsonDocument.Parse(body, WithRepeats);
            FindRepeats(document.RootElement, "", faults);
            return OrRefuse(document, faults);
        }
        catch (JsonException)
        {
            return Refuse(faults, WhyNotJson(body.Span, fault));
        }
    }

    private static JsonDocument? OrRefuse(JsonDocument document, FaultList faults)
    {
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return document;
        var kind = Fields.KindOf(document.RootElement);
        document.Dispose();
        return Refuse(faults, FaultNotes.NotOneObject(kind));
    }

    private static JsonDocument? Refuse(FaultList faults, Note why)
    {
        faults.Add("$", null, why, Examples.Body);
        return null;
    }

    private static void FindRepeats(JsonElement element, string path, FaultList faults)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            var seen = new HashSet<string>();
            foreach (var property in element.EnumerateObject())
            {
                var at = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
                if (!seen.Add(property.Name))
                    faults.Add(at, null, FaultNotes.Repeated, "each name once");
                FindRepeats(property.Value, at, faults);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in element.EnumerateArray())
                FindRepeats(item, $"{path}[{index++}]", faults);
        }
    }

    // The reader's own message quotes what it met, which may be a person's; only the place is told.
    private static Note WhyNotJson(ReadOnlySpan<byte> body, JsonException fault)
    {
        var (line, position) = ((fault.LineNumber ?? 0) + 1, (fault.BytePositionInLine ?? 0) + 1);
        if (fault.Message.Contains("maximum configured depth", StringComparison.OrdinalIgnoreCase))
            return FaultNotes.NestedDeeper(Limits.Depth);
        if (body.IndexOf("NaN"u8) >= 0 || body.IndexOf("Infinity"u8) >= 0)
            return FaultNotes.NoNumbersInJson(line, position);
        return FaultNotes.NoJson(line, position);
    }

    /// <summary>Escapes can write half a character that no text can hold. Looked for only where there are escapes.</summary>
    private static bool HasWholeCharacters(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf(@"\u"u8) < 0)
            return true;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 1000 });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    reader.GetString();
            }
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
        catch (JsonException)
        {
            // Not JSON for another reason, which the caller finds and reports.
            return true;
        }
    }
}
