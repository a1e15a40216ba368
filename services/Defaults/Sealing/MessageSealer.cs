using System.Security.Cryptography;
using System.Text.Json;

namespace ClaimsTransfer.Defaults.Sealing;

/// <summary>
/// Seals a whole message that has to lie somewhere with personal data in it: FBS's own messages on Ingest's error queue. Replayed, it is opened again on its way in.
/// </summary>
public sealed class MessageSealer(KeyRing keys) : IDisposable
{
    private const string Property = "sealedMessage";
    private readonly SealingKey _key = new("messages", "ingest", keys.Master.Derive("messages"));

    /// <summary>The message as JSON that says no more than that it is sealed. Sealing what is sealed changes nothing.</summary>
    public ReadOnlyMemory<byte> Seal(ReadOnlyMemory<byte> message) => IsSealed(message.Span)
        ? message
        : JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Property] = Convert.ToBase64String(_key.TrySeal(message.Span, keys.Random) ?? throw new CryptographicException("The key for messages is disposed.")),
        });

    /// <summary>The message as it was; one that is not sealed is given back as it is.</summary>
    public ReadOnlyMemory<byte> Open(ReadOnlyMemory<byte> message)
    {
        if (!IsSealed(message.Span))
            return message;
        using var document = JsonDocument.Parse(message);
        return _key.Open(document.RootElement.GetProperty(Property).GetBytesFromBase64());
    }

    public void Dispose() => _key.Dispose();

    private static bool IsSealed(ReadOnlySpan<byte> message) => message.StartsWith("{\"sealedMessage\":\""u8);
}
