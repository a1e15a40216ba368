using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Defaults.Sealing;

/// <summary>
/// The municipalities' keys: a file each in one folder, wrapped by the master key, numbered <c>0101-1</c>, <c>0101-2</c>, …; the last that is not destroyed and whose time has
/// come is the one that seals. Several processes share the folder: a key appears by one atomic move, so all agree which is current, and each looks again
/// every few seconds for keys that another made or destroyed.
/// </summary>
/// <param name="opensOnly">Makes no keys and destroys none: a vendor's connector is given its keys, and what it made itself nobody else could open.</param>
public sealed class KeyRing(string folder, MasterKey master, FillRandom? random = null, TimeProvider? time = null, bool opensOnly = false) : IDisposable
{
    private const int KeyLength = 32;
    private static readonly TimeSpan LooksAgainAfter = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, (SealingKey Key, long At)> _current = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (SealingKey Key, long At)> _keys = new(StringComparer.Ordinal);
    private readonly FillRandom _random = random ?? RandomNumberGenerator.Fill;
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly byte[] _wrapping = master.Derive("wrapping");
    private readonly byte[] _checking = master.Derive("checking");
    private Guid? _expected;
    private volatile IReadOnlySet<string> _remembered = new HashSet<string>();

    internal MasterKey Master => master;

    internal FillRandom Random => _random;

    internal string Folder => folder;

    /// <summary>The four digits that a key's id begins with; null: no key can be called so.</summary>
    public static string? MunicipalityOf(string keyId) =>
        keyId.Length is > 5 and <= 15 && IsCode(keyId[..4]) && keyId[4] == '-' && keyId[5] is >= '1' and <= '9'
        && int.TryParse(keyId.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out _) ? keyId[..4] : null;

    /// <summary>Makes a new key that seals from now on, or from a later moment: it can be issued to whoever opens before the first message needs it. What older keys sealed can still be opened.</summary>
    /// <param name="sealsFrom">Null: now.</param>
    /// <returns>The new key's id.</returns>
    public string Rotate(string municipality, DateTimeOffset? sealsFrom = null)
    {
        RequireCode(municipality);
        RequireOwnFolder(municipality);
        // Until then something has to seal.
        if (sealsFrom is not null)
            Current(municipality);
        string keyId;
        do
            keyId = $"{municipality}-{(Numbers(municipality) is [.., var last] ? last : 0) + 1}";
        while (!TryCreate(keyId, municipality, sealsFrom));
        _current.TryRemove(municipality, out _);
        return keyId;
    }

    /// <summary>Every key there is or was, of one municipality or of all.</summary>
    public IReadOnlyList<KeyStanding> List(string? municipality = null)
    {
        if (!Directory.Exists(folder))
            return [];
        IEnumerable<string> codes = municipality is null
            ? Directory.EnumerateFiles(folder, "*-*.json").Select(file => MunicipalityOf(Path.GetFileNameWithoutExtension(file))).OfType<string>().Distinct().Order(StringComparer.Ordinal)
            : [municipality];
        return [.. from code in codes
                   from number in Numbers(code)
                   let file = Read($"{code}-{number}")
                   where file is not null
                   select new KeyStanding(file.KeyId, code, file.Created, file.SealsFrom, file.Destroyed)];
    }

    /// <summary>The id of the key that seals now; made when there is none.</summary>
    public string CurrentId(string municipality) => Current(municipality).Id;

