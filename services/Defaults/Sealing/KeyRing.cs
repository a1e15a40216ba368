using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Defaults.Sealing;

/// <summary>
/// The municipalities' keys: a file each in one folder, wrapped by the master key, numbered <c>0101-1</c>, <c>0101-2</c>, …; the last that is not destroyed is
/// the one that seals. Several processes share the folder: a key appears by one atomic move, so all agree which is current, and each looks again
/// every few seconds for keys that another made or destroyed.
/// </summary>
public sealed class KeyRing(string folder, MasterKey master, FillRandom? random = null, TimeProvider? time = null) : IDisposable
{
    private const int KeyLength = 32;
    private static readonly TimeSpan LooksAgainAfter = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, (SealingKey Key, long At)> _current = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (SealingKey Key, long At)> _keys = new(StringComparer.Ordinal);
    private readonly FillRandom _random = random ?? RandomNumberGenerator.Fill;
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly byte[] _wrapping = master.Derive("wrapping");

    internal MasterKey Master => master;

    internal FillRandom Random => _random;

    /// <summary>Makes a new key that seals from now on; what older keys sealed can still be opened.</summary>
    /// <returns>The new key's id.</returns>
    public string Rotate(string municipality)
    {
        RequireCode(municipality);
        string keyId;
        do
            keyId = $"{municipality}-{(Numbers(municipality) is [.., var last] ? last : 0) + 1}";
        while (!TryCreate(keyId, municipality));
        _current.TryRemove(municipality, out _);
        return keyId;
    }

    /// <summary>
    /// Erases everything that the key sealed: it is overwritten, and only the note that it existed stays. The current key is refused: rotate first, and give
    /// the other processes ten seconds to notice, or what they seal with it in between is erased too.
    /// </summary>
    public void Destroy(string keyId)
    {
        var file = Read(keyId) ?? throw new ArgumentException($"There is no key {keyId}.");
        if (file.Destroyed is not null)
            return;
        if (string.Equals(Current(file.Municipality).Id, keyId, StringComparison.Ordinal))
            throw new InvalidOperationException($"Key {keyId} is the one that seals now; rotate the keys of {file.Municipality} first.");
        var path = PathOf(keyId);
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Write))
        {
            stream.Write(new byte[stream.Length]);
            stream.Flush(flushToDisk: true);
        }

        SecretFile.Replace(path, Json(file with { Wrapped = null, Destroyed = _time.GetUtcNow() }));
        if (_keys.TryRemove(keyId, out var cached))
            cached.Key.Dispose();
    }

    public void Dispose()
    {
        foreach (var (key, _) in _keys.Values)
            key.Dispose();
        _keys.Clear();
        _current.Clear();
    }

    /// <summary>The key that seals for a municipality; made when there is none.</summary>
    internal SealingKey Current(string municipality)
    {
        if (_current.TryGetValue(municipality, out var cached) && IsFresh(cached.At) && !cached.Key.IsDestroyed)
            return cached.Key;
        RequireCode(municipality);
        while (true)
        {
            // Looked at once: whoever sees no key tries for the same next number, and all but one find it taken and look again.
            var numbers = Numbers(municipality);
            foreach (var number in numbers.AsEnumerable().Reverse())
            {
                if (Load($"{municipality}-{number}") is not { } key)
                    continue;
                _current[municipality] = (key, _time.GetTimestamp());
                return key;
            }

            TryCreate($"{municipality}-{(numbers is [.., var last] ? last : 0) + 1}", municipality);
        }
    }

    internal SealingKey Find(string keyId)
    {
        if (_keys.TryGetValue(keyId, out var cached) && IsFresh(cached.At))
            return cached.Key;
        if (keyId.Length > 20 || keyId.AsSpan().ContainsAnyExcept("0123456789-"))
            throw new PermanentException("The identity names no key that could exist; 0101-1 is a good one.");
        if (Load(keyId) is { } key)
            return key;
        throw new PermanentException(Read(keyId) is null
            ? $"There is no key {keyId} here; is this the key folder of the installation that sealed?"
            : $"Key {keyId} was destroyed: what it sealed is erased.");
    }

    private static byte[] Json(KeyFile file) => JsonSerializer.SerializeToUtf8Bytes(file, KeyFileJson.Default.KeyFile);

    private static void RequireCode(string municipality)
    {
        if (municipality.Length != 4 || municipality.AsSpan().ContainsAnyExceptInRange('0', '9'))
            throw new ArgumentException("A municipality is named by its four-digit code, 0101 for instance.");
    }

    private bool IsFresh(long at) => _time.GetElapsedTime(at) < LooksAgainAfter;

    private string PathOf(string keyId) => Path.Combine(folder, $"{keyId}.json");

    private int[] Numbers(string municipality) => !Directory.Exists(folder) ? [] :
        [.. Directory.EnumerateFiles(folder, $"{municipality}-*.json")
            .Select(f => int.TryParse(Path.GetFileNameWithoutExtension(f).AsSpan(municipality.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0)
            .Where(n => n > 0).Order()];

    private KeyFile? Read(string keyId)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(keyId)), KeyFileJson.Default.KeyFile);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException failure)
        {
            throw new InvalidOperationException($"The key file {PathOf(keyId)} is damaged; restore it from a backup.", failure);
        }
    }

    /// <summary>The key, or null when it does not exist or was destroyed. One object a key, so that a destroyed one is forgotten everywhere.</summary>
    private SealingKey? Load(string keyId)
    {
        if (Read(keyId) is not { Wrapped: { } wrapped } file)
        {
            if (_keys.TryRemove(keyId, out var gone))
                gone.Key.Dispose();
            return null;
        }

        return _keys.AddOrUpdate(keyId,
            _ => (new SealingKey(keyId, file.Municipality, Unwrap(keyId, wrapped)), _time.GetTimestamp()),
            (_, known) => (known.Key, _time.GetTimestamp())).Key;
    }

    private bool TryCreate(string keyId, string municipality)
    {
        Span<byte> key = stackalloc byte[KeyLength];
        _random(key);
        var wrapped = new byte[AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize + KeyLength];
        _random(wrapped.AsSpan(0, 12));
        using (var aes = new AesGcm(_wrapping, 16))
            aes.Encrypt(wrapped.AsSpan(0, 12), key, wrapped.AsSpan(28), wrapped.AsSpan(12, 16), Encoding.UTF8.GetBytes(keyId));
        CryptographicOperations.ZeroMemory(key);
        return SecretFile.TryCreate(PathOf(keyId), Json(new KeyFile(keyId, municipality, _time.GetUtcNow(), Convert.ToBase64String(wrapped), null)));
    }

    private byte[] Unwrap(string keyId, string text)
    {
        try
        {
            var wrapped = Convert.FromBase64String(text);
            var key = new byte[KeyLength];
            using var aes = new AesGcm(_wrapping, 16);
            aes.Decrypt(wrapped.AsSpan(0, 12), wrapped.AsSpan(28), wrapped.AsSpan(12, 16), key, Encoding.UTF8.GetBytes(keyId));
            return key;
        }
        catch (Exception failure) when (failure is CryptographicException or FormatException or ArgumentException)
        {
            throw new InvalidOperationException($"The master key does not open key {keyId}: this is another installation's master key or a damaged file.", failure);
        }
    }
}

/// <summary>What stands in a key's file. Without <paramref name="Wrapped"/> the key is destroyed.</summary>
internal sealed record KeyFile(string KeyId, string Municipality, DateTimeOffset Created, string? Wrapped, DateTimeOffset? Destroyed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(KeyFile))]
internal sealed partial class KeyFileJson : JsonSerializerContext;
