using System.Security.Cryptography;
using System.Text;
using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.Defaults.Sealing;

/// <summary>Fills with random bytes; tests and repeatable runs bring their own.</summary>
public delegate void FillRandom(Span<byte> bytes);

/// <summary>
/// The installation's secret: it wraps the municipalities' keys, and the keys for matching and fingerprints are derived from it. Whoever loses it loses every
/// sealed identity; whoever learns it can open them all.
/// </summary>
public sealed class MasterKey
{
    private const int Length = 32;
    private readonly byte[] _key;

    public MasterKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Length)
            throw new ArgumentException($"A master key has {Length} bytes, this one {key.Length}.");
        _key = key.ToArray();
    }

    /// <summary>Whether there is one, without making it.</summary>
    public static bool IsThere(Installation installation) =>
        installation.MasterKey.Length > 0 || installation.MasterKeyFile.Length > 0 || (installation.IsEmbeddedStore && File.Exists(OwnFile(installation)));

    /// <summary>From the setting, the file, or (embedded store only) a file made on first use in the data folder.</summary>
    public static MasterKey Load(Installation installation, FillRandom? random = null)
    {
        if (installation.MasterKey.Length > 0)
            return FromText(installation.MasterKey, "The setting MasterKey");
        if (installation.MasterKeyFile.Length > 0)
            return FromFile(installation.MasterKeyFile);
        if (!installation.IsEmbeddedStore)
        {
            throw new InvalidOperationException(
                "There is no master key. An installation with a server store needs one that all its services share: make it with `openssl rand -base64 32`, "
                + "keep a copy in a safe place, and give it as CLAIMS_MASTER_KEY or as the path of a file in CLAIMS_MASTER_KEY_FILE.");
        }

        var file = OwnFile(installation);
        if (!File.Exists(file))
        {
            var key = new byte[Length];
            (random ?? RandomNumberGenerator.Fill)(key);
            SecretFile.TryCreate(file, Encoding.ASCII.GetBytes(Convert.ToBase64String(key) + "\n"));
        }

        RefuseWhatOthersRead(file);
        return FromFile(file);
    }

    /// <summary>32 bytes in base64 on one line.</summary>
    public static MasterKey FromFile(string file) => FromText(Read(file), $"The master key file {file}");

    /// <summary>A key of its own for each purpose, so that none says anything of another.</summary>
    internal byte[] Derive(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, Length, info: Encoding.UTF8.GetBytes($"claims-transfer/{purpose}"));

    /// <summary>Ours was made for its owner only. One that is given by its path may come from where modes say nothing, a mounted secret for instance.</summary>
    private static void RefuseWhatOthersRead(string file)
    {
        if (OwnersAlone.IsOpen(file))
            throw new InvalidOperationException($"The master key file {file} is open to others than its owner, and with it all that was sealed. Close it:  chmod 600 '{file}'");
    }

    private static string OwnFile(Installation installation) => Path.Combine(installation.Data, "keys", "master.key");

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The master key file {file} cannot be read: {failure.Message}", failure);
        }
    }

    private static MasterKey FromText(string text, string source)
    {
        var key = new byte[Length + 1];
        if (!Convert.TryFromBase64String(text.Trim(), key, out var written) || written != Length)
            throw new InvalidOperationException($"{source} is not {Length} bytes in base64; `openssl rand -base64 32` makes a good one.");
        return new MasterKey(key.AsSpan(0, Length));
    }
}
