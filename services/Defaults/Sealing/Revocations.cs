using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaimsTransfer.Defaults.Sealing;

/// <summary>A vendor that has no access for now.</summary>
/// <param name="Broker">What its broker user was allowed, to be given back when it is admitted again; null: the broker had no such user.</param>
public sealed record Revocation(string Vendor, DateTimeOffset At, string Who, string Why, RevokedUser? Broker);

/// <summary>A broker user as it was before it was deleted. Its password is not kept: whoever comes back is given a new one.</summary>
/// <param name="ByCertificate">It has no password: it logs in with its certificate.</param>
public sealed record RevokedUser(
    string Name, bool ByCertificate, IReadOnlyList<string> Tags, IReadOnlyList<UserPermission> Permissions, IReadOnlyList<UserTopicPermission> TopicPermissions,
    IReadOnlyDictionary<string, long> Limits);

/// <summary>Regular expressions over names of queues and exchanges.</summary>
public sealed record UserPermission(string Vhost, string Configure, string Write, string Read);

/// <summary>Regular expressions over routing keys.</summary>
public sealed record UserTopicPermission(string Vhost, string Exchange, string Write, string Read);

/// <summary>Which vendors are revoked: <c>revoked.json</c> beside the installation's keys, because what it keeps back first is keys.</summary>
public sealed class Revocations(string keyFolder)
{
    private string PathOfFile => Path.Combine(keyFolder, "revoked.json");

    public IReadOnlyList<Revocation> All => File.Exists(PathOfFile)
        ? JsonSerializer.Deserialize(File.ReadAllBytes(PathOfFile), RevocationsJson.Default.IReadOnlyListRevocation) ?? []
        : [];

    public Revocation? Find(string vendor) => All.FirstOrDefault(revocation => string.Equals(revocation.Vendor, vendor, StringComparison.Ordinal));

    /// <summary>Adds it, or puts it in the place of the vendor's earlier one.</summary>
    public void Put(Revocation revocation) => Write([.. All.Where(other => !string.Equals(other.Vendor, revocation.Vendor, StringComparison.Ordinal)), revocation]);

    public void Remove(string vendor) => Write([.. All.Where(other => !string.Equals(other.Vendor, vendor, StringComparison.Ordinal))]);

    private void Write(IReadOnlyList<Revocation> all) =>
        SecretFile.Replace(PathOfFile, JsonSerializer.SerializeToUtf8Bytes(all, RevocationsJson.Default.IReadOnlyListRevocation));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<Revocation>))]
internal sealed partial class RevocationsJson : JsonSerializerContext;
