using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ClaimsTransfer.Defaults.Reading;

/// <summary>
/// The one reader of JSON from outside. Too much of it is the same fault as JSON that is none: a <see cref="JsonException"/>, whose path names the limit and never repeats the content.
/// Deeper than <see cref="Bound.JsonLevels"/> is refused by the reader itself.
/// </summary>
public static class BoundedJson
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static T? Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, long mostBytes) => JsonSerializer.Deserialize(Within(json, mostBytes), type);

    public static object? Read(ReadOnlySpan<byte> json, JsonTypeInfo type, long mostBytes) => JsonSerializer.Deserialize(Within(json, mostBytes), type);

    public static JsonDocument Document(ReadOnlyMemory<byte> json, long mostBytes)
    {
        var within = Within(json.Span, mostBytes);
        return JsonDocument.Parse(json[^within.Length..]);
    }

    public static async Task<T?> ReadAsync<T>(HttpContent content, JsonTypeInfo<T> type, long mostBytes, CancellationToken cancellation)
    {
        try
        {
            using var body = await BoundedBody.ReadAsync(content, mostBytes, cancellation);
            return Read(body.GetBuffer().AsSpan(0, (int)body.Length), type, mostBytes);
        }
        catch (BeyondBoundException beyond)
        {
            throw Fault(beyond);
        }
    }

    private static ReadOnlySpan<byte> Within(ReadOnlySpan<byte> json, long mostBytes)
    {
        if (json.Length > mostBytes)
            throw Fault(BeyondBoundException.Of(mostBytes));
        return json.StartsWith(ByteOrderMark) ? json[ByteOrderMark.Length..] : json;
    }

    private static JsonException Fault(BeyondBoundException beyond) => new($"It is {beyond.Message}.", $"$, {beyond.Message}", null, null, beyond);
}
