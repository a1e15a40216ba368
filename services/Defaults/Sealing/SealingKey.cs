using System.Security.Cryptography;
using System.Text;
using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Defaults.Sealing;

/// <summary>One of a municipality's keys at work. The cipher object serves one thread at a time; it is quick enough that a lock beats a pool.</summary>
internal sealed class SealingKey : IDisposable
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private readonly AesGcm _aes;
    private readonly byte[] _municipality;
    private readonly Lock _lock = new();
    private bool _disposed;

    public SealingKey(string id, string municipality, DateTimeOffset? sealsFrom, byte[] key)
    {
        Id = id;
        Municipality = municipality;
        SealsFrom = sealsFrom;
        _municipality = Encoding.UTF8.GetBytes(municipality);
        _aes = new AesGcm(key, TagLength);
        CryptographicOperations.ZeroMemory(key);
    }

    public string Id { get; }

    public string Municipality { get; }

    /// <summary>Null: since it was made.</summary>
    public DateTimeOffset? SealsFrom { get; }

    public bool IsDestroyed => Volatile.Read(ref _disposed);

    /// <summary>Nonce, tag, cipher text. The municipality is authenticated with it, so that a sealed identity cannot be moved to another's claim.</summary>
    /// <returns>Null when the key was destroyed in the meantime.</returns>
    public byte[]? TrySeal(ReadOnlySpan<byte> content, FillRandom random)
    {
        var result = new byte[NonceLength + TagLength + content.Length];
        random(result.AsSpan(0, NonceLength));
        lock (_lock)
        {
            if (_disposed)
                return null;
            _aes.Encrypt(result.AsSpan(0, NonceLength), content, result.AsSpan(NonceLength + TagLength), result.AsSpan(NonceLength, TagLength), _municipality);
        }

        return result;
    }

    /// <returns>Null when the key was destroyed or taken back in the meantime; whoever asks the ring again hears which.</returns>
    public byte[]? TryOpen(ReadOnlySpan<byte> text)
    {
        if (text.Length < NonceLength + TagLength)
            throw new PermanentException($"An identity sealed with key {Id} is too short to be whole.");
        var content = new byte[text.Length - NonceLength - TagLength];
        try
        {
            lock (_lock)
            {
                if (_disposed)
                    return null;
                _aes.Decrypt(text[..NonceLength], text[(NonceLength + TagLength)..], text.Slice(NonceLength, TagLength), content, _municipality);
            }
        }
        catch (CryptographicException failure)
        {
            throw new PermanentException($"An identity sealed with key {Id} was changed on its way, or belongs to another municipality.", failure);
        }

        return content;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _aes.Dispose();
        }
    }
}
