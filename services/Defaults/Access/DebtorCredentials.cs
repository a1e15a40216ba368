using System.Text.Json.Serialization;

namespace ClaimsTransfer.Defaults.Access;

/// <summary>How we show who we are at one debtor system, or at FBS: a user with a password (HTTP Basic), a token (Bearer), or a certificate.</summary>
/// <param name="Certificate">Path of a PEM.</param>
/// <param name="Ca">PEM of the CA that the server's certificate must come from; null: whom the machine trusts.</param>
/// <param name="Key">Path of its private key's PEM; null: it stands in the same file.</param>
public sealed record DebtorCredential(string? User = null, string? Password = null, string? Token = null, string? Certificate = null, string? Key = null, string? Ca = null)
{
    public override string ToString() => Certificate is not null ? $"certificate {Certificate}" : Token is not null ? "token" : $"user {User}";
}

/// <summary>
/// <c>FOLDER/ours.json</c>: by municipality, or <see cref="Fbs"/>, how we sign in there. Only its owner may read it; read again when it has changed, so that mended credentials need no
/// restart.
/// </summary>
public sealed class DebtorCredentials(string folder)
{
    /// <summary>Stands for FBS where a municipality's code stands otherwise.</summary>
    public const string Fbs = "fbs";

    private readonly CredentialFile<Dictionary<string, DebtorCredential>> _file = new(Path.Combine(folder, "ours.json"), CredentialJson.Default.DictionaryStringDebtorCredential);

    /// <exception cref="CredentialsException">The file cannot be used.</exception>
    public IReadOnlyDictionary<string, DebtorCredential> All => _file.Current;

    /// <param name="who">A municipality's code, or <see cref="Fbs"/>.</param>
    /// <returns>Null: nothing is shown there.</returns>
    /// <exception cref="CredentialsException">The file cannot be used.</exception>
    public DebtorCredential? Of(string who) => _file.Current.GetValueOrDefault(who);

    /// <param name="credential">Null: none any more.</param>
    public void Set(string who, DebtorCredential? credential) => _file.Change(all =>
    {
        if (credential is null)
            all.Remove(who);
        else
            all[who] = credential;
    });

    /// <summary>Many at once.</summary>
    public void Set(IEnumerable<KeyValuePair<string, DebtorCredential>> credentials) => _file.Change(all =>
    {
        foreach (var (who, credential) in credentials)
            all[who] = credential;
    });
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(Dictionary<string, DebtorCredential>))]
[JsonSerializable(typeof(Dictionary<string, DebtorCaller>))]
internal sealed partial class CredentialJson : JsonSerializerContext;