    /// <summary>
    /// Erases everything that the key sealed: it is overwritten, and only the note that it existed stays. The current key is refused: rotate first, and give
    /// the other processes ten seconds to notice, or what they seal with it in between is erased too.
    /// </summary>
    public void Destroy(string keyId)
    {
        RequireMaker();
        RequireOwnFolder(keyId);
        var file = Read(keyId) ?? throw new ArgumentException($"There is no key {keyId}.");
        if (file.Destroyed is not null)
            return;
        if (string.Equals(Current(file.Municipality).Id, keyId, StringComparison.Ordinal))
            throw new InvalidOperationException($"Key {keyId} is the one that seals now; rotate the keys of {file.Municipality} first.");
        SecretFile.Overwrite(PathOf(keyId));
        SecretFile.Replace(PathOf(keyId), Json(file with { Wrapped = null, Destroyed = _time.GetUtcNow() }));
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

    /// <summary>
    /// Which installation the folder is of, by the mark in it; one that has none yet is marked: it is new, or of a version before the marks. A key there that this master key
    /// does not open is not marked over.
    /// </summary>
    /// <exception cref="WrongKeyFolderException">It is another installation's, or its keys are.</exception>
    internal Guid Mark()
    {
        RequireMaker();
        if (ReadMark() is null)
        {
            foreach (var key in List())
                CheckOf(key.KeyId);
            Span<byte> id = stackalloc byte[16];
            _random(id);
            var installation = new Guid(id);
            SecretFile.TryCreate(PathOfMark, JsonSerializer.SerializeToUtf8Bytes(
                new KeyFolderMark(installation, _time.GetUtcNow(), CheckOf(installation)), KeyFileJson.Default.KeyFolderMark));
        }

        RequireOwnFolder("");
        return ReadMark()!.Installation;
    }

    /// <summary>From now on the folder has to be this installation's: without its mark, or with another's, no key is made, found or called destroyed.</summary>
    internal void Expect(Guid installation) => _expected = installation;

    /// <summary>Keys that there were: one that has gone is not made anew under its name.</summary>
    internal void Remember(IReadOnlySet<string> keyIds) => _remembered = keyIds;

    /// <exception cref="WrongKeyFolderException">The folder is not there, or not the one it was.</exception>
    internal void RequireOwnFolder(string keyId)
    {
        var mark = ReadMark();
        if (mark is null ? _expected is not null : _expected is { } expected && mark.Installation != expected)
        {
            throw new WrongKeyFolderException(
                keyId, $"{folder} is not the key folder of this installation{(mark is null ? ": it holds no installation.json. Is it mounted?" : ", but another's.")} "
                + "The setting CLAIMS_KEYS says which folder it is; everything that needs a key waits, and no key is made.");
        }

        if (mark is not null && mark.Check != CheckOf(mark.Installation))
            throw new WrongKeyFolderException(keyId, $"{folder} was made with another master key than this process has; CLAIMS_MASTER_KEY or CLAIMS_MASTER_KEY_FILE says which.");
        // Whoever only opens has nothing else to remember it by.
        _expected ??= mark?.Installation;
    }

    /// <summary>By which a key is known again without telling anything about it; null: it is destroyed.</summary>
    internal string? CheckOf(string keyId)
    {
        if (Read(keyId) is not { Wrapped: { } wrapped })
            return null;
        var key = Unwrap(keyId, wrapped);
        var check = Check([.. Encoding.UTF8.GetBytes(keyId), .. key]);
        CryptographicOperations.ZeroMemory(key);
        return check;
    }

    private string CheckOf(Guid installation) => Check(installation.ToByteArray());

    private string Check(ReadOnlySpan<byte> of) => Convert.ToHexStringLower(HMACSHA256.HashData(_checking, of).AsSpan(0, 16));

    private string PathOfMark => Path.Combine(folder, "installation.json");

    private KeyFolderMark? ReadMark()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathOfMark), KeyFileJson.Default.KeyFolderMark);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException failure)
        {
            throw new WrongKeyFolderException("", $"{PathOfMark} is damaged; restore it from a backup.", failure);
        }
    }

    /// <summary>The key that seals for a municipality: the newest whose time has come. Made when there is none.</summary>
    internal SealingKey Current(string municipality)
    {
        if (_current.TryGetValue(municipality, out var cached) && IsFresh(cached.At) && !cached.Key.IsDestroyed)
            return cached.Key;
        RequireCode(municipality);
        RequireOwnFolder(municipality);
        while (true)
        {
            // Looked at once: whoever sees no key tries for the same next number, and all but one find it taken and look again.
            var numbers = Numbers(municipality);
            var now = _time.GetUtcNow();
            SealingKey? upcoming = null;
            foreach (var number in numbers.AsEnumerable().Reverse())
            {
                if (Load($"{municipality}-{number}") is not { } key)
                    continue;
                if (key.SealsFrom > now)
                {
                    upcoming = key;
                    continue;
                }

                return Remember(key);
            }

            // Only where somebody took the others out of the folder: a key before its time is better than one more that nobody was given.
            if (upcoming is not null)
                return Remember(upcoming);
            TryCreate($"{municipality}-{(numbers is [.., var last] ? last : 0) + 1}", municipality);
        }
    }

    /// <exception cref="KeyNotHereException">It may still come.</exception>
    /// <exception cref="KeyDestroyedException">It will not come back.</exception>
    internal SealingKey Find(string keyId)
    {
        if (_keys.TryGetValue(keyId, out var cached) && IsFresh(cached.At))
            return cached.Key;
        if (MunicipalityOf(keyId) is null)
            throw new PermanentException("The identity names no key that could exist; 0101-1 is a good one.");
        RequireOwnFolder(keyId);
        if (Load(keyId) is { } key)
            return key;
        throw Read(keyId) is null or { Wrapped: not null } ? (Exception)new KeyNotHereException(keyId, folder) : new KeyDestroyedException(keyId);
    }

    internal KeyFile? Read(string keyId)
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
            throw new WrongKeyFolderException(keyId, $"The key file {PathOf(keyId)} is damaged; restore it from a backup.", failure);
        }
    }

    /// <summary>The same key as a file under another ring's secret.</summary>
    internal byte[] WrappedFor(KeyRing other, KeyFile file)
    {
        var key = Unwrap(file.KeyId, file.Wrapped!);
        try
        {
            return Json(file with { Wrapped = other.Wrap(file.KeyId, key) });
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Whether another ring's file holds the same key; false also for one that this secret does not open.</summary>
    internal bool IsSame(KeyFile file, KeyRing other, KeyFile theirs)
    {
        if (theirs.Wrapped is null || theirs.SealsFrom != file.SealsFrom || !string.Equals(theirs.Municipality, file.Municipality, StringComparison.Ordinal))
            return false;
        var key = Unwrap(file.KeyId, file.Wrapped!);
        byte[]? same = null;
        try
        {
            same = other.Unwrap(file.KeyId, theirs.Wrapped);
            return CryptographicOperations.FixedTimeEquals(key, same);
        }
        catch (WrongKeyFolderException)
        {
            // Issued under another secret, or damaged: it is issued anew.
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(same);
        }
    }

    internal static byte[] JsonOf(KeyFile file) => Json(file);

    internal string PathOf(string keyId) => Path.Combine(folder, $"{keyId}.json");

    private static byte[] Json(KeyFile file) => JsonSerializer.SerializeToUtf8Bytes(file, KeyFileJson.Default.KeyFile);

    private static bool IsCode(string text) => text.Length == 4 && !text.AsSpan().ContainsAnyExceptInRange('0', '9');

    private static void RequireCode(string municipality)
    {
        if (!IsCode(municipality))
            throw new ArgumentException("A municipality is named by its four-digit code, 0101 for instance.");
    }

    private bool IsFresh(long at) => _time.GetElapsedTime(at) < LooksAgainAfter;

    private int[] Numbers(string municipality) => !Directory.Exists(folder) ? [] :
        [.. Directory.EnumerateFiles(folder, $"{municipality}-*.json")
            .Select(f => int.TryParse(Path.GetFileNameWithoutExtension(f).AsSpan(municipality.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0)
            .Where(n => n > 0).Order()];

    private void RequireMaker()
    {
        if (opensOnly)
            throw new InvalidOperationException($"This process opens what others sealed, and neither makes keys nor destroys any in {folder}: that is the installation's, with claims keys rotate and claims keys issue.");
    }

    private SealingKey Remember(SealingKey key)
    {
        _current[key.Municipality] = (key, _time.GetTimestamp());
        return key;
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
            _ => (new SealingKey(keyId, file.Municipality, file.SealsFrom, Unwrap(keyId, wrapped)), _time.GetTimestamp()),
            (_, known) => (known.Key, _time.GetTimestamp())).Key;
    }

    private bool TryCreate(string keyId, string municipality, DateTimeOffset? sealsFrom = null)
    {
        RequireMaker();
        if (_remembered.Contains(keyId) && Read(keyId) is null)
            throw new WrongKeyFolderException(keyId, $"Key {keyId} has gone from {folder}, and is not made anew. Restore its file from the latest backup of the folder.");
        Span<byte> key = stackalloc byte[KeyLength];
        _random(key);
        var wrapped = Wrap(keyId, key);
        CryptographicOperations.ZeroMemory(key);
        return SecretFile.TryCreate(PathOf(keyId), Json(new KeyFile(keyId, municipality, _time.GetUtcNow(), sealsFrom, wrapped, null)));
    }

    private string Wrap(string keyId, ReadOnlySpan<byte> key)
    {
        var wrapped = new byte[AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize + KeyLength];
        _random(wrapped.AsSpan(0, 12));
        using var aes = new AesGcm(_wrapping, 16);
        aes.Encrypt(wrapped.AsSpan(0, 12), key, wrapped.AsSpan(28), wrapped.AsSpan(12, 16), Encoding.UTF8.GetBytes(keyId));
        return Convert.ToBase64String(wrapped);
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
            throw new WrongKeyFolderException(keyId, $"The master key does not open key {keyId} in {folder}: this is another installation's master key or a damaged file.", failure);
        }
    }
}

/// <summary>A key as a person sees it: when it was made, seals, and was destroyed.</summary>
/// <param name="SealsFrom">Null: since it was made.</param>
public sealed record KeyStanding(string KeyId, string Municipality, DateTimeOffset Created, DateTimeOffset? SealsFrom, DateTimeOffset? Destroyed);

/// <summary>What stands in a key's file. Without <paramref name="Wrapped"/> the key is destroyed. Others read it too: <c>contracts/wire/SEALING.md</c>.</summary>
internal sealed record KeyFile(string KeyId, string Municipality, DateTimeOffset Created, DateTimeOffset? SealsFrom, string? Wrapped, DateTimeOffset? Destroyed);

/// <summary>Whose key folder it is. <paramref name="Check"/> says whether a master key belongs to it.</summary>
internal sealed record KeyFolderMark(Guid Installation, DateTimeOffset Made, string Check);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(KeyFile))]
[JsonSerializable(typeof(KeyFolderMark))]
internal sealed partial class KeyFileJson : JsonSerializerContext;
