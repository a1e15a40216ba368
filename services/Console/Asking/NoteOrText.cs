using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.Asking;

/// <summary>Reads a note, or the text that a service of an older version says in its place: a vendor updates its connector when it likes.</summary>
internal sealed class NoteOrText : JsonConverter<Note>
{
    public override Note? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Note.Quote(reader.GetString()!) : JsonSerializer.Deserialize<Note>(ref reader, JsonSerializerOptions.Web);

    public override void Write(Utf8JsonWriter writer, Note value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value, JsonSerializerOptions.Web);
}
