using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ClaimsTransfer.Cli.Broker;

/// <summary>One certificate of the folder after a run.</summary>
/// <param name="How"><c>made</c>, <c>renewed</c> or <c>kept</c>.</param>
public sealed record FolderCertificate(string Name, string File, DateTimeOffset Until, string How);

/// <summary>
/// A folder of certificates for development and tests: <c>ca.pem</c> and <c>ca.key</c>, <c>server.pem</c> for the broker, and one a user. Made again, it keeps the CA
/// and what is good for a third of its life yet.
/// </summary>
/// <param name="serial">Draws sixteen bytes, another sixteen every time.</param>
public sealed class DevelopmentCertificates(string folder, TimeProvider time, Func<byte[]> serial)
{
    public const string Ca = "ca";
    public const string Server = "server";

    public string CaFile => Path.Combine(folder, "ca.pem");

    /// <param name="users">Names of the broker's users.</param>
    /// <param name="hosts">Names and addresses the broker is reached by.</param>
    /// <param name="called">The names and addresses by which a user is called itself; none: nobody calls it.</param>
    public IReadOnlyList<FolderCertificate> Make(IEnumerable<string> users, IReadOnlyList<string> hosts, TimeSpan life, ILookup<string, string>? called = null)
    {
        Directory.CreateDirectory(folder);
        var (authority, isNew) = CertificateAuthority.In(CaFile, KeyOf(Ca), time, serial);
        using (authority)
        {
            return
            [
                new FolderCertificate(Ca, CaFile, authority.Until, isNew ? "made" : "kept"),
                Ensure(authority, Server, hosts, (certificate, key) => authority.IssueServer(hosts, life, certificate, key)),
                .. users.Select(user => (user, hosts: (IReadOnlyCollection<string>)[.. called?[user] ?? []])).Select(one =>
                    Ensure(authority, one.user, one.hosts, (certificate, key) => authority.IssueUser(one.user, one.hosts, life, certificate, key))),
            ];
        }
    }

    public string CertificateOf(string name) => Path.Combine(folder, $"{name}.pem");

    public string KeyOf(string name) => Path.Combine(folder, $"{name}.key");

    private FolderCertificate Ensure(CertificateAuthority authority, string name, IReadOnlyCollection<string> hosts, Func<string, string, DateTimeOffset> issue)
    {
        var (certificate, key) = (CertificateOf(name), KeyOf(name));
        using var there = Read(certificate, key);
        return there is not null && authority.StillServes(there, hosts)
            ? new FolderCertificate(name, certificate, new DateTimeOffset(there.NotAfter.ToUniversalTime()), "kept")
            : new FolderCertificate(name, certificate, issue(certificate, key), File.Exists(certificate) && there is not null ? "renewed" : "made");
    }

    /// <summary>Null: there is none, or what is there is of no use.</summary>
    private static X509Certificate2? Read(string certificate, string key)
    {
        if (!File.Exists(certificate) || !File.Exists(key))
            return null;
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            // A run that was interrupted between the key and its certificate: they are made again.
            return null;
        }
    }
}
