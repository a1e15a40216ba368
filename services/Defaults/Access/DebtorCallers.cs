using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ClaimsTransfer.Defaults.Access;

/// <summary>A debtor system that calls us, and for whom it speaks.</summary>
/// <param name="Municipalities">Codes.</param>
/// <param name="PasswordSha256">Of the password that we drew for it, 256 random bits: nothing can be guessed from this, so that no slow hash is needed.</param>
/// <param name="CertificateSha256">Of the certificate it shows instead, from whatever CA.</param>
public sealed record DebtorCaller(IReadOnlyList<string> Municipalities, string? PasswordSha256 = null, string? CertificateSha256 = null);

/// <summary><c>FOLDER/callers.json</c>: by name, who may call back. Read again when it has changed: who is taken off it comes in no more.</summary>
public sealed class DebtorCallers(string folder, TimeProvider time)
{
    private readonly CredentialFile<Dictionary<string, DebtorCaller>> _file = new(Path.Combine(folder, "callers.json"), CredentialJson.Default.DictionaryStringDebtorCaller);

    /// <exception cref="CredentialsException">The file cannot be used.</exception>
    public IReadOnlyDictionary<string, DebtorCaller> All => _file.Current;

    /// <returns>Null: there is no such caller, or its password is another.</returns>
    public DebtorCaller? ByPassword(string name, string password) =>
        _file.Current.GetValueOrDefault(name) is { PasswordSha256: { } hash } caller && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(HashOf(password)))
            ? caller : null;

    /// <summary>That it holds the private key was shown in the handshake.</summary>
    /// <returns>Null: nobody's, or its time is over.</returns>
    public (string Name, DebtorCaller Caller)? ByCertificate(X509Certificate2 presented)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (now < presented.NotBefore.ToUniversalTime() || now > presented.NotAfter.ToUniversalTime())
            return null;
        var fingerprint = FingerprintOf(presented);
        var found = _file.Current.FirstOrDefault(caller => string.Equals(caller.Value.CertificateSha256, fingerprint, StringComparison.OrdinalIgnoreCase));
        return found.Key is { } name ? (name, found.Value) : null;
    }

    /// <param name="caller">Null: it is one no more.</param>
    public void Set(string name, DebtorCaller? caller) => _file.Change(all =>
    {
        if (caller is null)
            all.Remove(name);
        else
            all[name] = caller;
    });

    /// <summary>Many at once.</summary>
    public void Set(IEnumerable<KeyValuePair<string, DebtorCaller>> callers) => _file.Change(all =>
    {
        foreach (var (name, caller) in callers)
            all[name] = caller;
    });

    public static string DrawPassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static string HashOf(string password) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(password)));

    public static string FingerprintOf(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
}
