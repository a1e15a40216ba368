using System.Security.Cryptography;
using System.Text;

namespace ClaimsTransfer.Messages;

/// <summary>UUID version 5 (RFC 9562 §5.5): the same names always give the same id, so whoever sends again chooses the same id again.</summary>
public static class DeterministicId
{
    /// <summary>The namespace of every id that ClaimsTransfer derives. Fixed for ever: changing it would give every claim a new id.</summary>
    public static readonly Guid ClaimsTransfer = new("6f1d3c2e-8a54-5b0e-9d57-2c9a7c1e4f10");

    /// <summary>The claim's id: derived from the library agency's ISIL and FBS's fee id.</summary>
    public static Guid OfClaim(string agency, long feeId) => Create(ClaimsTransfer, $"claim/{agency}/{feeId}");

    /// <summary>The id of something that follows from a claim's event: the nth effect of one message, for instance.</summary>
    public static Guid Of(Guid parent, string name) => Create(parent, name);

    public static Guid Create(Guid @namespace, string name)
    {
        var nameLength = Encoding.UTF8.GetByteCount(name);
        Span<byte> input = nameLength <= 240 ? stackalloc byte[256] : new byte[nameLength + 16];
        @namespace.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input[16..]);
        return FromHash(input[..(16 + nameLength)]);
    }

    public static Guid Create(Guid @namespace, ReadOnlySpan<byte> name)
    {
        var input = new byte[16 + name.Length];
        @namespace.TryWriteBytes(input, bigEndian: true, out _);
        name.CopyTo(input.AsSpan(16));
        return FromHash(input);
    }

    private static Guid FromHash(ReadOnlySpan<byte> input)
    {
        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // RFC 9562 prescribes SHA-1 for version 5; the id is a name, not a secret.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
