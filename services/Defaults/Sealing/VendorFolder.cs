using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaimsTransfer.Defaults.Sealing;

/// <summary>What an issue changed in a vendor's folder; key ids.</summary>
/// <param name="IsNewSecret">The folder is new: the vendor is to be given its secret too.</param>
/// <param name="Destroyed">Keys that the folder knows as destroyed from now on.</param>
/// <param name="TakenBack">Keys of municipalities that are not the vendor's any more.</param>
public sealed record IssuedKeys(bool IsNewSecret, IReadOnlyList<string> Added, IReadOnlyList<string> Kept, IReadOnlyList<string> Destroyed, IReadOnlyList<string> TakenBack);

/// <summary>
/// The keys of one vendor's municipalities in a folder of their own, wrapped under a secret of that vendor: whoever has the folder opens what was sealed for them, and nothing else.
/// The installation's secret is neither in it nor to be derived from it. The format is <c>contracts/wire/SEALING.md</c>.
/// </summary>
public static class VendorFolder
{
    public const string SecretFileName = "vendor.key";

    private const string MarkFileName = "issued.json";

    /// <summary>Brings the folder in line with the installation's keys; may be repeated at any time, while the vendor's connector runs.</summary>
    /// <param name="ring">The installation's. A municipality that has no key yet is given its first here: the vendor has it before the first claim is sealed.</param>
    /// <exception cref="InvalidOperationException">The folder is not one for this vendor's keys.</exception>
    public static IssuedKeys Issue(
        KeyRing ring, string vendor, IReadOnlyCollection<string> municipalities, string folder, TimeProvider time, FillRandom? random = null)
    {
        folder = Path.GetFullPath(folder);
        RequireOwn(ring, vendor, folder);
        var secret = Path.Combine(folder, SecretFileName);
        var isNew = !File.Exists(secret);
        if (isNew)
            MakeSecret(secret, random ?? RandomNumberGenerator.Fill);
        SecretFile.Replace(Path.Combine(folder, MarkFileName), JsonSerializer.SerializeToUtf8Bytes(new IssueMark(vendor, time.GetUtcNow()), IssueMarkJson.Default.IssueMark));
        using var theirs = new KeyRing(folder, MasterKey.FromFile(secret), random, time);
        var takenBack = TakeBack(folder, municipalities);

        List<string> added = [], kept = [], destroyed = [];
        foreach (var municipality in municipalities.Order(StringComparer.Ordinal))
        {
            ring.CurrentId(municipality);
            foreach (var key in ring.List(municipality))
                Into(ring, theirs, key.KeyId, added, kept, destroyed);
        }

        return new IssuedKeys(isNew, added, kept, destroyed, takenBack);
    }

    private static void Into(KeyRing ring, KeyRing theirs, string keyId, List<string> added, List<string> kept, List<string> destroyed)
    {
        var file = ring.Read(keyId) ?? throw new InvalidOperationException($"Key {keyId} disappeared from {ring.Folder} while it was issued; issue again.");
        var (path, known) = (theirs.PathOf(keyId), Readable(theirs, keyId));
        if (file.Wrapped is null)
        {
            if (known is { Wrapped: null, Destroyed: not null })
                return;
            // Issued even if the key never was: what it sealed is erased, and nobody should wait for it.
            if (File.Exists(path))
                SecretFile.Overwrite(path);
            SecretFile.Replace(path, KeyRing.JsonOf(file));
            destroyed.Add(keyId);
        }
        else if (known is not null && ring.IsSame(file, theirs, known))
        {
            kept.Add(keyId);
        }
        else
        {
            SecretFile.Replace(path, ring.WrappedFor(theirs, file));
            added.Add(keyId);
        }
    }

    private static List<string> TakeBack(string folder, IReadOnlyCollection<string> municipalities)
    {
        List<string> takenBack = [];
        foreach (var path in Directory.EnumerateFiles(folder, "*-*.json").Order(StringComparer.Ordinal).ToList())
        {
            var keyId = Path.GetFileNameWithoutExtension(path);
            if (KeyRing.MunicipalityOf(keyId) is not { } municipality || municipalities.Contains(municipality))
                continue;
            SecretFile.Overwrite(path);
            File.Delete(path);
            takenBack.Add(keyId);
        }

        return takenBack;
    }

    /// <summary>A damaged file is no obstacle: it is issued anew.</summary>
    private static KeyFile? Readable(KeyRing theirs, string keyId)
    {
        try
        {
            return theirs.Read(keyId);
        }
        catch (WrongKeyFolderException)
        {
            return null;
        }
    }

    private static void RequireOwn(KeyRing ring, string vendor, string folder)
    {
        if (string.Equals(folder.TrimEnd(Path.DirectorySeparatorChar), Path.GetFullPath(ring.Folder).TrimEnd(Path.DirectorySeparatorChar), StringComparison.Ordinal)
            || File.Exists(Path.Combine(folder, "master.key")))
            throw new InvalidOperationException($"{folder} is the installation's own key folder. A vendor's keys go into a folder of its own: --to /srv/claims-keys/{vendor.ToLowerInvariant()}");
        var mark = Path.Combine(folder, MarkFileName);
        if (!File.Exists(mark))
            return;
        var owner = JsonSerializer.Deserialize(File.ReadAllBytes(mark), IssueMarkJson.Default.IssueMark)?.Vendor;
        if (!string.Equals(owner, vendor, StringComparison.Ordinal))
            throw new InvalidOperationException($"{folder} holds the keys of {owner}. Each vendor has a folder of its own: --to /srv/claims-keys/{vendor.ToLowerInvariant()}");
    }

    private static void MakeSecret(string path, FillRandom random)
    {
        var secret = new byte[32];
        random(secret);
        SecretFile.TryCreate(path, Encoding.ASCII.GetBytes($"{Convert.ToBase64String(secret)}\n"));
        CryptographicOperations.ZeroMemory(secret);
    }
}

/// <summary>Whose folder it is, so that one vendor's is never issued to another.</summary>
internal sealed record IssueMark(string Vendor, DateTimeOffset Issued);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(IssueMark))]
internal sealed partial class IssueMarkJson : JsonSerializerContext;
