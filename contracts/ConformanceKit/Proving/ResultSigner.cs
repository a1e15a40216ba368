using System.Security.Cryptography;
using System.Text;

namespace ClaimsTransfer.ConformanceKit.Proving;

/// <summary>
/// Signs results with a key of whoever ran the kit. The signature says that nobody has changed the result since, and which key made it; whether that key is the vendor's is for
/// whoever trusts it to know, by its fingerprint.
/// </summary>
public static class ResultSigner
{
    private const string Algorithm = "ES256";

    /// <summary>The key in the file; made on first use, readable by its owner alone.</summary>
    public static ECDsa KeyOf(string path)
    {
        if (!File.Exists(path))
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new StreamWriter(path, Encoding.ASCII, options);
            file.Write(made.ExportPkcs8PrivateKeyPem() + "\n");
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new ConformanceUsageException($"The signing key {path} is no EC private key in PEM: {fault.Message}\nRemove the file to have a new one made, or: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
        }
    }

    public static ConformanceResult Sign(ConformanceResult result, ECDsa key)
    {
        var value = key.SignData(BytesOf(result), HashAlgorithmName.SHA256);
        return result with { Signature = new ResultSignature(Algorithm, Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()), Convert.ToBase64String(value)) };
    }

    /// <summary>Null: the signature holds. Otherwise what is wrong with it.</summary>
    public static string? FaultOf(ConformanceResult result)
    {
        if (result.Signature is not { } signature)
            return "The result is not signed.";
        if (signature.Algorithm != Algorithm)
            return $"The result is signed by {signature.Algorithm}; {Algorithm} is expected.";
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(signature.Key), out _);
            return key.VerifyData(BytesOf(result), Convert.FromBase64String(signature.Value), HashAlgorithmName.SHA256) ? null : "The signature does not fit: the result was changed after it was signed.";
        }
        catch (Exception fault) when (fault is FormatException or CryptographicException)
        {
            return $"The signature cannot be read: {fault.Message}";
        }
    }

    /// <summary>By which people tell each other a key: SHA-256 of the public key, in hex.</summary>
    public static string FingerprintOf(ResultSignature signature) => Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(signature.Key)));

    private static byte[] BytesOf(ConformanceResult result) => Encoding.UTF8.GetBytes((result with { Signature = null }).ToJson());
}
