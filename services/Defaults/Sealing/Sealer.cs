using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Defaults.Sealing;

/// <summary>Seals with AES-256-GCM; refs and fingerprints are HMAC-SHA256 under keys of their own, which stay when the municipality's keys rotate.</summary>
public sealed class Sealer(KeyRing keys) : ISealer
{
    private const int RefLength = 20;
    private readonly byte[] _fingerprint = keys.Master.Derive("fingerprint");
    private readonly byte[] _matching = keys.Master.Derive("matching");

    public SealedIdentity Seal(string municipality, OpenIdentity identity)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(new SealedContent(identity.Number, identity.Name), SealedJson.Default.SealedContent);
        while (true)
        {
            var key = keys.Current(municipality);
            if (key.TrySeal(content, keys.Random) is not { } text)
                continue;
            CryptographicOperations.ZeroMemory(content);
            return new SealedIdentity(Ref(identity), Convert.ToBase64String(text), key.Id);
        }
    }

    public string Fingerprint(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_fingerprint, content, hash);
        return Convert.ToHexStringLower(hash);
    }

    public string Ref(OpenIdentity identity)
    {
        Span<byte> text = stackalloc byte[64];
        if (!Encoding.UTF8.TryGetBytes(identity.Number, text[1..], out var length))
            throw new ArgumentException("The number of an identity is at most 63 characters long.");
        text[0] = (byte)(identity.Kind == IdentityKind.Person ? 'p' : 'o');
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_matching, text[..(length + 1)], hash);
        CryptographicOperations.ZeroMemory(text);
        return Convert.ToHexStringLower(hash[..RefLength]);
    }
}

/// <summary>Opens what was sealed for the municipalities that this process serves, and nothing else.</summary>
/// <param name="serves">Asked each time: the municipalities' file may change while the process runs.</param>
public sealed class Unsealer(KeyRing keys, Func<string, bool> serves) : IUnsealer
{
    private const int CvrLength = 8;

    public Unsealer(KeyRing keys, IEnumerable<string> municipalities)
        : this(keys, new HashSet<string>(municipalities, StringComparer.Ordinal).Contains)
    {
    }

    public OpenIdentity Open(string municipality, SealedIdentity identity)
    {
        if (!serves(municipality))
            throw new NotServedException(municipality);
        // Asked first, whatever keys are here: a key of somebody else's will never come, and is not waited for.
        if (KeyRing.MunicipalityOf(identity.KeyId) != municipality)
            throw new Messaging.PermanentException($"The identity names no key of municipality {municipality}; {municipality}-1 would be one.");
        var buffer = new byte[(identity.Sealed.Length * 3 / 4) + 3];
        if (!Convert.TryFromBase64String(identity.Sealed, buffer, out var length))
            throw new Messaging.PermanentException($"An identity sealed with key {identity.KeyId} is not base64.");
        byte[]? content;
        do
            content = keys.Find(identity.KeyId).TryOpen(buffer.AsSpan(0, length));
        while (content is null);
        var open = JsonSerializer.Deserialize(content, SealedJson.Default.SealedContent)!;
        CryptographicOperations.ZeroMemory(content);
        return new OpenIdentity(open.Number.Length == CvrLength ? IdentityKind.Organisation : IdentityKind.Person, open.Number, open.Name);
    }
}

/// <summary>What is inside a sealed identity.</summary>
internal sealed record SealedContent(string Number, string? Name);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SealedContent))]
internal sealed partial class SealedJson : JsonSerializerContext;
