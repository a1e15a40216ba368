using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>
/// What is kept of a refused message for the operator: its shape, and the values of the fields that are nobody's. A refused message has no municipality's
/// key to be sealed with for certain, so nothing personal is kept at all.
/// </summary>
internal static class KeptBody
{
    private const int LongestText = 500;
    private const int MostItems = 20;
    private const int UnreadableBytes = 1000;

    /// <summary>Fields whose values may be kept, numbers masked; a value under any other name is masked whole.</summary>
    private static readonly FrozenSet<string> Shown = FrozenSet.Create(
        "kind", "messageId", "occurredAt", "agency", "feeId", "version", "type", "reason", "amountOre", "newAmountOre", "currency", "createdOn", "dueOn", "branch",
        "itemNumber", "faust", "group", "title", "amount", "creationDate", "dueDate", "paidDate", "reasonMessage", "payableByClient", "materialItemNumber", "recordId");

    private static readonly FrozenSet<string> Opened = FrozenSet.Create("materials", "fees");

    /// <summary>Names of fields under a person; they are kept as names, their values never.</summary>
    private static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet(
        [.. Shown, .. Opened, "borrower", "guardian", "liableParty", "cpr", "cvr", "name", "patronId", "materialGroup", "description", "periodical"]);

    public static string Of(JsonElement body)
    {
        var kept = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(kept))
            Write(writer, body, isShown: true, isOpen: true);
        return Encoding.UTF8.GetString(kept.WrittenSpan);
    }

    /// <summary>What is not JSON may hold anything anywhere: letters and digits are replaced, only its form is kept.</summary>
    public static string OfUnreadable(ReadOnlySpan<byte> body, bool isLonger)
    {
        var cut = body.Length > UnreadableBytes;
        var text = Encoding.UTF8.GetString(cut ? body[..UnreadableBytes] : body);
        var form = new StringBuilder(text.Length + 20);
        foreach (var c in text)
            form.Append(char.IsDigit(c) ? '0' : char.IsAscii(c) && !char.IsLetter(c) && !char.IsControl(c) ? c : 'x');
        return form.Append(cut || isLonger ? "…" : "").ToString();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, bool isShown, bool isOpen)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().Take(100))
                {
                    writer.WritePropertyName(Known.Contains(property.Name) ? property.Name : "?");
                    Write(writer, property.Value, isOpen && Shown.Contains(property.Name), isOpen && Opened.Contains(property.Name));
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray().Take(MostItems))
                    Write(writer, item, isShown: false, isOpen);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False:
                element.WriteTo(writer);
                break;
            default:
                var text = element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
                writer.WriteStringValue(isShown ? Cut(PersonalText.MaskNumbers(text)) : PersonalText.Masked);
                break;
        }
    }

    // Cut after masking: half a number would pass for none.
    private static string Cut(string text) => text.Length > LongestText ? text[..LongestText] : text;
}
