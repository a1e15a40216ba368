using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaimsTransfer.OesIndsigt.Feeds;

/// <summary>A moment without its offset would be read by the clock of whatever machine this runs on: it is not taken.</summary>
internal sealed class MomentWithOffset : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetDateTimeOffset(out var moment) || reader.GetString() is not ([.., 'Z'] or [.., '+' or '-', _, _, ':', _, _]))
            throw new JsonException();
        return moment;
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
