using System.Security.Cryptography;

namespace ClaimsTransfer.Defaults.Sealing;

/// <summary>
/// Seals a whole message body, for the one place where a message that still has numbers in the clear is kept: Ingest's error queue. AES-256-GCM under a key of
/// the installation, not of a municipality: nobody could read which one it concerns.
/// </summary>
public sealed class MessageSealer(KeyRing keys)
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private readonly byte[] _key = keys.Master.Derive("messages");

    private static ReadOnlySpan<byte> Begin => "{\"sealedMessage\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    /// <summary>JSON as any other body; what is sealed already stays as it is.</summary>
    public ReadOnlyMemory<byte> Seal(ReadOnlyMemory<byte> body)
    {
        if (TryOpen(body.Span) is not null)
            return body;
        var text = new byte[NonceLength + TagLength + body.Length];
        keys.Random(text.AsSpan(0, NonceLength));
        using (var aes = new AesGcm(_key, TagLength))
            aes.Encrypt(text.AsSpan(0, NonceLength), body.Span, text.AsSpan(NonceLength + TagLength), text.AsSpan(NonceLength, TagLength));
        return (byte[])[.. Begin, .. System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(text)), .. End];
    }

    /// <summary>What was sealed, when it comes back from the error queue; any other body as it is.</summary>
    public ReadOnlyMemory<byte> Open(ReadOnlyMemory<byte> body) => TryOpen(body.Span) ?? body;

    // Anybody may send what looks sealed: it is then a body like any other, and refused for what it is.
    private byte[]? TryOpen(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Begin) || !body.EndsWith(End) || body.Length < Begin.Length + End.Length)
            return null;
        var base64 = body[Begin.Length..^End.Length];
        var text = new byte[(base64.Length * 3 / 4) + 3];
        if (System.Buffers.Text.Base64.DecodeFromUtf8(base64, text, out _, out var length) != System.Buffers.OperationStatus.Done || length < NonceLength + TagLength)
            return null;
        var open = new byte[length - NonceLength - TagLength];
        try
        {
            using var aes = new AesGcm(_key, TagLength);
            aes.Decrypt(text.AsSpan(0, NonceLength), text.AsSpan(NonceLength + TagLength, open.Length), text.AsSpan(NonceLength, TagLength), open);
            return open;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
