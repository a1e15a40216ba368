using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>Ids derived from what a message says, through a keyed hash: a message is recognised again without being kept.</summary>
internal sealed class Fingerprints(ISealer sealer)
{
    private static readonly Guid Contents = DeterministicId.Of(DeterministicId.ClaimsTransfer, "ingest/content");
    private static readonly Guid Bodies = DeterministicId.Of(DeterministicId.ClaimsTransfer, "ingest/refused");

    /// <summary>Of what a valid message says, without its id and time: another spelling of the same JSON is the same content.</summary>
    public Guid OfContent(string kind, IMessage message) => DeterministicId.Of(Contents, $"{kind}/{sealer.Fingerprint(message switch
    {
        SubmitClaim submit => Bytes(submit with { MessageId = default, OccurredAt = default }, MessageJson.Default.SubmitClaim),
        AdjustClaim adjust => Bytes(adjust with { MessageId = default, OccurredAt = default }, MessageJson.Default.AdjustClaim),
        CancelClaim cancel => Bytes(cancel with { MessageId = default, OccurredAt = default }, MessageJson.Default.CancelClaim),
        ChangeLiableParty change => Bytes(change with { MessageId = default, OccurredAt = default }, MessageJson.Default.ChangeLiableParty),
        _ => throw new ArgumentException($"{message.GetType().Name} does not come in here", nameof(message)),
    })}");

    /// <summary>Of a refused body that is JSON: by its values, names in order, so that spaces and the order of names do not matter.</summary>
    public Guid OfBody(string kind, JsonElement body)
    {
        using var canonical = new MemoryStream();
        using (var writer = new Utf8JsonWriter(canonical))
            WriteOrdered(writer, body, isRoot: true);
        return OfBytes(kind, canonical.GetBuffer().AsSpan(0, (int)canonical.Length));
    }

    public Guid OfBytes(string kind, ReadOnlySpan<byte> body) => DeterministicId.Of(Bodies, $"{kind}/{body.Length}/{sealer.Fingerprint(body)}");

    /// <summary>Of a valid message that is refused beside another one: its own id is the other's already.</summary>
    public static Guid OfConflict(Guid messageId, Guid content) => DeterministicId.Of(Bodies, $"conflict/{messageId}/{content}");

    private static byte[] Bytes<T>(T message, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(message, type);

    private static void WriteOrdered(Utf8JsonWriter writer, JsonElement element, bool isRoot = false)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    // The kind is part of the fingerprint by itself: on AMQP it is the exchange's name.
                    if (isRoot && property.NameEquals("kind"))
                        continue;
                    writer.WritePropertyName(property.Name);
                    WriteOrdered(writer, property.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    WriteOrdered(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(element.GetString());
                break;
            default:
                writer.WriteRawValue(element.GetRawText(), skipInputValidation: true);
                break;
        }
    }
}
